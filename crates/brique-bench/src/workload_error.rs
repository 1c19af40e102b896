//! Errors in a workload on the command line.

use crate::Activation;

const EXAMPLE: &str = "such as 3-50-2:40:tanh";

/// The reason why a text is not a workload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkloadError {
    /// The number of parts is not three.
    #[error("the number of parts between colons is {found}, expected three parts, SIZES:BATCH:ACTIVATION, {example}", example = EXAMPLE)]
    Parts {
        /// The number of parts.
        found: usize,
    },
    /// There are no sizes.
    #[error("SIZES is empty, expected the sizes of input, hidden layers and output with hyphens between them, {example}",
            example = EXAMPLE)]
    NoSizes,
    /// There is only one size.
    #[error("SIZES is {found} alone, expected at least two sizes, those of input and output, {example}", example = EXAMPLE)]
    OneSize {
        /// The size.
        found: usize,
    },
    /// A size or the batch is not a whole number, or is 0.
    #[error("{part} has '{found}', expected a whole number of at least 1, {example}", example = EXAMPLE)]
    Number {
        /// `SIZES` or `BATCH`.
        part: &'static str,
        /// The text found.
        found: String,
    },
    /// The network and the batch are larger than any memory.
    #[error("this network with this batch is larger than memory can address, expected smaller numbers, {example}",
            example = EXAMPLE)]
    TooLarge,
    /// The library does not have this activation.
    #[error("ACTIVATION is '{found}', expected one of {names}, where - is none, {example}",
            names = names(), example = EXAMPLE)]
    Activation {
        /// The text found.
        found: String,
    },
}

fn names() -> String {
    Activation::NAMES.map(|(name, _)| name).join(", ")
}
