//! The checks of a gradient check's own options.

use std::fmt::Display;

use brique_core::{Error, Fault};

use super::GradientCheck;
use crate::differences::NARROWER;

impl GradientCheck {
    /// Checks that the options can show a mistake: with a step that changes no number, every gradient would agree.
    pub(super) fn check_options(&self, subject: &dyn Display) -> Result<(), Error> {
        let refuse = |argument: &'static str, found: f64, expected: &'static str| {
            let fault = Fault::Value {
                argument: argument.into(),
                found: found.to_string(),
                expected: expected.into(),
            };
            Err(Error::new(subject, "gradient check", fault))
        };
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return refuse("tolerance", self.tolerance, "a finite number of at least 0");
        }
        if !(self.step >= NARROWER * f64::EPSILON && self.step.is_finite()) {
            let expected = "a finite number whose sixteenth is at least f64::EPSILON";
            return refuse("step", self.step, expected);
        }
        Ok(())
    }
}
