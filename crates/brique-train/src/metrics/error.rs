//! The error of metrics.

use std::borrow::Cow;

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
    /// A class has no example, so its area under the ROC curve is undefined.
    #[error(
        "no example has class {class}, and yhat has a column for each of {classes} classes: the area under the ROC \
         curve of a class needs examples of it; judge a larger set, or a stratified one"
    )]
    AbsentClass {
        /// The first class without an example.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A row does not contain the probabilities of all classes.
    #[error("row {row} of yhat sums to {found}, expected 1: a column holds the probability of a class")]
    RowSum {
        /// The row, from 0.
        row: usize,
        /// The sum of its numbers.
        found: f64,
    },
    /// The number of names of classes is not the number of classes.
    #[error("{found} names of classes were given, expected {classes}: one for each class")]
    ClassNames {
        /// The number of names.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A class cannot have this name.
    #[error("the name of class {class} is {found:?}, expected {expected}")]
    ClassName {
        /// The class.
        class: usize,
        /// The name.
        found: String,
        /// The names that it may have.
        expected: &'static str,
    },
    /// The variance of a single example is undefined.
    #[error("R² is a share of the variance of the targets: there is 1 example, expected at least 2")]
    OneExample,
}
