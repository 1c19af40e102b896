//! Steps that prepare data for a training, fitted on the training set alone.

mod fill;
mod fitted;

use brique_tensor::Scalar;

pub use crate::preparation::fill::Fill;
pub use crate::preparation::fitted::FittedPreparation;

use crate::preparation::fill::fill_values;
use crate::{Column, Dataset, Error, Standardizer};

/// Steps that prepare data for a training: missing values are filled, then inputs and targets are standardised.
///
/// A step needs statistics, such as the mean of a column. [`fit`](Self::fit) computes them from the training set, and
/// [`FittedPreparation::apply`] applies the same statistics to the training set, to the test set, and to new data. If the
/// statistics came from all data, the training would have seen a part of the test set, and the error on the test set
/// would be too small: the test set would leak into the training. The order of the calls therefore is: split, fit on
/// the training set, apply to both sets.
///
/// ```
/// use brique_datasets::{
///     CsvOptions, Dataset, Fill, Missing, Preparation, Selection, TestSize,
///     read_csv_from, train_test_split,
/// };
///
/// let text = "age,bmi,cost\n30,20,100\n50,,300\n40,24,200\n70,,600\n";
/// let options = CsvOptions {
///     header: true,
///     missing: Missing::Keep,
///     ..CsvOptions::default()
/// };
/// let data: Dataset<f32> = read_csv_from(text.as_bytes(), &options)?;
/// let size = TestSize::Count(1);
/// let (train, test) = train_test_split(&data, size, Selection::InOrder)?;
///
/// let preparation = Preparation::new()
///     .fill_missing(Fill::Mean)
///     .standardize()
///     .standardize_targets();
/// let fitted = preparation.fit(&train)?;
/// let (train, test) = (fitted.apply(&train)?, fitted.apply(&test)?);
/// assert_eq!(fitted.filled(), [0, 1]);
/// assert_eq!(fitted.fill_values(), [Some(40.0), Some(22.0)]);
/// assert_eq!(test.inputs()[[0, 1]], 0.0); // the mean of the training set
///
/// // Targets of the mean of the training set, in their own unit again.
/// let predictions = train.targets() * 0.0;
/// assert_eq!(fitted.restore_targets(&predictions)?[[0, 0]], 200.0);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preparation {
    fill: Option<Fill>,
    fill_columns: Vec<(Column, Fill)>,
    standardize: bool,
    standardize_targets: bool,
}

impl Preparation {
    /// Creates a preparation without steps, which changes nothing.
    ///
    /// ```
    /// use brique_datasets::{Preparation, line};
    /// use brique_random::portable;
    ///
    /// let data = line(&mut portable(1));
    /// assert_eq!(Preparation::new().fit(&data)?.apply(&data)?, data);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fills missing values of the inputs, which are NaN, in all columns. Default: they stay, and standardising them is
    /// an error.
    ///
    /// The example of [`Preparation`] calls this method.
    #[must_use]
    pub fn fill_missing(self, fill: Fill) -> Self {
        Self {
            fill: Some(fill),
            ..self
        }
    }

    /// Fills missing values of one column of the inputs in another way, for instance one that contains class numbers,
    /// whose mean has no meaning.
    ///
    /// The column is the name of an input, or its index among the inputs, from 0. The last call for a column counts.
    ///
    /// ```
    /// use brique_datasets::{Dataset, Fill, Preparation};
    /// use brique_tensor::ndarray::array;
    ///
    /// let inputs = array![[1.0, 5.0], [f64::NAN, 5.0], [2.0, f64::NAN], [3.0, 9.0]];
    /// let data = Dataset::new(inputs, array![[0.0], [1.0], [0.0], [1.0]])?;
    /// let data = data.with_input_names(["age", "ward"])?;
    /// let preparation = Preparation::new()
    ///     .fill_missing(Fill::Median)
    ///     .fill_column("ward", Fill::MostFrequent);
    /// let filled = preparation.fit(&data)?.apply(&data)?;
    /// let expected = array![[1.0, 5.0], [2.0, 5.0], [2.0, 5.0], [3.0, 9.0]];
    /// assert_eq!(filled.inputs(), expected);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn fill_column(mut self, column: impl Into<Column>, fill: Fill) -> Self {
        self.fill_columns.push((column.into(), fill));
        self
    }

    /// Standardises the inputs: each column gets mean 0 and deviation 1 on the training set, as [`Standardizer`]
    /// computes. This happens after the missing values were filled.
    ///
    /// The example of [`Preparation`] calls this method.
    #[must_use]
    pub fn standardize(self) -> Self {
        Self {
            standardize: true,
            ..self
        }
    }

    /// Standardises the targets of a regression. [`FittedPreparation::restore_targets`] converts predictions back.
    ///
    /// The example of [`Preparation`] calls this method.
    #[must_use]
    pub fn standardize_targets(self) -> Self {
        Self {
            standardize_targets: true,
            ..self
        }
    }

    /// Computes the statistics of the steps from a training set.
    ///
    /// # Errors
    ///
    /// If there are no examples. For a column to fill: if all its values are missing, one is infinite, or the value of
    /// [`Fill::Value`] is not finite in `T`; if a column of [`fill_column`](Self::fill_column) does not exist or is not
    /// the only one with its name. For columns to standardise: if a value is NaN or infinite. For targets to standardise:
    /// if the data set has class names. An error names the column if it has a name.
    ///
    /// ```
    /// use brique_datasets::{Dataset, Fill, Preparation};
    /// use brique_tensor::ndarray::array;
    ///
    /// let data = Dataset::new(array![[30.0, f64::NAN]], array![[1.0]])?;
    /// let data = data.with_input_names(["age", "bmi"])?;
    /// let preparation = Preparation::new().fill_missing(Fill::Mean);
    /// let error = preparation.fit(&data).unwrap_err();
    /// let expected = "column 1 (\"bmi\") of the inputs has no value in 1 examples, \
    ///                 expected at least one";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn fit<T: Scalar>(&self, train: &Dataset<T>) -> Result<FittedPreparation, Error> {
        if train.is_empty() {
            return Err(Error::NoExamples {
                function: "Preparation::fit",
            });
        }
        let fills = self.fills(train)?;
        let (values, filled) = fill_values(train, &fills)?;
        let mut fitted = FittedPreparation::new(train.inputs().ncols());
        (fitted.input_names, fitted.filled) = (train.names.inputs.clone(), filled);
        fitted.fill_values = values;
        if self.standardize {
            let standardizer = if fills.iter().any(Option::is_some) {
                Standardizer::fit_inputs(&fitted.apply(train)?)?
            } else {
                Standardizer::fit_inputs(train)?
            };
            fitted.standardizer = Some(standardizer);
        }
        if self.standardize_targets {
            check_no_classes(train)?;
            fitted.target_standardizer = Some(Standardizer::fit_targets(train)?);
        }
        Ok(fitted)
    }

    /// Returns how to fill each column.
    fn fills<T: Scalar>(&self, train: &Dataset<T>) -> Result<Vec<Option<Fill>>, Error> {
        let mut fills = vec![self.fill; train.inputs().ncols()];
        for (column, fill) in &self.fill_columns {
            let index = train.names.find_input(column, fills.len())?;
            fills[index] = Some(*fill);
        }
        Ok(fills)
    }
}

fn check_no_classes<T: Scalar>(train: &Dataset<T>) -> Result<(), Error> {
    if train.class_names().is_none() {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "Preparation::fit",
        parameter: "standardize_targets",
        found: "set for targets with class names".to_owned(),
        expected: "targets that are quantities, not classes",
    })
}
