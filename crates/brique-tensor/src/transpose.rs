//! Transposition of square blocks in registers.

use crate::Scalar;
use crate::simd::Vector;

/// Transposes a square block as wide as a SIMD vector, from rows that are `stride` apart to rows that are `to_stride`
/// apart.
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
    // Each round interleaves row i of the first half with row i of the second half; log₂ `LANES` rounds transpose the
    // block.
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
