//! Standardisation of columns to mean 0 and deviation 1.

use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Matrix, Scalar};

use crate::memory::check_memory;
use crate::statistics::mean_and_scale;
use crate::{Dataset, Error};

/// Shifts and scales each column to mean 0 and standard deviation 1: `(x − mean) / deviation`.
///
/// The statistics come from the matrix passed to [`fit`](Self::fit), the training inputs; test inputs are transformed
/// with the same statistics. The deviation divides by n. A constant column is shifted but not scaled.
///
/// ```
/// use brique_datasets::Standardizer;
/// use brique_tensor::ndarray::array;
///
/// let train = array![[0.0, 5.0], [4.0, 5.0]];
/// let standardizer = Standardizer::fit(&train)?;
/// assert_eq!(standardizer.transform(&train)?, array![[-1.0, 0.0], [1.0, 0.0]]);
///
/// let test = array![[8.0, 6.0]];
/// let transformed = standardizer.transform(&test)?;
/// assert_eq!(transformed, array![[3.0, 1.0]]);
/// assert_eq!(standardizer.inverse_transform(&transformed)?, test);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standardizer {
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl Standardizer {
    /// Computes the statistics of the columns of `inputs`, of shape (n, columns).
    ///
    /// # Errors
    ///
    /// If there are no rows, or a number is NaN or infinite.
    pub fn fit<T: Scalar>(inputs: &Matrix<T>) -> Result<Self, Error> {
        Self::of_columns("inputs", inputs, |_| None)
    }

    /// Computes the statistics of the inputs of a data set, as [`fit`](Self::fit); errors contain the name of the column.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    ///
    /// ```
    /// use brique_datasets::{Dataset, Standardizer};
    /// use brique_tensor::ndarray::array;
    ///
    /// let train = Dataset::new(array![[30.0, f64::NAN]], array![[1.0]])?;
    /// let train = train.with_input_names(["age", "bmi"])?;
    /// let error = Standardizer::fit_inputs(&train).unwrap_err();
    /// let expected = "inputs[0, 1] (\"bmi\") is NaN, expected a finite number";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn fit_inputs<T: Scalar>(data: &Dataset<T>) -> Result<Self, Error> {
        Self::of_columns("inputs", data.inputs(), |column| data.names.input(column))
    }

    /// Computes the statistics of the targets of a data set, for a regression. After a training with standardised
    /// targets, [`inverse_transform`](Self::inverse_transform) converts predictions to the unit of the targets.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    ///
    /// ```
    /// use brique_datasets::{Dataset, Standardizer};
    /// use brique_tensor::ndarray::array;
    ///
    /// let train = Dataset::new(array![[1.0], [2.0]], array![[0.0], [400.0]])?;
    /// let standardizer = Standardizer::fit_targets(&train)?;
    /// let standardised = standardizer.apply_to_targets(&train)?;
    /// assert_eq!(standardised.targets(), array![[-1.0], [1.0]]);
    ///
    /// let predictions = standardizer.inverse_transform(&array![[0.5]])?;
    /// assert_eq!(predictions, array![[300.0]]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn fit_targets<T: Scalar>(data: &Dataset<T>) -> Result<Self, Error> {
        Self::of_columns("targets", data.targets(), |_| data.target_name().map(Box::from))
    }

    fn of_columns<T: Scalar>(
        what: &'static str,
        matrix: &Matrix<T>,
        name: impl Fn(usize) -> Option<Box<str>>,
    ) -> Result<Self, Error> {
        let n = matrix.nrows();
        if n == 0 {
            return Err(Error::NoExamples {
                function: "Standardizer::fit",
            });
        }
        if let Some(((row, column), value)) = matrix.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(Error::Value {
                what,
                row,
                column,
                name: name(column),
                found: value.as_f64(),
                expected: "a finite number",
            });
        }
        let statistics = |column| mean_and_scale(n, |row| matrix[[row, column]].as_f64());
        let (mean, scale) = (0..matrix.ncols()).map(statistics).unzip();
        Ok(Self { mean, scale })
    }

    /// Creates a standardizer from the mean and the divisor of each column, as [`mean`](Self::mean) and
    /// [`scale`](Self::scale) return them.
    ///
    /// # Errors
    ///
    /// If the lengths differ, a mean is NaN or infinite, or a divisor is not a finite number above 0.
    ///
    /// ```
    /// use brique_datasets::Standardizer;
    /// use brique_tensor::ndarray::array;
    ///
    /// let standardizer = Standardizer::new(vec![2.0], vec![4.0])?;
    /// assert_eq!(standardizer.transform(&array![[10.0]])?, array![[2.0]]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn new(mean: Vec<f64>, scale: Vec<f64>) -> Result<Self, Error> {
        if mean.len() != scale.len() {
            return Err(Error::Lengths {
                what: "the divisors",
                found: scale.len(),
                expected: mean.len(),
                of: "means",
            });
        }
        check_numbers("mean", &mean, f64::is_finite, "a finite number")?;
        let is_divisor = |number: f64| number.is_finite() && number > 0.0;
        check_numbers("scale", &scale, is_divisor, "a finite number above 0")?;
        Ok(Self { mean, scale })
    }

    /// Returns the mean of each column.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Returns the divisor of each column: its standard deviation, or 1 if the column is constant.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Computes `(x − mean) / scale` for each column.
    ///
    /// # Errors
    ///
    /// If the number of columns of `inputs` differs from that of the fitted matrix, or memory cannot hold the result.
    pub fn transform<T: Scalar>(&self, inputs: &Matrix<T>) -> Result<Array2<T>, Error> {
        self.by_column("the inputs", inputs, standardize)
    }

    /// Computes `x · scale + mean` for each column, the inverse of [`transform`](Self::transform).
    ///
    /// # Errors
    ///
    /// If the number of columns of `inputs` differs from that of the fitted matrix, or memory cannot hold the result.
    pub fn inverse_transform<T: Scalar>(&self, inputs: &Matrix<T>) -> Result<Array2<T>, Error> {
        self.restore("the inputs", inputs)
    }

    pub(crate) fn restore<T: Scalar>(
        &self,
        what: &'static str,
        matrix: &Matrix<T>,
    ) -> Result<Array2<T>, Error> {
        self.by_column(what, matrix, |value, mean, scale| value * scale + mean)
    }

    /// Returns the data set with inputs `(x − mean) / scale`. Targets, names and weights are those of `data`.
    ///
    /// # Errors
    ///
    /// If the number of columns of the inputs differs from that of the fitted matrix, or memory cannot hold the result.
    ///
    /// ```
    /// use brique_datasets::{Standardizer, TestSize, Selection, plane, train_test_split};
    /// use brique_random::portable;
    ///
    /// let data = plane(&mut portable(1));
    /// let size = TestSize::default();
    /// let (train, test) = train_test_split(&data, size, Selection::InOrder)?;
    /// let standardizer = Standardizer::fit_inputs(&train)?;
    /// let train = standardizer.apply(&train)?;
    /// let test = standardizer.apply(&test)?;
    /// assert!(train.inputs().sum().abs() < 1e-9);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn apply<T: Scalar>(&self, data: &Dataset<T>) -> Result<Dataset<T>, Error> {
        let inputs = self.by_column("the inputs", data.inputs(), standardize)?;
        data.with_numbers(inputs, data.targets.clone())
    }

    /// Returns the data set with targets `(y − mean) / scale`. Inputs and weights are those of `data`. The names are too,
    /// except that the class names are dropped if the targets no longer contain classes.
    ///
    /// # Errors
    ///
    /// If the number of columns of the targets differs from that of the fitted matrix, or memory cannot hold the result.
    ///
    /// The example of [`fit_targets`](Self::fit_targets) calls this method.
    pub fn apply_to_targets<T: Scalar>(&self, data: &Dataset<T>) -> Result<Dataset<T>, Error> {
        let targets = self.by_column("the targets", data.targets(), standardize)?;
        data.with_numbers(data.inputs.clone(), targets)
    }

    fn by_column<T: Scalar>(
        &self,
        what: &'static str,
        inputs: &Matrix<T>,
        formula: impl Fn(f64, f64, f64) -> f64,
    ) -> Result<Array2<T>, Error> {
        if inputs.ncols() != self.mean.len() {
            return Err(Error::Columns {
                what,
                found: inputs.ncols(),
                expected: self.mean.len(),
                reason: "as many as the standardizer was fitted to",
            });
        }
        check_memory("Standardizer", "inputs", inputs.dim(), 1)?;
        let mut outputs = inputs.to_owned();
        for (column, mut values) in outputs.axis_iter_mut(Axis(1)).enumerate() {
            let (mean, scale) = (self.mean[column], self.scale[column]);
            values.mapv_inplace(|value| T::from_f64(formula(value.as_f64(), mean, scale)));
        }
        Ok(outputs)
    }
}

fn standardize(value: f64, mean: f64, scale: f64) -> f64 {
    (value - mean) / scale
}

fn check_numbers(
    what: &'static str,
    numbers: &[f64],
    is_valid: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), Error> {
    match numbers.iter().position(|&number| !is_valid(number)) {
        None => Ok(()),
        Some(column) => Err(Error::Value {
            what,
            row: 0,
            column,
            name: None,
            found: numbers[column],
            expected,
        }),
    }
}
