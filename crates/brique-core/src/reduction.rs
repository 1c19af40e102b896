//! How the losses of a batch are reduced to one number.

use std::fmt;

/// How the terms of a batch are reduced to one number: the divisor of their sum.
///
/// A batch has n examples with m terms each. For a loss with one term per element, m is the number of columns of the
/// prediction; for a loss with one term per example, m is 1. Gradients have the same divisor: the mean is taken in the
/// loss and nowhere else.
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
    /// The sum over the terms of each example, then the mean over the n examples: as in the report, for any width.
    BatchMean,
    /// The sum over all terms: PyTorch's `sum`.
    Sum,
}

impl Reduction {
    /// Returns the number by which the sum over `examples` × `terms` is divided. A larger product than a `usize` can
    /// hold is `usize::MAX`.
    #[must_use]
    pub fn divisor(self, examples: usize, terms: usize) -> usize {
        match self {
            Self::Mean => examples.saturating_mul(terms),
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
