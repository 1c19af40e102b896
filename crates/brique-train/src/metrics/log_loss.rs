//! The log loss of probabilities.

use brique_tensor::{Matrix, Scalar, pairwise_sum};

use super::classes::{Coding, true_classes};
use super::{MetricError, check_not_empty, value};

/// Computes the mean of the negative logarithms of the probabilities of the true classes, `−Σ_i ln p_(i, y_i) / n`.
///
/// ŷ contains probabilities, for example those of [`predict_proba`](crate::predict_proba). 0 is perfect, and predicting
/// `1 / c` for each of c classes has the log loss `ln c`. If the probability of a true class is 0, the result is ∞,
/// which is the definition; scikit-learn replaces such a probability by the spacing of floating-point numbers at 1, and
/// otherwise gives the same result.
///
/// # Shapes
///
/// `ŷ` is (n, c) and its rows sum to 1. `y` is (n, 1), class indices, or (n, c), where the largest column is the class.
/// For c = 1, ŷ contains the probabilities of class 1, and y contains 0 and 1 or −1 and 1.
///
/// # Errors
///
/// If there are no examples; if the shapes do not fit; if a target names no class; if a prediction is NaN or not from 0
/// to 1; if a row of several columns does not sum to 1 within 10⁻⁴ (in f32 10⁻³).
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::log_loss;
///
/// let probabilities = array![[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]];
/// let loss = log_loss(&array![[0.0], [1.0]], &probabilities)?;
/// assert_eq!(loss, (2.0_f64.ln() + 4.0_f64.ln()) / 2.0);
///
/// // The probability of the class 1, alone in its column.
/// let loss = log_loss(&array![[0.0], [1.0]], &array![[0.5], [0.5]])?;
/// assert_eq!(loss, 2.0_f64.ln());
/// assert_eq!(log_loss(&array![[1.0]], &array![[0.0]])?, f64::INFINITY);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: scikit-learn's `log_loss`.
pub fn log_loss<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    check_not_empty(yhat)?;
    if yhat.ncols() == 1 {
        return log_loss_of_column(y, yhat);
    }
    let truths = true_classes(y, yhat)?;
    check_probabilities(yhat)?;
    check_sums(yhat)?;
    Ok(mean(truths.len(), |row| {
        libm::log(yhat[[row, truths[row]]].as_f64())
    }))
}

fn log_loss_of_column<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Coding::of(y, yhat)?;
    check_probabilities(yhat)?;
    Ok(mean(yhat.nrows(), |row| {
        let p = yhat[[row, 0]].as_f64();
        if y[[row, 0]] == T::one() {
            libm::log(p)
        } else {
            libm::log1p(-p)
        }
    }))
}

/// Returns the mean of the negated logarithms. That of a perfect prediction is 0, not −0.
fn mean(examples: usize, logarithm: impl Fn(usize) -> f64) -> f64 {
    pairwise_sum(examples, |row| 0.0 - logarithm(row)) / examples as f64
}

fn check_probabilities<T: Scalar>(yhat: &Matrix<T>) -> Result<(), MetricError> {
    let is_probability = |number: &T| (T::zero()..=T::one()).contains(number);
    match yhat.indexed_iter().find(|(_, number)| !is_probability(number)) {
        None => Ok(()),
        Some((position, &number)) => Err(value(
            "yhat",
            position,
            number,
            "a probability from 0 to 1: of logits, use predict_proba",
        )),
    }
}

/// Checks that the rows sum to 1, with the tolerance of `CrossEntropyLoss` for targets that are probabilities.
fn check_sums<T: Scalar>(yhat: &Matrix<T>) -> Result<(), MetricError> {
    let tolerance = if T::NAME == "f32" { 1e-3 } else { 1e-4 };
    for (row, numbers) in yhat.rows().into_iter().enumerate() {
        let sum = pairwise_sum(numbers.len(), |column| numbers[column].as_f64());
        if (sum - 1.0).abs() > tolerance {
            return Err(MetricError::RowSum { row, found: sum });
        }
    }
    Ok(())
}
