//! The ROC curve of scores of two classes, and the area under it.

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
/// the positive class. For more classes there is [`macro_roc_auc`](super::macro_roc_auc).
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
    Ok(area(&mut scored(y, yhat)?))
}

/// Computes the ROC curve of the scores ŷ: the rates of true and of false positives for every threshold.
///
/// # Shapes
///
/// `ŷ` is (n, 1), `y` is (n, 1) and contains 0 and 1 or −1 and 1.
///
/// # Errors
///
/// As [`roc_auc`].
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::roc_curve;
///
/// let y = array![[0.0], [0.0], [1.0], [1.0]];
/// let curve = roc_curve(&y, &array![[0.1], [0.5], [0.5], [0.75]])?;
/// let points = curve.points().iter();
/// let rates: Vec<_> = points
///     .map(|p| (p.false_positive_rate, p.true_positive_rate, p.threshold))
///     .collect();
/// assert_eq!(
///     rates,
///     [
///         (0.0, 0.0, f64::INFINITY),
///         (0.0, 0.5, 0.75),
///         (0.5, 1.0, 0.5),
///         (1.0, 1.0, 0.1)
///     ]
/// );
/// assert_eq!(curve.area(), 0.875);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: scikit-learn's `roc_curve` with `drop_intermediate=False`.
pub fn roc_curve<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<RocCurve, MetricError> {
    let mut examples = scored(y, yhat)?;
    let area = area(&mut examples);
    Ok(RocCurve {
        points: points(&examples),
        area,
    })
}

/// The ROC curve of scores, by [`roc_curve`]: one point per threshold, from (0, 0) to (1, 1).
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::roc_curve;
///
/// let curve = roc_curve(&array![[0.0], [1.0]], &array![[-3.0], [2.0]])?;
/// assert_eq!((curve.points().len(), curve.area()), (3, 1.0));
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RocCurve {
    points: Vec<RocPoint>,
    area: f64,
}

impl RocCurve {
    /// Returns the points, with thresholds in descending order: (0, 0) with the threshold ∞, then one point per
    /// distinct score. Examples with the same score are counted in the same point.
    #[must_use]
    pub fn points(&self) -> &[RocPoint] {
        &self.points
    }

    /// Returns the area under the lines that connect the points. It is equal to [`roc_auc`].
    #[must_use]
    pub fn area(&self) -> f64 {
        self.area
    }
}

/// One point of a [`RocCurve`]: the rates if scores of at least `threshold` count as positive.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::roc_curve;
///
/// let curve = roc_curve(&array![[0.0], [1.0], [1.0]], &array![[0.5], [0.75], [0.25]])?;
/// let all_positive = curve.points()[3];
/// assert_eq!(all_positive.threshold, 0.25);
/// assert_eq!(all_positive.false_positive_rate, 1.0);
/// assert_eq!(all_positive.true_positive_rate, 1.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RocPoint {
    /// The fraction of the negative examples whose score is at least the threshold, `FP / N`.
    pub false_positive_rate: f64,
    /// The fraction of the positive examples whose score is at least the threshold, `TP / P`: the recall.
    pub true_positive_rate: f64,
    /// The threshold. That of the first point is ∞, and no example counts as positive there.
    pub threshold: f64,
}

/// Returns the score of each example and whether the example is positive. Both classes occur.
fn scored<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Vec<(T, bool)>, MetricError> {
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
    let targets = y.iter().map(|&target| target == T::one());
    let examples: Vec<(T, bool)> = yhat.iter().copied().zip(targets).collect();
    let first = examples[0].1;
    if examples.iter().all(|&(_, positive)| positive == first) {
        return Err(MetricError::OneClass {
            examples: examples.len(),
            target: if first { 1 } else { coding.negative() },
        });
    }
    Ok(examples)
}

/// Sorts examples of both classes, none of whose scores is NaN, by descending score, and returns the area under their
/// curve.
pub(super) fn area<T: Scalar>(examples: &mut [(T, bool)]) -> f64 {
    // No score is NaN, so every two of them can be compared.
    examples.sort_unstable_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
    let (mut twice, mut above) = (0, Counts::default());
    for tied in examples.chunk_by(|(a, _), (b, _)| a == b) {
        let tied = Counts::of(tied);
        // A pair of a higher positive and a lower negative example counts 2, a tied pair counts 1.
        twice += tied.negatives * (2 * above.positives + tied.positives);
        above = above.plus(tied);
    }
    twice as f64 / (2 * above.positives * above.negatives) as f64
}

/// Returns the points of the curve of sorted examples.
fn points<T: Scalar>(sorted: &[(T, bool)]) -> Vec<RocPoint> {
    let all = Counts::of(sorted);
    let point = |counts: Counts, threshold| RocPoint {
        false_positive_rate: counts.negatives as f64 / all.negatives as f64,
        true_positive_rate: counts.positives as f64 / all.positives as f64,
        threshold,
    };
    let mut counts = Counts::default();
    let mut points = vec![point(counts, f64::INFINITY)];
    for tied in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        counts = counts.plus(Counts::of(tied));
        points.push(point(counts, tied[0].0.as_f64()));
    }
    points
}

/// The numbers of positive and negative examples; u128 because their product is counted too.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    positives: u128,
    negatives: u128,
}

impl Counts {
    fn of<T>(examples: &[(T, bool)]) -> Self {
        let positives = examples.iter().filter(|(_, positive)| *positive).count();
        Self {
            positives: positives as u128,
            negatives: (examples.len() - positives) as u128,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            positives: self.positives + other.positives,
            negatives: self.negatives + other.negatives,
        }
    }
}
