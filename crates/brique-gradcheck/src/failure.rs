//! What a check found.

use std::fmt;

use brique_tensor::SimdLevel;

use crate::Report;

/// A check that failed: which, on what, and the numbers to see it by.
///
/// `Debug` writes the same as `Display`, so that an `unwrap` in a test shows the table.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A backward pass is not what the differences of the forward pass give.
    #[error("{0}")]
    Gradient(Box<Report>),
    /// A law of the contract does not hold.
    #[error("{subject} breaks the law {law}: {what}")]
    Law {
        /// The name of the law, which is that of its function.
        law: &'static str,
        /// The module or loss, as it displays itself.
        subject: String,
        /// What was found, and what was expected.
        what: String,
    },
    /// The module or loss refused what the check gave it, so nothing could be checked.
    #[error("{check}: nothing could be checked, for the arguments were refused: {source}")]
    Refused {
        /// The check.
        check: &'static str,
        /// What the module or loss says.
        source: brique_core::Error,
    },
    /// The module or loss panicked.
    #[error("{check}: {subject} panicked: {message}")]
    Panicked {
        /// The check.
        check: &'static str,
        /// The module or loss, as it displays itself.
        subject: String,
        /// What it panicked with.
        message: String,
    },
    /// A check failed on a drawn case; the case is the smallest that was found to fail.
    #[error("{failure}\nSIMD level: {level}\nsmallest case that fails: {case}")]
    Judged {
        /// The SIMD level of the kernels: the best of the processor if the case fails at several.
        level: SimdLevel,
        /// The case, as it would be written down.
        case: String,
        /// What failed on it.
        failure: Box<Failure>,
    },
    /// The judge could not draw its cases, or they left nothing to check.
    #[error("nothing was judged: {reason}")]
    Nothing {
        /// Why.
        reason: String,
    },
}

impl Failure {
    /// The name of the check that failed: `gradient`, the name of a law, or `judge` where nothing could be judged.
    #[must_use]
    pub fn check(&self) -> &'static str {
        match self {
            Self::Gradient(_) => "gradient",
            Self::Law { law, .. } => law,
            Self::Refused { check, .. } | Self::Panicked { check, .. } => check,
            Self::Judged { failure, .. } => failure.check(),
            Self::Nothing { .. } => "judge",
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
