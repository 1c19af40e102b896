//! The area under the ROC curve.

use brique_tensor::{Matrix, Scalar};

use super::classes::{Coding, check_no_nan};
use super::{MetricError, check_not_empty};

/// Computes the area under the ROC curve: the probability that a positive example has a higher score than a negative
/// one.
///
/// `AUC = Σ_(i, j) ([ŷ_i > ŷ_j] + ½·[ŷ_i = ŷ_j]) / (P·N)` over the P positive examples i and the N negative examples
/// j. This is the rank statistic of Mann and Whitney, in which ties count half. Only the order of the scores matters,
/// so logits and probabilities have the same area, and there is no threshold. The pairs are counted in whole numbers,
/// after one sort.
///
/// # Shapes
///
/// `ŷ` is (n, 1), `y` is (n, 1) and contains 0 and 1 or −1 and 1. If the predictions have two columns, pass the one of
/// the positive class.
///
/// # Errors
///
/// If there are no examples; if the shapes do not fit; if a target has another value; if a score is NaN; if all
/// targets belong to one class.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::roc_auc;
///
/// let y = array![[0.0], [0.0], [1.0], [1.0]];
/// let yhat = array![[0.1], [0.4], [0.35], [0.8]];
/// assert_eq!(roc_auc(&y, &yhat)?, 0.75); // three of the four pairs are in order
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: Mann and Whitney, 1947; scikit-learn's `roc_auc_score`.
pub fn roc_auc<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    check_not_empty(yhat)?;
    if yhat.ncols() != 1 {
        return Err(MetricError::Shape {
            argument: "yhat",
            found: yhat.dim(),
            expected: format!("{:?}", (yhat.nrows(), 1)),
            reason: "one score an example; of two columns, hand over the one of the positive class",
        });
    }
    let coding = Coding::of(y, yhat)?;
    check_no_nan("yhat", yhat)?;
    let examples: Vec<(T, bool)> = yhat
        .iter()
        .zip(y)
        .map(|(score, target)| (*score, *target == T::one()))
        .collect();
    let positives = examples.iter().filter(|(_, positive)| *positive).count();
    let negatives = examples.len() - positives;
    if positives == 0 || negatives == 0 {
        return Err(MetricError::OneClass {
            examples: examples.len(),
            target: if negatives == 0 { 1 } else { coding.negative() },
        });
    }
    let pairs = positives as u128 * negatives as u128;
    Ok(twice_the_pairs_in_order(examples) as f64 / (2 * pairs) as f64)
}

/// Returns the sum over all pairs of a positive and a negative example: 2 if the positive has the higher score, 1 if
/// they tie.
fn twice_the_pairs_in_order<T: Scalar>(mut examples: Vec<(T, bool)>) -> u128 {
    // No score is NaN, so every two of them can be compared.
    examples.sort_unstable_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let (mut twice, mut negatives_below) = (0, 0);
    for tied in examples.chunk_by(|(a, _), (b, _)| a == b) {
        let positives = tied.iter().filter(|(_, positive)| *positive).count() as u128;
        let negatives = tied.len() as u128 - positives;
        twice += positives * (2 * negatives_below + negatives);
        negatives_below += negatives;
    }
    twice
}
