//! The failure of a check.

use std::fmt;

use brique_tensor::SimdLevel;

use crate::Report;

/// A failed check: its name, the module or loss it was run on, and the numbers that show the failure.
///
/// `Debug` writes the same text as `Display`, so that an `unwrap` in a test prints the table.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A backward pass differs from the differences of the forward pass.
    #[error("{0}")]
    Gradient(Box<Report>),
    /// A law of the contract does not hold.
    #[error("{subject} breaks the law {law}: {what}")]
    Law {
        /// The name of the law, which is the name of its function.
        law: &'static str,
        /// The module or loss, as it displays itself.
        subject: String,
        /// The value found and the value expected.
        what: String,
    },
    /// The module or loss refused the arguments of the check, so nothing could be checked.
    #[error("{check}: nothing could be checked, for the arguments were refused: {source}")]
    Refused {
        /// The check.
        check: &'static str,
        /// The error that the module or loss returned.
        source: brique_core::Error,
    },
    /// The module or loss panicked.
    #[error("{check}: {subject} panicked: {message}")]
    Panicked {
        /// The check.
        check: &'static str,
        /// The module or loss, as it displays itself.
        subject: String,
        /// The panic message.
        message: String,
    },
    /// A check failed on a randomly drawn case; this is the smallest failing case that was found.
    #[error("{failure}\nSIMD level: {level}\nsmallest case that fails:\n{case}")]
    Judged {
        /// The SIMD level of the kernels; if the case fails at several levels, the processor's best one.
        level: SimdLevel,
        /// The case: the module with its parameters and its input, or the target and the prediction. Of large matrices,
        /// the first rows and columns.
        case: String,
        /// The failure on this case.
        failure: Box<Failure>,
    },
    /// The judge could not draw any cases, or the cases contained nothing to check.
    #[error("nothing was judged: {reason}")]
    Nothing {
        /// The reason.
        reason: String,
    },
}

impl Failure {
    /// Returns the name of the check that failed: `gradient`, the name of a law, or `judge` if nothing could be
    /// judged.
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
