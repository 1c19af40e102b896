//! Adds the start values to the sums of a tile, and writes them to the result.

use crate::Scalar;
use crate::product::block::Block;
use crate::product::operands::{Start, load};
use crate::simd::{MOST_LANES, Vector};

/// Returns the start values of a tile plus its sums.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j are indices of the tile and of the result"
)]
pub(super) fn onto_start<V, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    mut sums: [[V; WIDE]; HEIGHT],
    start: Start<'_, V::Number>,
    row: usize,
    column: usize,
    c: &mut Block<'_, V::Number>,
) -> [[V; WIDE]; HEIGHT]
where
    V: Vector<Number: Scalar>,
{
    let of_rows = match start {
        Start::Nothing => return sums,
        Start::Itself => {
            for i in 0..HEIGHT {
                let start = load::<V, WIDE>(simd, c.row_mut(row + i, column));
                for j in 0..WIDE {
                    sums[i][j] = start[j].plus(sums[i][j]);
                }
            }
            return sums;
        }
        Start::Row(row) => load::<V, WIDE>(simd, &row[column..]),
        Start::Number(number) => [V::splat(simd, number); WIDE],
    };
    for i in 0..HEIGHT {
        for j in 0..WIDE {
            sums[i][j] = of_rows[j].plus(sums[i][j]);
        }
    }
    sums
}

/// Writes a tile to the result. Elements beyond the last column are not written.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j are indices of the tile and of the result"
)]
pub(super) fn write<V, const HEIGHT: usize, const WIDE: usize>(
    sums: [[V; WIDE]; HEIGHT],
    row: usize,
    column: usize,
    c: &mut Block<'_, V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    if c.columns() - column < WIDE * V::LANES {
        for (i, sums) in sums.into_iter().enumerate() {
            for (sum, target) in sums
                .into_iter()
                .zip(c.row_mut(row + i, column).chunks_mut(V::LANES))
            {
                sum.store_some(target);
            }
        }
        return;
    }
    for i in 0..HEIGHT {
        let target = &mut c.row_mut(row + i, column)[..WIDE * V::LANES];
        for j in 0..WIDE {
            sums[i][j].store(&mut target[j * V::LANES..]);
        }
    }
}

/// Computes `zeros += 0 · sums`: `zeros` stay 0 if and only if every sum is finite.
#[inline(always)]
pub(super) fn add_zeros<V, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    sums: &[[V; WIDE]; HEIGHT],
    zeros: &mut [V::Number; MOST_LANES],
) where
    V: Vector<Number: Scalar>,
{
    let zero = V::splat(simd, V::Number::default());
    // A chain of additions for each column of vectors: these chains are independent of each other.
    let mut of_columns = [zero; WIDE];
    for sums in sums {
        for (of_column, sum) in of_columns.iter_mut().zip(sums) {
            *of_column = sum.times_plus(zero, *of_column);
        }
    }
    let mut total = V::load(simd, &zeros[..]);
    for of_column in of_columns {
        total = total.plus(of_column);
    }
    total.store(&mut zeros[..]);
}
