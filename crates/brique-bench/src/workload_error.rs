//! What a workload on the command line can have wrong.

use crate::Activation;

const EXAMPLE: &str = "such as 3-50-2:40:tanh";

/// Why a text is no workload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkloadError {
    /// There are not three parts.
    #[error("the number of parts between colons is {found}, expected three parts, SIZES:BATCH:ACTIVATION, {example}", example = EXAMPLE)]
    Parts {
        /// How many there are.
        found: usize,
    },
    /// There is no size at all.
    #[error("SIZES is empty, expected the sizes of input, hidden layers and output with hyphens between them, {example}",
            example = EXAMPLE)]
    NoSizes,
    /// There is one size only.
    #[error("SIZES is {found} alone, expected at least two sizes, those of input and output, {example}", example = EXAMPLE)]
    OneSize {
        /// That one.
        found: usize,
    },
    /// A size or the batch is no whole number, or 0.
    #[error("{part} has '{found}', expected a whole number of at least 1, {example}", example = EXAMPLE)]
    Number {
        /// `SIZES` or `BATCH`.
        part: &'static str,
        /// What stands there.
        found: String,
    },
    /// Network and batch are larger than any memory.
    #[error("this network with this batch is larger than memory can address, expected smaller numbers, {example}",
            example = EXAMPLE)]
    TooLarge,
    /// The library has no such activation.
    #[error("ACTIVATION is '{found}', expected one of {names}, where - is none, {example}",
            names = names(), example = EXAMPLE)]
    Activation {
        /// What stands there.
        found: String,
    },
}

fn names() -> String {
    Activation::NAMES.map(|(name, _)| name).join(", ")
}
