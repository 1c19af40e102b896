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
    V::store_rows(V::transpose(V::load_rows(simd, from, stride)), to, to_stride);
}
