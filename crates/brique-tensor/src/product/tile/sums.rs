//! The sums of a tile, in SIMD vectors.

use crate::Scalar;
use crate::product::operands::{Factor, load_whole};
use crate::simd::Vector;

/// Returns the sums of a tile whose first factor is stored row by row.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "k is an index of all rows and of the second factor"
)]
pub(super) fn sums_of_rows<V, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    a: Factor<'_, V::Number>,
    b: Factor<'_, V::Number>,
    depth: usize,
) -> [[V; WIDE]; HEIGHT]
where
    V: Vector<Number: Scalar>,
{
    let mut rows: [&[V::Number]; HEIGHT] = [&[]; HEIGHT];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &a.slice[i * a.row_stride..][..depth];
    }
    let mut sums = [[V::splat(simd, V::Number::default()); WIDE]; HEIGHT];
    for k in 0..depth {
        let b = load_whole::<V, WIDE>(simd, &b.slice[k * b.row_stride..]);
        for i in 0..HEIGHT {
            add::<V, WIDE>(simd, &mut sums[i], rows[i][k], b);
        }
    }
    sums
}

/// Returns the sums of a tile whose first factor is stored column by column.
#[inline(always)]
pub(super) fn sums_of_columns<V, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    a: Factor<'_, V::Number>,
    b: Factor<'_, V::Number>,
    depth: usize,
) -> [[V; WIDE]; HEIGHT]
where
    V: Vector<Number: Scalar>,
{
    let mut sums = [[V::splat(simd, V::Number::default()); WIDE]; HEIGHT];
    for k in 0..depth {
        let b = load_whole::<V, WIDE>(simd, &b.slice[k * b.row_stride..]);
        let a = &a.slice[k * a.column_stride..][..HEIGHT];
        for i in 0..HEIGHT {
            add::<V, WIDE>(simd, &mut sums[i], a[i], b);
        }
    }
    sums
}

/// Computes `sums += a · b`.
#[inline(always)]
fn add<V: Vector, const WIDE: usize>(simd: V::Simd, sums: &mut [V; WIDE], a: V::Number, b: [V; WIDE]) {
    let a = V::splat(simd, a);
    for (sum, b) in sums.iter_mut().zip(b) {
        *sum = a.times_plus(b, *sum);
    }
}
