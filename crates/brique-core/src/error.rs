//! The errors of modules and losses.

use std::borrow::Cow;
use std::fmt;

use crate::Shape;

/// An operation was refused: names the module or loss, the operation, and the [`Fault`].
///
/// An operation that returns an error has changed nothing.
///
/// ```
/// use brique_core::{Error, Fault};
///
/// let fault = Fault::Shape {
///     argument: "delta",
///     found: (32, 4),
///     expected: (32, 10),
///     reason: "one row per example, one column per output",
/// };
/// let error = Error::new("Linear(64 → 10)", "backward_update_gradient", fault);
/// assert_eq!(
///     error.to_string(),
///     "Linear(64 → 10), backward_update_gradient: delta has shape (32, 4), \
///      expected (32, 10): one row per example, one column per output"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{location}, {operation}: {fault}")]
pub struct Error {
    location: String,
    operation: &'static str,
    fault: Box<Fault>,
}

impl Error {
    /// Creates the error of `operation`. `location` is the module or loss that refused it; its `Display` text is stored.
    pub fn new(location: impl fmt::Display, operation: &'static str, fault: Fault) -> Self {
        Self {
            location: location.to_string(),
            operation,
            fault: Box::new(fault),
        }
    }

    /// Returns the displayed text of the module or loss that refused the operation.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Returns the name of the method that refused.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the reason why the operation was refused.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

/// The reason why an operation was refused, without the module or loss.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A matrix does not have the shape that the operation needs.
    #[error("{argument} has shape {found:?}, expected {expected:?}: {reason}")]
    Shape {
        /// The name of the argument.
        argument: &'static str,
        /// The rows and columns of the argument.
        found: (usize, usize),
        /// The expected rows and columns.
        expected: (usize, usize),
        /// The reason for this expected shape.
        reason: &'static str,
    },
    /// A module does not take examples of this shape.
    #[error("an example of the input has shape {found}, expected {expected}: {reason}")]
    ExampleShape {
        /// The shape of one example that was found. A batch with n columns has examples of shape (n).
        found: Shape,
        /// The expected shape, or a description of the shapes that fit.
        expected: String,
        /// The reason for this expected shape.
        reason: Cow<'static, str>,
    },
    /// A value is not one that the operation accepts.
    #[error("{argument} is {found}, expected {expected}")]
    Value {
        /// The name of the argument, with the index of the element if it has several.
        argument: Cow<'static, str>,
        /// The value that was found.
        found: String,
        /// A description of the accepted values.
        expected: Cow<'static, str>,
    },
    /// A mean was requested over a batch without any term.
    #[error(
        "a batch of shape {found:?} has no mean: there is nothing to divide by; \
         leave such batches out, or use Reduction::Sum"
    )]
    NoMean {
        /// Rows and columns of the prediction.
        found: (usize, usize),
    },
    /// Probabilities were requested of a loss whose predictions do not stand for any.
    #[error(
        "predictions of this loss do not stand for probabilities, expected a loss of classes: \
         CrossEntropyLoss, BCEWithLogitsLoss, NLLLoss or BCELoss"
    )]
    NoProbabilities,
}

impl Fault {
    /// Creates a [`Fault::ExampleShape`]: an example has the shape `found`, but `expected` would fit, for this reason.
    /// [`output_shape`](crate::Module::output_shape) returns it.
    ///
    /// ```
    /// use brique_core::{Fault, Shape};
    ///
    /// let (found, expected) = (Shape::from(3), Shape::from(2));
    /// let reason = "one value for each row of weights";
    /// let fault = Fault::example_shape(found, expected, reason);
    /// assert_eq!(
    ///     fault.to_string(),
    ///     "an example of the input has shape (3), expected (2): \
    ///      one value for each row of weights"
    /// );
    /// ```
    pub fn example_shape(
        found: Shape,
        expected: impl fmt::Display,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::ExampleShape {
            found,
            expected: expected.to_string(),
            reason: reason.into(),
        }
    }
}
