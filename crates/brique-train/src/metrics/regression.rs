//! Metrics of numbers.

use brique_tensor::{Matrix, Scalar, largest, pairwise_sum};

use super::{MetricError, check_not_empty, value};

/// The coefficient of determination `R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²`, the mean over the columns.
///
/// The sums run down one column, and ȳ is its mean. 1 is perfect, 0 as good as to predict ȳ, and below 0 is worse than that.
///
/// A column whose targets are all the same has no variance to explain: it counts as 1 where every prediction is
/// exact, and as 0 where one is not: scikit-learn's convention. A prediction that is NaN gives NaN.
///
/// # Shapes
///
/// `y` and `ŷ` are (n, m) both, n ≥ 2.
///
/// # Errors
///
/// If there is nothing to judge, or a single example; where the shapes differ; where a target is not finite.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::r2;
///
/// let y = array![[1.0], [2.0], [3.0]];
/// assert_eq!(r2(&y, &y)?, 1.0);
/// assert_eq!(r2(&y, &array![[2.0], [2.0], [2.0]])?, 0.0);
/// assert_eq!(r2(&y, &array![[1.0], [2.0], [4.0]])?, 0.5);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: scikit-learn's `r2_score`, with its `uniform_average`.
pub fn r2<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    check_numbers(y, yhat)?;
    let (examples, columns) = y.dim();
    if examples == 1 {
        return Err(MetricError::OneExample);
    }
    let of_column = |column| {
        r2_of_column(
            examples,
            |row| y[[row, column]].as_f64(),
            |row| yhat[[row, column]].as_f64(),
        )
    };
    Ok(pairwise_sum(columns, of_column) / columns as f64)
}

/// The mean absolute error `Σ |ŷ − y| / (n·m)`.
///
/// It is what the absolute error is as a loss, with its mean. A prediction that is NaN gives NaN.
///
/// # Shapes
///
/// `y` and `ŷ` are (n, m) both.
///
/// # Errors
///
/// If there is nothing to judge; where the shapes differ; where a target is not finite.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::mean_absolute_error;
///
/// let (y, yhat) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 0.0], [4.0, 5.0]]);
/// assert_eq!(mean_absolute_error(&y, &yhat)?, 1.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn mean_absolute_error<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    check_numbers(y, yhat)?;
    let columns = y.ncols();
    let error = |index: usize| {
        let place = [index / columns, index % columns];
        (yhat[place].as_f64() - y[place].as_f64()).abs()
    };
    Ok(pairwise_sum(y.len(), error) / y.len() as f64)
}

#[expect(
    clippy::float_cmp,
    reason = "targets are constant, and predictions exact, or they are not"
)]
fn r2_of_column(examples: usize, y: impl Fn(usize) -> f64, yhat: impl Fn(usize) -> f64) -> f64 {
    let residual = |row| y(row) - yhat(row);
    // The rounding of a mean would give targets a variance that are all 0.1.
    if (1..examples).all(|row| y(row) == y(0)) {
        return if (0..examples).any(|row| yhat(row).is_nan()) {
            f64::NAN
        } else if (0..examples).all(|row| yhat(row) == y(row)) {
            1.0
        } else {
            0.0
        };
    }
    let mean = pairwise_sum(examples, &y) / examples as f64;
    let deviation = |row| y(row) - mean;
    // Of numbers in units of the largest deviation no square overflows, nor vanishes that counts.
    let unit = largest((0..examples).map(|row| deviation(row).abs()));
    let square = |number: f64| (number / unit) * (number / unit);
    let unexplained = pairwise_sum(examples, |row| square(residual(row)));
    1.0 - unexplained / pairwise_sum(examples, |row| square(deviation(row)))
}

/// Predictions for finite targets of the same shape, at least one.
fn check_numbers<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), MetricError> {
    if y.dim() != yhat.dim() {
        return Err(MetricError::Shape {
            argument: "yhat",
            found: yhat.dim(),
            expected: format!("{:?}", y.dim()),
            reason: "the shape of the target y; nothing is broadcast",
        });
    }
    check_not_empty(yhat)?;
    match y.indexed_iter().find(|(_, target)| !target.is_finite()) {
        None => Ok(()),
        Some((place, &target)) => Err(value("y", place, target, "a finite number")),
    }
}
