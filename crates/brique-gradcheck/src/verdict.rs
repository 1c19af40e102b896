//! Turns the findings of a check into its result.

use std::fmt::Display;

use brique_core::Error;
use brique_tensor::Matrix;

use crate::Failure;
use crate::matrices::{first_difference, first_distance, largest};

/// Returns the failure of the law `name` unless it `holds`.
pub(crate) fn law(
    name: &'static str,
    subject: &dyn Display,
    holds: bool,
    what: impl FnOnce() -> String,
) -> Result<(), Failure> {
    if holds {
        return Ok(());
    }
    Err(Failure::Law {
        law: name,
        subject: subject.to_string(),
        what: what(),
    })
}

/// Returns the failure of the law `name` if there is `something` wrong.
pub(crate) fn nothing(
    name: &'static str,
    subject: &dyn Display,
    something: Option<String>,
) -> Result<(), Failure> {
    law(name, subject, something.is_none(), || {
        something.unwrap_or_default()
    })
}

/// Checks that two results are equal bit for bit.
pub(crate) fn same(
    name: &'static str,
    subject: &dyn Display,
    what: &str,
    found: &Matrix,
    expected: &Matrix,
) -> Result<(), Failure> {
    let difference = first_difference(found, expected);
    nothing(
        name,
        subject,
        difference.map(|difference| format!("{what} has {difference}")),
    )
}

/// Checks that two results differ by no more than the rounding of sums of numbers up to `scale`.
pub(crate) fn near(
    name: &'static str,
    subject: &dyn Display,
    what: &str,
    found: &Matrix,
    expected: &Matrix,
    scale: f64,
) -> Result<(), Failure> {
    let distance = first_distance(found, expected, scale);
    nothing(
        name,
        subject,
        distance.map(|distance| format!("{what} has {distance}")),
    )
}

/// Like [`near`], for sums of numbers no larger than the largest one of `expected`.
pub(crate) fn nearly_same(
    name: &'static str,
    subject: &dyn Display,
    what: &str,
    found: &Matrix,
    expected: &Matrix,
) -> Result<(), Failure> {
    near(name, subject, what, found, expected, largest(expected))
}

/// Converts an error for `map_err`: the subject refused the arguments of a check.
pub(crate) fn refused(check: &'static str) -> impl FnOnce(Error) -> Failure {
    move |source| Failure::Refused { check, source }
}
