//! Pairwise summation: the rounding error of a sum of n terms grows with log n instead of n.

use std::ops::Range;

use crate::Scalar;

/// The largest number of terms in a run. The terms of a run are added directly; the sums of runs are added in pairs.
pub(crate) const RUN: usize = 16;

/// Returns `Σ term(i)` for `i` in `0..n`, by pairwise summation.
///
/// A range of more than 16 terms is split into two halves, whose sums are computed in the same way and added. The order
/// of the additions depends only on `n`: the same terms give a bit-identical sum in every memory layout.
/// A NaN among the terms makes the sum NaN. The sum of no terms is 0.
///
/// ```
/// use brique_tensor::pairwise_sum;
///
/// // One after the other, a million tenths in f32 would add up to 100958.
/// let sum: f32 = pairwise_sum(1_000_000, |_| 0.1);
/// assert!((sum - 100_000.0).abs() < 0.02);
/// ```
pub fn pairwise_sum<T: Scalar>(n: usize, term: impl Fn(usize) -> T) -> T {
    sum_of_range(0..n, &term)
}

fn sum_of_range<T: Scalar>(range: Range<usize>, term: &impl Fn(usize) -> T) -> T {
    if range.len() <= RUN {
        return range.fold(T::zero(), |sum, i| sum + term(i));
    }
    let middle = range.start + range.len() / 2;
    sum_of_range(range.start..middle, term) + sum_of_range(middle..range.end, term)
}
