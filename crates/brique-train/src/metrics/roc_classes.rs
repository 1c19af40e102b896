//! Areas under the ROC curve for more than two classes.

use brique_tensor::{Matrix, Scalar};

use super::classes::{check_no_nan, true_classes};
use super::roc::{area, roc_auc};
use super::{MetricError, check_not_empty};

/// Computes the mean over the classes of the area under the ROC curve of one class against the rest,
/// `Σ_k AUC_k / c`.
///
/// `AUC_k` is [`roc_auc`] of column k, with the examples of class k as the positive ones. This is scikit-learn's
/// `roc_auc_score` with `multi_class="ovr"` and `average="macro"`.
///
/// A column orders the examples. Softmax changes this order, so logits and their probabilities have different areas:
/// pass probabilities for the numbers of scikit-learn, which refuses anything else.
///
/// # Shapes
///
/// `ŷ` is (n, c). `y` is (n, 1), class indices, or (n, c), where the largest column is the class. For c = 1, `y` and
/// `ŷ` are as in [`roc_auc`], and the result is the same.
///
/// # Errors
///
/// If there are no examples; if the shapes do not fit; if a target names no class; if a score is NaN; if a class has no
/// example.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::macro_roc_auc;
///
/// let y = array![[0.0], [1.0], [2.0], [2.0]];
/// let probabilities = array![
///     [0.5, 0.25, 0.25],
///     [0.25, 0.25, 0.5],
///     [0.0, 0.5, 0.5],
///     [0.25, 0.0, 0.75]
/// ];
/// // One against the rest, the areas are 1, 1/2 and 7/8.
/// assert_eq!(macro_roc_auc(&y, &probabilities)?, (1.0 + 0.5 + 0.875) / 3.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: scikit-learn's `roc_auc_score`.
pub fn macro_roc_auc<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    if yhat.ncols() == 1 {
        return roc_auc(y, yhat);
    }
    let members = Members::of(y, yhat)?;
    let classes = yhat.ncols();
    let sum: f64 = (0..classes).map(|class| members.against_rest(yhat, class)).sum();
    Ok(sum / classes as f64)
}

/// Computes the mean of the areas under the ROC curve of one class against the rest, weighted by the number of
/// examples of each class: `Σ_k n_k · AUC_k / n`.
///
/// `AUC_k` and the shapes are those of [`macro_roc_auc`]. This is scikit-learn's `roc_auc_score` with
/// `multi_class="ovr"` and `average="weighted"`.
///
/// # Errors
///
/// As [`macro_roc_auc`].
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::weighted_roc_auc;
///
/// let y = array![[0.0], [1.0], [2.0], [2.0]];
/// let probabilities = array![
///     [0.5, 0.25, 0.25],
///     [0.25, 0.25, 0.5],
///     [0.0, 0.5, 0.5],
///     [0.25, 0.0, 0.75]
/// ];
/// let mean = (1.0 + 0.5 + 2.0 * 0.875) / 4.0;
/// assert_eq!(weighted_roc_auc(&y, &probabilities)?, mean);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: Provost and Domingos, 2000; scikit-learn's `roc_auc_score`.
pub fn weighted_roc_auc<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    if yhat.ncols() == 1 {
        return roc_auc(y, yhat);
    }
    let members = Members::of(y, yhat)?;
    let weighted = |class| members.rows(class).len() as f64 * members.against_rest(yhat, class);
    let sum: f64 = (0..yhat.ncols()).map(weighted).sum();
    Ok(sum / yhat.nrows() as f64)
}

