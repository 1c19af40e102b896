//! Metrics measure how good predictions are. They are for reading and are not differentiated.
//!
//! Every metric takes the target first, as the losses do, and is a plain function of a whole data set:
//! `fn(&Matrix<T>, &Matrix<T>) -> Result<f64, MetricError>`. It computes in `f64` for every type `T`.
//!
//! | metric | of | best |
//! |---|---|---|
//! | [`accuracy`], [`accuracy_of_logits`] | classes | 1 |
//! | [`precision`], [`recall`], [`f1`] | two classes | 1 |
//! | [`macro_precision`], [`macro_recall`], [`macro_f1`] | classes | 1 |
//! | [`weighted_precision`], [`weighted_recall`], [`weighted_f1`] | classes | 1 |
//! | [`ConfusionMatrix`] | classes | a diagonal |
//! | [`roc_auc`], [`roc_curve`] | scores of two classes | 1 |
//! | [`macro_roc_auc`], [`weighted_roc_auc`], [`pairwise_roc_auc`] | scores of classes | 1 |
//! | [`log_loss`] | probabilities of classes | 0 |
//! | [`r2`] | numbers | 1 |
//! | [`mean_absolute_error`] | numbers | 0 |
//!
//! # Classes
//!
//! All metrics of classes determine the predicted and the true class in the same way:
//!
//! | ŷ | predicted | y |
//! |---|---|---|
//! | (n, c), c ≥ 2 | the largest column, the first of several | (n, 1) class indices, or (n, c) where the largest column is true |
//! | (n, 1) | class 1 above a threshold, else class 0 | (n, 1) of 0 and 1, or of −1 and 1: classes 0 and 1 |
//!
//! Targets of c columns are one-hot, or hold probabilities.
//!
//! The threshold for a single column is the midpoint of the two targets: ½ for 0 and 1, and 0 for −1 and 1. The
//! targets are −1 and 1 if at least one of them is −1; targets that are all 1 count as 0 and 1. Logits with targets 0
//! and 1 need the threshold 0 instead: use [`accuracy_of_logits`] and [`ConfusionMatrix::of_logits`]. For any other
//! threshold use [`ConfusionMatrix::with_threshold`].
//!
//! A prediction that is NaN names no class: metrics of classes and [`roc_auc`] return an error with its position.
//!
//! ```
//! use brique_tensor::Matrix;
//! use brique_tensor::ndarray::array;
//! use brique_train::metrics::{self, ConfusionMatrix, MetricError};
//!
//! let (y, logits) = (array![[0.0], [1.0], [1.0]], array![[-2.0], [0.25], [3.0]]);
//! let judges: [fn(&Matrix, &Matrix) -> Result<f64, MetricError>; 3] = [
//!     metrics::accuracy_of_logits,
//!     metrics::roc_auc,
//!     |y, yhat| ConfusionMatrix::of_logits(y, yhat)?.f1(1),
//! ];
//! for judge in judges {
//!     assert_eq!(judge(&y, &logits)?, 1.0);
//! }
//! # Ok::<(), MetricError>(())
//! ```

mod classes;
mod classification;
mod confusion;
mod error;
mod log_loss;
mod regression;
mod roc;
mod roc_classes;

pub use classification::{
    accuracy, accuracy_of_logits, f1, macro_f1, macro_precision, macro_recall, precision, recall,
    weighted_f1, weighted_precision, weighted_recall,
};
pub use confusion::ConfusionMatrix;
pub use error::MetricError;
pub use log_loss::log_loss;
pub use regression::{mean_absolute_error, r2};
pub use roc::{RocCurve, RocPoint, roc_auc, roc_curve};
pub use roc_classes::{macro_roc_auc, pairwise_roc_auc, weighted_roc_auc};

use std::borrow::Cow;

use brique_tensor::{Matrix, Scalar};

/// Returns an error if there are no predictions.
fn check_not_empty<T>(yhat: &Matrix<T>) -> Result<(), MetricError> {
    if yhat.is_empty() {
        return Err(MetricError::Empty { found: yhat.dim() });
    }
    Ok(())
}

/// Creates the error for one invalid number.
fn value<T: Scalar>(
    argument: &'static str,
    (row, column): (usize, usize),
    found: T,
    expected: impl Into<Cow<'static, str>>,
) -> MetricError {
    MetricError::Value {
        argument,
        row,
        column,
        found: found.to_string(),
        expected: expected.into(),
    }
}
