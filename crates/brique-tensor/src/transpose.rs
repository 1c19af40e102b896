//! Squares of numbers turned in registers.

use crate::Scalar;
use crate::simd::Vector;

/// A square as wide as a register, from rows that are `stride` apart to columns.
#[inline(always)]
pub(crate) fn transpose<V>(
    simd: V::Simd,
    from: &[V::Number],
    stride: usize,
    to: &mut [V::Number],
    to_stride: usize,
) where
    V: Vector<Number: Scalar>,
{
    let mut square = V::load_rows(simd, from, stride);
    // Each round halves the distance between the rows of a pair that lies next to one another: log₂ of the lanes of them.
    let mut round = 1;
    while round < V::LANES {
        let mut next = square;
        for pair in 0..V::LANES / 2 {
            (next[2 * pair], next[2 * pair + 1]) = square[pair].interleave(square[pair + V::LANES / 2]);
        }
        square = next;
        round *= 2;
    }
    V::store_rows(square, to, to_stride);
}
