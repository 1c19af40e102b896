//! What can go wrong between modules, losses and their callers.

use std::borrow::Cow;
use std::fmt;

use crate::Shape;

/// Something did not fit: where, in which operation, and the [`Fault`] itself.
///
/// Whatever returns an error has changed nothing.
///
/// ```
/// use brique_core::{Error, Fault};
///
/// let fault = Fault::Shape {
///     argument: "delta",
///     found: (32, 4),
///     expected: (32, 10),
///     reason: "one row an example, one column an output",
/// };
/// let error = Error::new("Linear(64 → 10)", "backward_update_gradient", fault);
/// assert_eq!(
///     error.to_string(),
///     "Linear(64 → 10), backward_update_gradient: delta has shape (32, 4), expected (32, 10): \
///      one row an example, one column an output"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}, {operation}: {fault}")]
pub struct Error {
    place: String,
    operation: &'static str,
    fault: Box<Fault>,
}

impl Error {
    /// The error of `operation` at `place`, which is what the module or loss displays as.
    pub fn new(place: impl fmt::Display, operation: &'static str, fault: Fault) -> Self {
        Self {
            place: place.to_string(),
            operation,
            fault: Box::new(fault),
        }
    }

    /// The module or loss that refused, as it displays itself.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The method that refused.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// What did not fit.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

/// What did not fit, wherever it happened.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A matrix has another shape than the operation needs.
    #[error("{argument} has shape {found:?}, expected {expected:?}: {reason}")]
    Shape {
        /// The name of the argument.
        argument: &'static str,
        /// Its rows and columns.
        found: (usize, usize),
        /// The rows and columns that would fit.
        expected: (usize, usize),
        /// Why these.
        reason: &'static str,
    },
    /// A module does not take examples of this inner shape.
    #[error("an example of the input has shape {found}, expected {expected}: {reason}")]
    ExampleShape {
        /// The inner shape that came; a batch of n columns has examples of shape (n).
        found: Shape,
        /// The shape that would fit, or a description of those that would.
        expected: String,
        /// Why that.
        reason: Cow<'static, str>,
    },
    /// A number is none that the operation can use.
    #[error("{argument} is {found}, expected {expected}")]
    Value {
        /// The name of the argument, and the place in it where it has several.
        argument: Cow<'static, str>,
        /// What it is.
        found: String,
        /// What it may be.
        expected: Cow<'static, str>,
    },
    /// A mean was asked for over a batch without a single term.
    #[error(
        "a batch of shape {found:?} has no mean: there is nothing to divide by; \
         leave such batches out, or use Reduction::Sum"
    )]
    NoMean {
        /// Rows and columns of the prediction.
        found: (usize, usize),
    },
}

impl Fault {
    /// An example of the shape `found` came where `expected` would fit, and why: what `output_shape` refuses with.
    ///
    /// ```
    /// use brique_core::{Fault, Shape};
    ///
    /// let fault = Fault::example_shape(Shape::from(3), Shape::from(2), "one value for each row of weights");
    /// assert_eq!(
    ///     fault.to_string(),
    ///     "an example of the input has shape (3), expected (2): one value for each row of weights"
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
