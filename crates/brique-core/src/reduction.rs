//! From the losses of a batch to one number.

use std::fmt;

/// How the terms of a batch become one number: by what their sum is divided.
///
/// For a batch of n examples with m terms each: as many as the prediction has columns for a loss of one term an element,
/// 1 for a loss of one term an example. Gradients are divided alike: the mean lives in the loss, nowhere else.
///
/// ```
/// use brique_core::Reduction;
///
/// assert_eq!(Reduction::Mean.divisor(32, 10), 320);
/// assert_eq!(Reduction::BatchMean.divisor(32, 10), 32);
/// assert_eq!(Reduction::Sum.divisor(32, 10), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reduction {
    /// The mean over all n·m terms: PyTorch's `mean`, and the default.
    #[default]
    Mean,
    /// The sum over the terms of an example, the mean over the n examples: the report's, for any width.
    BatchMean,
    /// The sum over all terms: PyTorch's `sum`.
    Sum,
}

impl Reduction {
    /// What the sum over `examples` × `terms` is divided by.
    #[must_use]
    pub fn divisor(self, examples: usize, terms: usize) -> usize {
        match self {
            Self::Mean => examples * terms,
            Self::BatchMean => examples,
            Self::Sum => 1,
        }
    }
}

impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
            Self::BatchMean => "batch mean",
            Self::Sum => "sum",
        })
    }
}