/// Computes the mean over all pairs of classes of the area under the ROC curve of one class against the other,
/// `Σ_(j<k) ½·(A(j|k) + A(k|j)) / (c·(c − 1)/2)`.
///
/// `A(j|k)` is [`roc_auc`] of column j over the examples of the two classes only, with class j as the positive one.
/// Unlike [`macro_roc_auc`], it does not depend on how frequent the classes are. The shapes are the same. This is
/// scikit-learn's `roc_auc_score` with `multi_class="ovo"` and `average="macro"`.
///
/// # Errors
///
/// As [`macro_roc_auc`].
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::pairwise_roc_auc;
///
/// let y = array![[0.0], [1.0], [2.0], [2.0]];
/// let probabilities = array![
///     [0.5, 0.25, 0.25],
///     [0.25, 0.25, 0.5],
///     [0.0, 0.5, 0.5],
///     [0.25, 0.0, 0.75]
/// ];
/// // The pairs of classes (0, 1), (0, 2) and (1, 2).
/// let areas = [(1.0 + 0.5) / 2.0, (1.0 + 1.0) / 2.0, (0.5 + 0.75) / 2.0];
/// let mean = areas.iter().sum::<f64>() / 3.0;
/// assert_eq!(pairwise_roc_auc(&y, &probabilities)?, mean);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: Hand and Till, 2001.
pub fn pairwise_roc_auc<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    if yhat.ncols() == 1 {
        return roc_auc(y, yhat);
    }
    let members = Members::of(y, yhat)?;
    let classes = yhat.ncols();
    let sum: f64 = (0..classes)
        .flat_map(|k| (0..k).map(move |j| (j, k)))
        .map(|(j, k)| f64::midpoint(members.against(yhat, j, k), members.against(yhat, k, j)))
        .sum();
    // The product of two numbers of columns may be larger than a usize.
    Ok(sum / (classes as f64 * (classes - 1) as f64 / 2.0))
}

/// The rows of the examples of each class, in one list sorted by class. No class is empty.
struct Members {
    rows: Vec<usize>,
    /// The index of the first row of each class in `rows`, and their number at the end.
    first: Vec<usize>,
}

impl Members {
    /// Determines the rows of each class. Fails if a class has no example, because its area is undefined.
    fn of<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Self, MetricError> {
        check_not_empty(yhat)?;
        let truths = true_classes(y, yhat)?;
        check_no_nan("yhat", yhat)?;
        let mut rows: Vec<usize> = (0..truths.len()).collect();
        rows.sort_by_key(|&row| truths[row]);
        let mut first = vec![0];
        for (class, of_class) in rows.chunk_by(|&a, &b| truths[a] == truths[b]).enumerate() {
            if truths[of_class[0]] != class {
                break;
            }
            first.push(first[class] + of_class.len());
        }
        let found = first.len() - 1;
        if found < yhat.ncols() {
            return Err(MetricError::AbsentClass {
                class: found,
                classes: yhat.ncols(),
            });
        }
        Ok(Self { rows, first })
    }

    fn rows(&self, class: usize) -> &[usize] {
        &self.rows[self.first[class]..self.first[class + 1]]
    }

    /// Returns the area of column `class`, with all other examples as the negative ones.
    fn against_rest<T: Scalar>(&self, yhat: &Matrix<T>, class: usize) -> f64 {
        let (before, after) = (
            &self.rows[..self.first[class]],
            &self.rows[self.first[class + 1]..],
        );
        area_of_column(yhat, class, self.rows(class), before.iter().chain(after))
    }

    /// Returns the area of column `class`, with the examples of class `other` as the negative ones.
    fn against<T: Scalar>(&self, yhat: &Matrix<T>, class: usize, other: usize) -> f64 {
        area_of_column(yhat, class, self.rows(class), self.rows(other))
    }
}

fn area_of_column<'a, T: Scalar>(
    yhat: &Matrix<T>,
    column: usize,
    positives: &[usize],
    negatives: impl IntoIterator<Item = &'a usize>,
) -> f64 {
    let of = |positive| move |&row: &usize| (yhat[[row, column]], positive);
    let negatives = negatives.into_iter().map(of(false));
    let mut examples: Vec<_> = positives.iter().map(of(true)).chain(negatives).collect();
    area(&mut examples)
}
