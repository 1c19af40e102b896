//! Metrics of classes, as functions.

use brique_tensor::{Matrix, Scalar};

use super::classes::{Cut, decide};
use super::{ConfusionMatrix, MetricError};

/// The share of the examples whose class is predicted, `#{i : ŷ_i names the class of y_i} / n`.
///
/// # Shapes
///
/// `ŷ` is (n, c), `y` (n, 1) or (n, c); for a single column both are (n, 1). The [module](super#classes) says which class
/// they name.
///
/// # Errors
///
/// If there are no examples; where the shapes do not fit; where a target names no class; where a prediction is NaN.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::accuracy;
///
/// let yhat = array![[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.5, 0.25, 0.0], [-3.0, -2.0, -1.0]];
/// assert_eq!(accuracy(&array![[0.0], [1.0], [1.0], [2.0]], &yhat)?, 0.75);
///
/// let (y, probabilities) = (array![[0.0], [1.0]], array![[0.25], [0.75]]); // above ½ is a 1
/// assert_eq!(accuracy(&y, &probabilities)?, 1.0);
///
/// let (y, scores) = (array![[-1.0], [1.0]], array![[-0.5], [0.25]]); // above 0 is a 1
/// assert_eq!(accuracy(&y, &scores)?, 1.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn accuracy<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(decide(y, yhat, Cut::Middle)?.accuracy())
}

/// The [`accuracy`] of logits: a single column counts as positive above 0, also where the targets are 0 and 1.
///
/// The sigmoid of a logit is above ½ exactly where the logit is above 0. With several columns nothing differs, because
/// the largest logit has the largest probability.
///
/// # Errors
///
/// As [`accuracy`].
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::{accuracy, accuracy_of_logits};
///
/// let (y, logits) = (array![[0.0], [1.0]], array![[-1.0], [0.25]]);
/// assert_eq!(accuracy_of_logits(&y, &logits)?, 1.0);
/// assert_eq!(accuracy(&y, &logits)?, 0.5); // takes 0.25 for a probability
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn accuracy_of_logits<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(decide(y, yhat, Cut::Logits)?.accuracy())
}

/// The share of the positive among those predicted positive, `TP / (TP + FP)`; 0 where none is predicted.
///
/// The positive class is 1. As [`ConfusionMatrix::precision`], which has it for every class.
///
/// # Errors
///
/// As [`accuracy`], and where there are more than two classes.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::{f1, precision, recall};
///
/// let (y, yhat) = (array![[1.0], [1.0], [1.0], [0.0]], array![[0.9], [0.2], [0.1], [0.8]]);
/// assert_eq!(precision(&y, &yhat)?, 1.0 / 2.0);
/// assert_eq!(recall(&y, &yhat)?, 1.0 / 3.0);
/// assert_eq!(f1(&y, &yhat)?, 2.0 / 5.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn precision<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    binary("precision", y, yhat)?.precision(POSITIVE)
}

/// The share of those predicted positive among the positive, `TP / (TP + FN)`; 0 where there is none.
///
/// The positive class is 1. As [`ConfusionMatrix::recall`], which has it for every class.
///
/// # Errors
///
/// As [`precision`].
pub fn recall<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    binary("recall", y, yhat)?.recall(POSITIVE)
}

/// The harmonic mean of [`precision`] and [`recall`], `2·TP / (2·TP + FP + FN)`; 0 where nothing is positive.
///
/// The positive class is 1. As [`ConfusionMatrix::f1`], which has it for every class.
///
/// # Errors
///
/// As [`precision`].
pub fn f1<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    binary("f1", y, yhat)?.f1(POSITIVE)
}

/// The mean of the precisions of all classes, [`ConfusionMatrix::macro_precision`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn macro_precision<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.macro_precision())
}

/// The mean of the recalls of all classes, [`ConfusionMatrix::macro_recall`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn macro_recall<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.macro_recall())
}

/// The mean of the F1 of all classes, [`ConfusionMatrix::macro_f1`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn macro_f1<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.macro_f1())
}

/// The class that the metrics of two classes are about.
const POSITIVE: usize = 1;

fn binary<T: Scalar>(
    metric: &'static str,
    y: &Matrix<T>,
    yhat: &Matrix<T>,
) -> Result<ConfusionMatrix, MetricError> {
    // A single column, too, is of two classes.
    match yhat.ncols() {
        0..=2 => ConfusionMatrix::of(y, yhat),
        classes => Err(MetricError::NotBinary { metric, classes }),
    }
}
