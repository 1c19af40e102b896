//! Checks of targets, predictions and options, and the faults that they return.

use std::borrow::Cow;

use brique_core::Fault;
use brique_tensor::{Matrix, Scalar};

/// Checks that the targets have the shape of the predictions, and that `fits` accepts each target.
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

/// Checks that `fits` accepts every element of a matrix. The fault names the position of the first one that it refuses.
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

/// Checks that an option is finite, also in `f32`, and at least 0: a loss computes with both types of number.
pub(crate) fn check_weight(name: impl Into<Cow<'static, str>>, weight: f64) -> Result<(), Fault> {
    if !(weight.is_finite() && weight >= 0.0) {
        return Err(value(name, weight.to_string(), "a finite number of at least 0"));
    }
    if !<f32 as Scalar>::from_f64(weight).is_finite() {
        return Err(value(name, weight.to_string(), "a number that is finite in f32"));
    }
    Ok(())
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
