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
//! | [`ConfusionMatrix`] | classes | a diagonal |
//! | [`roc_auc`] | scores of two classes | 1 |
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
mod regression;
mod roc;

pub use classification::{
    accuracy, accuracy_of_logits, f1, macro_f1, macro_precision, macro_recall, precision, recall,
};
pub use confusion::ConfusionMatrix;
pub use regression::{mean_absolute_error, r2};
pub use roc::roc_auc;

use std::borrow::Cow;

use brique_tensor::{Matrix, Scalar};

/// A metric is undefined for its arguments.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// There are no predictions.
    #[error(
        "yhat has shape {found:?}: without a prediction there is nothing to judge; leave such batches out"
    )]
    Empty {
        /// Rows and columns of the predictions.
        found: (usize, usize),
    },
    /// A matrix has another shape than the metric needs.
    #[error("{argument} has shape {found:?}, expected {expected}: {reason}")]
    Shape {
        /// The name of the argument.
        argument: &'static str,
        /// Its rows and columns.
        found: (usize, usize),
        /// The shape or shapes that would fit.
        expected: String,
        /// The reason for these shapes.
        reason: &'static str,
    },
    /// A number in a matrix is not valid for the metric.
    #[error("{argument}[{row}, {column}] is {found}, expected {expected}")]
    Value {
        /// The name of the argument.
        argument: &'static str,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The number.
        found: String,
        /// The values it may have.
        expected: Cow<'static, str>,
    },
    /// A row of targets names no class.
    #[error(
        "row {row} of y has no number above 0, expected one: \
         a target with one column a class is one-hot, or holds probabilities"
    )]
    NoClass {
        /// The row, from 0.
        row: usize,
    },
    /// A threshold is NaN.
    #[error("the threshold is NaN, expected a number: predictions above it count as positive")]
    Threshold,
    /// Memory cannot hold the confusion matrix.
    #[error(
        "yhat has {classes} columns, expected fewer: memory cannot hold a confusion matrix of so many classes"
    )]
    TooManyClasses {
        /// The number of classes.
        classes: usize,
    },
    /// The requested class does not exist.
    #[error("class {found} was asked for, expected a class below {classes}: there are {classes}, from 0")]
    Class {
        /// The class.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A metric of two classes was used with more classes.
    #[error(
        "{metric} is of two classes, and yhat has a column for each of {classes}: use macro_{metric}, \
         or ConfusionMatrix::{metric} for one class against the others"
    )]
    NotBinary {
        /// The metric.
        metric: &'static str,
        /// The number of classes.
        classes: usize,
    },
    /// All targets belong to one class, so there is no other class to compare with.
    #[error(
        "all {examples} targets are {target}: the area under the ROC curve needs examples of both classes; \
         judge a larger set, or a stratified one"
    )]
    OneClass {
        /// The number of examples.
        examples: usize,
        /// The target of all examples.
        target: i8,
    },
    /// The variance of a single example is undefined.
    #[error("R² is a share of the variance of the targets: there is 1 example, expected at least 2")]
    OneExample,
}

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
