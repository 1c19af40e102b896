//! A preparation with the statistics of a training set.

use std::fmt;

use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Matrix, Scalar};

use crate::memory::check_memory;
use crate::preparation::fill::check_fill_value;
use crate::{Dataset, Error, Standardizer};

const REASON: &str = "the preparation was fitted to it";

/// The steps of a [`Preparation`](crate::Preparation) with the statistics of a training set.
///
/// It is plain data, and its methods return all its numbers. To save it, store
/// [`fill_values`](Self::fill_values), and [`mean`](Standardizer::mean) and [`scale`](Standardizer::scale) of the two
/// standardizers; [`new`](Self::new) and the methods that begin with `with_` build it again.
///
/// ```
/// use brique_datasets::{Fill, FittedPreparation, Preparation, Standardizer, line};
/// use brique_random::portable;
///
/// let train = line(&mut portable(1));
/// let preparation = Preparation::new().fill_missing(Fill::Mean).standardize();
/// let fitted = preparation.fit(&train)?;
///
/// let standardizer = fitted.standardizer().unwrap();
/// let (mean, scale) = (standardizer.mean().to_vec(), standardizer.scale().to_vec());
/// let built = FittedPreparation::new(1)
///     .with_fill_values(fitted.fill_values().to_vec())?
///     .with_standardizer(Standardizer::new(mean, scale)?)?;
/// assert_eq!(built.apply(&train)?, fitted.apply(&train)?);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FittedPreparation {
    pub(crate) input_names: Option<Vec<String>>,
    pub(crate) fill_values: Vec<Option<f64>>,
    pub(crate) filled: Vec<usize>,
    pub(crate) standardizer: Option<Standardizer>,
    pub(crate) target_standardizer: Option<Standardizer>,
}

