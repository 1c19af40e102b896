//! Metrics of numbers.

use brique_tensor::{Matrix, Scalar, largest, pairwise_sum};

use super::{MetricError, check_not_empty, value};

/// Computes the coefficient of determination `R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²` and returns its mean over the columns.
///
/// The sums run over one column, and ȳ is its mean. 1 is perfect, 0 is as good as predicting ȳ, and a value below 0 is
/// worse than that.
///
/// A column whose targets are all equal has no variance to explain: it counts as 1 if every prediction is exact, and
/// as 0 otherwise. This is scikit-learn's convention. If a prediction is NaN, the result is NaN.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m) with n ≥ 2.
///
/// # Errors
///
/// If there are no predictions or only a single example; if the shapes differ; if a target is not finite.
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

/// Computes the mean absolute error `Σ |ŷ − y| / (n·m)`.
///
/// It equals the absolute error as a loss with reduction `Mean`. If a prediction is NaN, the result is NaN.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m).
///
/// # Errors
///
/// If there are no predictions; if the shapes differ; if a target is not finite.
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
        let position = [index / columns, index % columns];
        (yhat[position].as_f64() - y[position].as_f64()).abs()
    };
    Ok(pairwise_sum(y.len(), error) / y.len() as f64)
}

#[expect(
    clippy::float_cmp,
    reason = "targets are constant, and predictions exact, or they are not"
)]
fn r2_of_column(examples: usize, y: impl Fn(usize) -> f64, yhat: impl Fn(usize) -> f64) -> f64 {
    let residual = |row| y(row) - yhat(row);
    // Without this test, targets that are all 0.1 would have a variance from the rounding of their mean.
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
    // In units of the largest deviation, no square overflows, and no square that matters underflows.
    let unit = largest((0..examples).map(|row| deviation(row).abs()));
    let square = |number: f64| (number / unit) * (number / unit);
    let unexplained = pairwise_sum(examples, |row| square(residual(row)));
    1.0 - unexplained / pairwise_sum(examples, |row| square(deviation(row)))
}

/// Checks that targets and predictions have the same shape and are not empty, and that the targets are finite.
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
        Some((position, &target)) => Err(value("y", position, target, "a finite number")),
    }
}
