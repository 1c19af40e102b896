//! What targets, predictions and options may be, and the faults of those that are something else.

use std::borrow::Cow;

use brique_core::Fault;
use brique_tensor::{Matrix, Scalar};

/// Targets of the shape of the predictions, each of which `fits`.
pub(crate) fn check_targets<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    fits: impl Fn(T) -> bool,
    expected: impl Into<Cow<'static, str>>,
) -> Result<(), Fault> {
    if y.dim() != yhat.dim() {
        return Err(Fault::Shape {
            argument: "yhat",
            found: yhat.dim(),
            expected: y.dim(),
            reason: "the shape of the target y; nothing is broadcast",
        });
    }
    check_numbers("y", y, fits, expected)
}

/// Every number of a matrix `fits`; the first that does not is named with its place.
pub(crate) fn check_numbers<T: Scalar>(
    name: &str,
    matrix: &Matrix<T>,
    fits: impl Fn(T) -> bool,
    expected: impl Into<Cow<'static, str>>,
) -> Result<(), Fault> {
    match matrix.indexed_iter().find(|(_, number)| !fits(**number)) {
        None => Ok(()),
        Some(((row, column), number)) => Err(value(
            format!("{name}[{row}, {column}]"),
            number.to_string(),
            expected,
        )),
    }
}

/// An option that is finite and at least 0.
pub(crate) fn check_weight(name: impl Into<Cow<'static, str>>, weight: f64) -> Result<(), Fault> {
    if weight.is_finite() && weight >= 0.0 {
        return Ok(());
    }
    Err(value(name, weight.to_string(), "a finite number of at least 0"))
}

pub(crate) fn value(
    argument: impl Into<Cow<'static, str>>,
    found: impl Into<String>,
    expected: impl Into<Cow<'static, str>>,
) -> Fault {
    Fault::Value {
        argument: argument.into(),
        found: found.into(),
        expected: expected.into(),
    }
}
