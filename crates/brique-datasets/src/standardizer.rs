//! Standardisation of columns to mean 0 and deviation 1.

use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Matrix, Scalar, pairwise_sum};

use crate::Error;
use crate::memory::check_memory;

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
        if inputs.nrows() == 0 {
            return Err(Error::NoExamples {
                function: "Standardizer::fit",
            });
        }
        if let Some(((row, column), value)) = inputs.indexed_iter().find(|(_, value)| !value.is_finite()) {
            let found = value.as_f64();
            return Err(Error::Value {
                what: "inputs",
                row,
                column,
                found,
                expected: "a finite number",
            });
        }
        let (mean, scale) = (0..inputs.ncols())
            .map(|column| mean_and_scale(inputs, column))
            .unzip();
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
        self.by_column(inputs, |value, mean, scale| (value - mean) / scale)
    }

    /// Computes `x · scale + mean` for each column, the inverse of [`transform`](Self::transform).
    ///
    /// # Errors
    ///
    /// If the number of columns of `inputs` differs from that of the fitted matrix, or memory cannot hold the result.
    pub fn inverse_transform<T: Scalar>(&self, inputs: &Matrix<T>) -> Result<Array2<T>, Error> {
        self.by_column(inputs, |value, mean, scale| value * scale + mean)
    }

    fn by_column<T: Scalar>(
        &self,
        inputs: &Matrix<T>,
        formula: impl Fn(f64, f64, f64) -> f64,
    ) -> Result<Array2<T>, Error> {
        if inputs.ncols() != self.mean.len() {
            return Err(Error::Columns {
                what: "the inputs",
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
            found: numbers[column],
            expected,
        }),
    }
}

/// Returns the mean and the scale of a column. The column is divided by its largest magnitude first, so that no square
/// of a finite number overflows or underflows.
fn mean_and_scale<T: Scalar>(inputs: &Matrix<T>, column: usize) -> (f64, f64) {
    let rows = inputs.nrows();
    let n = rows as f64;
    let magnitudes = inputs
        .column(column)
        .into_iter()
        .map(|value| value.as_f64().abs());
    let largest = magnitudes.fold(0.0, f64::max);
    if largest == 0.0 {
        return (0.0, 1.0);
    }
    let value = |row: usize| inputs[[row, column]].as_f64() / largest;
    let mean = pairwise_sum(rows, value) / n;
    let variance = pairwise_sum(rows, |row| (value(row) - mean).powi(2)) / n;
    let deviation = variance.sqrt();
    let rounding = f64::EPSILON * mean.abs() * n.sqrt();
    (
        mean * largest,
        if deviation <= rounding {
            1.0
        } else {
            deviation * largest
        },
    )
}