impl FittedPreparation {
    /// Creates a preparation without steps for inputs with this number of columns.
    ///
    /// The example of [`FittedPreparation`] calls this function and the methods that add steps.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self {
            input_names: None,
            fill_values: vec![None; columns],
            filled: vec![0; columns],
            standardizer: None,
            target_standardizer: None,
        }
    }

    /// Sets the value that replaces missing ones in each column, or `None` if they stay.
    ///
    /// # Errors
    ///
    /// If there is not one value for each column, or a value is NaN or infinite.
    pub fn with_fill_values(self, fill_values: Vec<Option<f64>>) -> Result<Self, Error> {
        self.check_columns("the fill values", fill_values.len())?;
        fill_values
            .iter()
            .try_for_each(|&value| check_fill_value::<f64>(value))?;
        Ok(Self { fill_values, ..self })
    }

    /// Sets the names of the columns, one for each. They are compared with those of a data set that has names.
    ///
    /// # Errors
    ///
    /// If there is not one name for each column.
    pub fn with_input_names<N: Into<String>>(
        self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        self.check_columns("the names", names.len())?;
        Ok(Self {
            input_names: Some(names),
            ..self
        })
    }

    /// Sets the standardizer of the inputs.
    ///
    /// # Errors
    ///
    /// If it has another number of columns.
    pub fn with_standardizer(self, standardizer: Standardizer) -> Result<Self, Error> {
        self.check_columns("the means", standardizer.mean().len())?;
        Ok(Self {
            standardizer: Some(standardizer),
            ..self
        })
    }

    /// Sets the standardizer of the targets.
    #[must_use]
    pub fn with_target_standardizer(self, standardizer: Standardizer) -> Self {
        Self {
            target_standardizer: Some(standardizer),
            ..self
        }
    }

    /// Returns the value that replaces missing ones in each column, or `None` if they stay.
    #[must_use]
    pub fn fill_values(&self) -> &[Option<f64>] {
        &self.fill_values
    }

    /// Returns the number of missing values in the training set of each column that is filled, and 0 for the others.
    #[must_use]
    pub fn filled(&self) -> &[usize] {
        &self.filled
    }

    /// Returns the names of the columns of the training set, or `None` if they have none.
    #[must_use]
    pub fn input_names(&self) -> Option<&[String]> {
        self.input_names.as_deref()
    }

    /// Returns the standardizer of the inputs, or `None` if they are not standardised.
    #[must_use]
    pub fn standardizer(&self) -> Option<&Standardizer> {
        self.standardizer.as_ref()
    }

    /// Returns the standardizer of the targets, or `None` if they are not standardised.
    #[must_use]
    pub fn target_standardizer(&self) -> Option<&Standardizer> {
        self.target_standardizer.as_ref()
    }

    /// Returns the number of values of each column that [`apply`](Self::apply) replaces in a data set.
    ///
    /// # Errors
    ///
    /// If the data set has another number of columns, or other names of columns.
    ///
    /// ```
    /// use brique_datasets::{Dataset, Fill, Preparation};
    /// use brique_tensor::ndarray::array;
    ///
    /// let train = Dataset::new(array![[1.0], [3.0]], array![[0.0], [1.0]])?;
    /// let fitted = Preparation::new().fill_missing(Fill::Mean).fit(&train)?;
    /// let test = Dataset::new(array![[f64::NAN], [f64::NAN]], array![[0.0], [1.0]])?;
    /// assert_eq!((fitted.filled(), fitted.filled_in(&test)?), (&[0][..], vec![2]));
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn filled_in<T: Scalar>(&self, data: &Dataset<T>) -> Result<Vec<usize>, Error> {
        self.check_data(data)?;
        let columns = data.inputs().axis_iter(Axis(1)).zip(&self.fill_values);
        let missing = columns.map(|(column, fill)| match fill {
            Some(_) => column.iter().filter(|value| value.is_nan()).count(),
            None => 0,
        });
        Ok(missing.collect())
    }

    /// Applies the steps to a data set: the training set, a test set or new data. The names and weights are those of
    /// `data`.
    ///
    /// # Errors
    ///
    /// If the inputs, or targets that are standardised, have another number of columns than those of the training set; if
    /// both have names of inputs and these differ; if a fill value is not finite in `T`, or memory cannot hold the
    /// result.
    ///
    /// The example of [`Preparation`](crate::Preparation) calls this method.
    pub fn apply<T: Scalar>(&self, data: &Dataset<T>) -> Result<Dataset<T>, Error> {
        self.check_data(data)?;
        check_memory("FittedPreparation::apply", "inputs", data.inputs().dim(), 1)?;
        let mut inputs = data.inputs().clone();
        for (mut column, &value) in inputs.axis_iter_mut(Axis(1)).zip(&self.fill_values) {
            check_fill_value::<T>(value)?;
            if let Some(value) = value {
                column.mapv_inplace(|input| if input.is_nan() { T::from_f64(value) } else { input });
            }
        }
        if let Some(standardizer) = &self.standardizer {
            inputs = standardizer.transform(&inputs)?;
        }
        match &self.target_standardizer {
            Some(standardizer) => {
                standardizer.apply_to_targets(&data.with_numbers(inputs, data.targets.clone())?)
            }
            None => data.with_numbers(inputs, data.targets.clone()),
        }
    }

    /// Converts predictions of standardised targets to the unit of the targets: `ŷ · scale + mean` for each column.
    /// Returns the predictions unchanged if the targets are not standardised.
    ///
    /// # Errors
    ///
    /// If the predictions have another number of columns than the targets of the training set, or memory cannot hold the
    /// result.
    ///
    /// The example of [`Preparation`](crate::Preparation) calls this method.
    pub fn restore_targets<T: Scalar>(&self, predictions: &Matrix<T>) -> Result<Array2<T>, Error> {
        match &self.target_standardizer {
            Some(standardizer) => standardizer.restore("the predictions", predictions),
            None => Ok(predictions.to_owned()),
        }
    }

    fn check_data<T: Scalar>(&self, data: &Dataset<T>) -> Result<(), Error> {
        self.check_columns("the inputs", data.inputs().ncols())?;
        let (Some(expected), Some(found)) = (&self.input_names, data.input_names()) else {
            return Ok(());
        };
        match (0..found.len()).find(|&column| found[column] != expected[column]) {
            None => Ok(()),
            Some(column) => Err(Error::ColumnName {
                column,
                found: found[column].clone(),
                expected: expected[column].clone(),
                reason: REASON,
            }),
        }
    }

    fn check_columns(&self, what: &'static str, found: usize) -> Result<(), Error> {
        let expected = self.fill_values.len();
        if found == expected {
            return Ok(());
        }
        Err(Error::Columns {
            what,
            found,
            expected,
            reason: "as many as the preparation was fitted to",
        })
    }
}

impl fmt::Display for FittedPreparation {
    /// Writes the steps, and which columns were filled in the training set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        if self.fill_values.iter().any(Option::is_some) {
            steps.push(format!("fills missing values ({})", self.filled_columns()));
        }
        if self.standardizer.is_some() {
            steps.push(format!("standardises {} inputs", self.fill_values.len()));
        }
        if let Some(standardizer) = &self.target_standardizer {
            steps.push(format!("standardises {} targets", standardizer.mean().len()));
        }
        if steps.is_empty() {
            return f.write_str("changes nothing");
        }
        f.write_str(&steps.join(", "))
    }
}

impl FittedPreparation {
    fn filled_columns(&self) -> String {
        let filled = self.filled.iter().enumerate().filter(|&(_, &count)| count > 0);
        let counts: Vec<String> = filled
            .map(|(column, count)| match &self.input_names {
                Some(names) => format!("{count} in {}", names[column]),
                None => format!("{count} in column {column}"),
            })
            .collect();
        if counts.is_empty() {
            return "none in the training set".to_owned();
        }
        format!("in the training set: {}", counts.join(", "))
    }
}
