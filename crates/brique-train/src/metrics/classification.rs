//! Metrics of classes, as functions.

use brique_tensor::{Matrix, Scalar};

use super::classes::{Cut, decide};
use super::{ConfusionMatrix, MetricError};

/// Computes the fraction of examples whose class is predicted correctly, `#{i : ŷ_i names the class of y_i} / n`.
///
/// # Shapes
///
/// `ŷ` is (n, c), `y` is (n, 1) or (n, c); for a single column both are (n, 1). The [module](super#classes) documents
/// which class they name.
///
/// # Errors
///
/// If there are no examples; if the shapes do not fit; if a target names no class; if a prediction is NaN.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::accuracy;
///
/// let yhat = array![
///     [2.0, 1.0, 0.0],
///     [0.0, 3.0, 1.0],
///     [0.5, 0.25, 0.0],
///     [-3.0, -2.0, -1.0]
/// ];
/// assert_eq!(accuracy(&array![[0.0], [1.0], [1.0], [2.0]], &yhat)?, 0.75);
///
/// // Above ½ is a 1.
/// let (y, probabilities) = (array![[0.0], [1.0]], array![[0.25], [0.75]]);
/// assert_eq!(accuracy(&y, &probabilities)?, 1.0);
///
/// // Above 0 is a 1.
/// let (y, scores) = (array![[-1.0], [1.0]], array![[-0.5], [0.25]]);
/// assert_eq!(accuracy(&y, &scores)?, 1.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn accuracy<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(decide(y, yhat, Cut::Middle)?.accuracy())
}

/// Computes the [`accuracy`] of logits: a single column counts as positive above 0, also if the targets are 0 and 1.
///
/// The sigmoid of a logit is above ½ exactly when the logit is above 0. With several columns the result equals
/// [`accuracy`], because the largest logit has the largest probability.
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

/// Computes the fraction of true positives among the examples predicted positive, `TP / (TP + FP)`, or 0 if none is
/// predicted positive.
///
/// The positive class is 1. [`ConfusionMatrix::precision`] computes the same for every class.
///
/// # Errors
///
/// As [`accuracy`], and if there are more than two classes.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::{f1, precision, recall};
///
/// let y = array![[1.0], [1.0], [1.0], [0.0]];
/// let yhat = array![[0.9], [0.2], [0.1], [0.8]];
/// assert_eq!(precision(&y, &yhat)?, 1.0 / 2.0);
/// assert_eq!(recall(&y, &yhat)?, 1.0 / 3.0);
/// assert_eq!(f1(&y, &yhat)?, 2.0 / 5.0);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn precision<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    binary("precision", y, yhat)?.precision(POSITIVE)
}

/// Computes the fraction of the positive examples that are predicted positive, `TP / (TP + FN)`, or 0 if there are no
/// positive examples.
///
/// The positive class is 1. [`ConfusionMatrix::recall`] computes the same for every class.
///
/// # Errors
///
/// As [`precision`].
pub fn recall<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    binary("recall", y, yhat)?.recall(POSITIVE)
}

/// Computes the harmonic mean of [`precision`] and [`recall`], `2·TP / (2·TP + FP + FN)`, or 0 if no example is
/// positive or predicted positive.
///
/// The positive class is 1. [`ConfusionMatrix::f1`] computes the same for every class.
///
/// # Errors
///
/// As [`precision`].
pub fn f1<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    binary("f1", y, yhat)?.f1(POSITIVE)
}

/// Computes the mean of the precisions of all classes, [`ConfusionMatrix::macro_precision`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn macro_precision<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.macro_precision())
}

/// Computes the mean of the recalls of all classes, [`ConfusionMatrix::macro_recall`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn macro_recall<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.macro_recall())
}

/// Computes the mean of the F1 of all classes, [`ConfusionMatrix::macro_f1`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn macro_f1<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.macro_f1())
}

/// Computes the mean of the precisions of all classes, weighted by the number of examples of each class:
/// [`ConfusionMatrix::weighted_precision`].
///
/// # Errors
///
/// As [`accuracy`].
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::{weighted_f1, weighted_precision, weighted_recall};
///
/// // Class 0 has precision 1, recall 1/3 and F1 1/2; class 1 has 1/3, 1 and 1/2.
/// let y = array![[0.0], [0.0], [0.0], [1.0]];
/// let yhat = array![[0.1], [0.8], [0.9], [0.7]];
/// assert_eq!(weighted_precision(&y, &yhat)?, (3.0 + 1.0 / 3.0) / 4.0);
/// assert_eq!(weighted_recall(&y, &yhat)?, 0.5);
/// assert_eq!(weighted_f1(&y, &yhat)?, 0.5);
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
pub fn weighted_precision<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.weighted_precision())
}

/// Computes the mean of the recalls of all classes, weighted by the number of examples of each class:
/// [`ConfusionMatrix::weighted_recall`]. It is equal to [`accuracy`] except for rounding.
///
/// # Errors
///
/// As [`accuracy`].
pub fn weighted_recall<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.weighted_recall())
}

/// Computes the mean of the F1 of all classes, weighted by the number of examples of each class:
/// [`ConfusionMatrix::weighted_f1`].
///
/// # Errors
///
/// As [`accuracy`].
pub fn weighted_f1<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<f64, MetricError> {
    Ok(ConfusionMatrix::of(y, yhat)?.weighted_f1())
}

/// The positive class of the metrics of two classes.
const POSITIVE: usize = 1;

fn binary<T: Scalar>(
    metric: &'static str,
    y: &Matrix<T>,
    yhat: &Matrix<T>,
) -> Result<ConfusionMatrix, MetricError> {
    // A single column also has two classes.
    match yhat.ncols() {
        0..=2 => ConfusionMatrix::of(y, yhat),
        classes => Err(MetricError::NotBinary { metric, classes }),
    }
}
