//! The names of inputs, classes and targets.

use std::sync::Arc;

use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::field::{excerpt, listed};
use crate::{Column, Dataset, Error};

/// The names in a data set.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Names {
    pub(crate) inputs: Option<Vec<String>>,
    pub(crate) classes: Option<Vec<String>>,
    pub(crate) target: Option<String>,
}

impl Names {
    /// Returns the name of a column of the inputs, for an error message.
    pub(crate) fn input(&self, column: usize) -> Option<Box<str>> {
        let name = self.inputs.as_ref().and_then(|names| names.get(column));
        name.map(|name| name.as_str().into())
    }

    /// Returns the index of a column among this many columns of the inputs.
    pub(crate) fn find_input(&self, column: &Column, columns: usize) -> Result<usize, Error> {
        let missing = |column: String, existing: String| Error::MissingColumn {
            column,
            purpose: "Preparation::fill_column",
            columns: existing,
        };
        let name = match column {
            Column::Index(index) if *index < columns => return Ok(*index),
            Column::Index(_) => {
                let existing = format!("there are {columns}, with indices from 0");
                return Err(missing(column.to_string(), existing));
            }
            Column::Name(name) => name,
        };
        let Some(names) = &self.inputs else {
            let existing = "the inputs have no names: take an index".to_owned();
            return Err(missing(column.to_string(), existing));
        };
        let excerpts = names.iter().map(|name| excerpt(name.as_bytes()));
        let existing = || format!("the inputs are {}", listed(excerpts, names.len()));
        let mut found = (0..names.len()).filter(|&index| names[index] == *name);
        match (found.next(), found.next()) {
            (Some(index), None) => Ok(index),
            (None, _) => Err(missing(column.to_string(), existing())),
            _ => Err(missing(format!("{column} alone"), existing())),
        }
    }
}

impl<T: Scalar> Dataset<T> {
    /// Returns the names of the columns of the inputs, or `None` if they have none.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, Dataset, read_csv_from};
    ///
    /// let text = "height,weight,class\n1.75,70,1\n";
    /// let options = CsvOptions { header: true, ..CsvOptions::default() };
    /// let data: Dataset<f32> = read_csv_from(text.as_bytes(), &options)?;
    /// assert_eq!(data.input_names().unwrap(), ["height", "weight"]);
    /// assert_eq!(data.target_name(), Some("class"));
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn input_names(&self) -> Option<&[String]> {
        self.names.inputs.as_deref()
    }

    /// Returns the names of the classes, of class 0 first, or `None` if they have none.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, Dataset, TextColumn, read_csv_from};
    ///
    /// let options = CsvOptions {
    ///     text: vec![TextColumn::classes(1)],
    ///     ..CsvOptions::default()
    /// };
    /// let text = "1.5,no\n2.5,yes\n".as_bytes();
    /// let data: Dataset<f32> = read_csv_from(text, &options)?;
    /// assert_eq!(data.class_names().unwrap(), ["no", "yes"]);
    /// assert_eq!(data.classes(), [0, 1]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn class_names(&self) -> Option<&[String]> {
        self.names.classes.as_deref()
    }

    /// Returns the name of the target, which is the name of the label column in a file, or `None` if it has none.
    #[must_use]
    pub fn target_name(&self) -> Option<&str> {
        self.names.target.as_deref()
    }

    /// Sets the names of the columns of the inputs, one for each column.
    ///
    /// # Errors
    ///
    /// If the number of names differs from the number of columns.
    ///
    /// ```
    /// use brique_datasets::Dataset;
    /// use brique_tensor::ndarray::array;
    ///
    /// let data = Dataset::new(array![[30.0, 22.5]], array![[1.0]])?;
    /// let data = data.with_input_names(["age", "bmi"])?;
    /// assert_eq!(data.select(&[0, 0])?.input_names().unwrap(), ["age", "bmi"]);
    ///
    /// let error = data.with_input_names(["age"]).unwrap_err();
    /// let expected = "there are 1 names of inputs, expected 2: one for each column";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn with_input_names<N: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        check_count("inputs", names.len(), self.inputs.ncols())?;
        Arc::make_mut(&mut self.names).inputs = Some(names);
        Ok(self)
    }

    /// Sets the names of the classes, of class 0 first.
    ///
    /// The targets are a single column of class numbers 0, 1, …, or one column for each class, as
    /// [`one_hot`](crate::one_hot) returns. For targets −1 and 1, call
    /// [`with_zero_one_targets`](Self::with_zero_one_targets) before.
    ///
    /// # Errors
    ///
    /// If the targets have several columns and not one name for each; if they have one column and a target is not a
    /// whole number from 0 that is below the number of names.
    ///
    /// ```
    /// use brique_datasets::Dataset;
    /// use brique_tensor::ndarray::array;
    ///
    /// let data = Dataset::new(array![[0.5], [1.5]], array![[0.0], [2.0]])?;
    /// let error = data.clone().with_class_names(["cat", "dog"]).unwrap_err();
    /// let expected = "targets[1, 0] is 2, expected a class number below 2, \
    ///                 the number of class names";
    /// assert_eq!(error.to_string(), expected);
    ///
    /// let data = data.with_class_names(["cat", "dog", "bird"])?;
    /// assert_eq!(data.class_names().unwrap()[2], "bird");
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn with_class_names<N: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        check_classes(&self.targets, names.len())?;
        Arc::make_mut(&mut self.names).classes = Some(names);
        Ok(self)
    }

    /// Sets the name of the target.
    ///
    /// ```
    /// use brique_datasets::line;
    /// use brique_random::portable;
    ///
    /// let data = line(&mut portable(1)).with_target_name("price");
    /// assert_eq!(data.target_name(), Some("price"));
    /// ```
    #[must_use]
    pub fn with_target_name(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.names).target = Some(name.into());
        self
    }

    /// Returns a data set of other numbers of the same examples, with their weights and the names that still fit.
    pub(crate) fn with_numbers(&self, inputs: Array2<T>, targets: Array2<T>) -> Result<Self, Error> {
        let data = Self::new(inputs, targets)?;
        Ok(data.with_names_of(Arc::clone(&self.names), self.example_weights.clone()))
    }

    /// Sets the weights, and those of the names that fit inputs and targets.
    pub(crate) fn with_names_of(mut self, mut names: Arc<Names>, example_weights: Option<Vec<T>>) -> Self {
        let columns = self.inputs.ncols();
        if names.inputs.as_ref().is_some_and(|names| names.len() != columns) {
            Arc::make_mut(&mut names).inputs = None;
        }
        let are_classes = |names: &Vec<String>| check_classes(&self.targets, names.len()).is_ok();
        if names.classes.as_ref().is_some_and(|names| !are_classes(names)) {
            Arc::make_mut(&mut names).classes = None;
        }
        (self.names, self.example_weights) = (names, example_weights);
        self
    }
}

fn check_count(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Names {
        what,
        found,
        expected,
    })
}

/// Returns an error unless the targets are numbers of this many classes, or have one column for each class.
fn check_classes<T: Scalar>(targets: &Matrix<T>, classes: usize) -> Result<(), Error> {
    if targets.ncols() != 1 {
        return check_count("classes", classes, targets.ncols());
    }
    let is_class = |target: f64| target.fract() == 0.0 && 0.0 <= target && target < classes as f64;
    match targets.iter().position(|target| !is_class(target.as_f64())) {
        None => Ok(()),
        Some(row) => Err(Error::TargetClass {
            row,
            found: targets[[row, 0]].as_f64(),
            classes,
        }),
    }
}
