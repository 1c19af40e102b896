//! Metrics: how good predictions are, in numbers that are read and not differentiated.
//!
//! Every metric takes the target first, as the losses do, and is a plain function of a whole set:
//! `fn(&Matrix<T>, &Matrix<T>) -> Result<f64, MetricError>`. It computes in `f64`, whatever came.
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
//! What is predicted, and what is true, is decided in one way by all metrics of classes:
//!
//! | ŷ | predicted | y |
//! |---|---|---|
//! | (n, c), c ≥ 2 | the largest column, the first of several | (n, 1) class indices, or (n, c) where the largest column is true |
//! | (n, 1) | class 1 above a threshold, else class 0 | (n, 1) of 0 and 1, or of −1 and 1: classes 0 and 1 |
//!
//! Targets of c columns are one-hot, or hold probabilities.
//!
//! The threshold of a single column is the middle of the two targets: ½ for 0 and 1, and 0 for −1 and 1. A −1 anywhere
//! among the targets tells them apart; a batch of nothing but 1 is taken for 0 and 1. Logits with targets 0 and 1 have
//! their threshold at 0 instead, and are judged by [`accuracy_of_logits`] and [`ConfusionMatrix::of_logits`]. Any other
//! threshold goes to [`ConfusionMatrix::with_threshold`].
//!
//! A prediction that is NaN decides nothing: for metrics of classes and [`roc_auc`] it is an error that names its place.
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

/// A metric has no value for what came.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// There is nothing to judge.
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
        /// The shape, or the shapes, that would fit.
        expected: String,
        /// Why these.
        reason: &'static str,
    },
    /// A number in a matrix is none that the metric can use.
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
        /// What it may be.
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
    /// A threshold lies nowhere.
    #[error("the threshold is NaN, expected a number: predictions above it count as positive")]
    Threshold,
    /// A class was asked for that is none of those judged.
    #[error("class {found} was asked for, expected a class below {classes}: there are {classes}, from 0")]
    Class {
        /// The class.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A metric of two classes came upon more.
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
    /// All targets are of one class, and none is left to tell it from.
    #[error(
        "all {examples} targets are {target}: the area under the ROC curve needs examples of both classes; \
         judge a larger set, or a stratified one"
    )]
    OneClass {
        /// The number of examples.
        examples: usize,
        /// The target that all have.
        target: i8,
    },
    /// A variance was asked for of a single example.
    #[error("R² is a share of the variance of the targets: there is 1 example, expected at least 2")]
    OneExample,
}

/// The error of a batch without a number in it.
fn check_not_empty<T>(yhat: &Matrix<T>) -> Result<(), MetricError> {
    if yhat.is_empty() {
        return Err(MetricError::Empty { found: yhat.dim() });
    }
    Ok(())
}

/// The error of one number.
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
