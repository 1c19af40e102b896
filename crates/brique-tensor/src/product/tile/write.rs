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
        Start::Itself if is_whole::<V, WIDE>(column, c) => {
            for i in 0..HEIGHT {
                let start = &c.row_mut(row + i, column)[..WIDE * V::LANES];
                for j in 0..WIDE {
                    sums[i][j] = V::load(simd, &start[j * V::LANES..]).plus(sums[i][j]);
                }
            }
            return sums;
        }
        Start::Itself => {
            let start = read_narrow::<V, HEIGHT, WIDE>(simd, row, column, c);
            for i in 0..HEIGHT {
                for j in 0..WIDE {
                    sums[i][j] = V::load(simd, &start[i][j]).plus(sums[i][j]);
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
    simd: V::Simd,
    sums: [[V; WIDE]; HEIGHT],
    row: usize,
    column: usize,
    c: &mut Block<'_, V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    if is_whole::<V, WIDE>(column, c) {
        for i in 0..HEIGHT {
            let target = &mut c.row_mut(row + i, column)[..WIDE * V::LANES];
            for j in 0..WIDE {
                sums[i][j].store(&mut target[j * V::LANES..]);
            }
        }
        return;
    }
    let mut numbers = [[[V::Number::default(); MOST_LANES]; WIDE]; HEIGHT];
    for i in 0..HEIGHT {
        for j in 0..WIDE {
            sums[i][j].store(&mut numbers[i][j]);
        }
    }
    for (i, numbers) in numbers.iter().enumerate() {
        let targets = c.row_mut(row + i, column).chunks_mut(V::LANES);
        for (numbers, target) in numbers.iter().zip(targets) {
            V::load(simd, numbers).store_some(target);
        }
    }
}

/// Returns whether all columns of a tile are columns of the result.
///
/// If they are not, a tile is read and written by way of memory: a loop whose length is not constant would keep the sums of
/// whole tiles in memory, too.
#[inline(always)]
fn is_whole<V: Vector, const WIDE: usize>(column: usize, c: &Block<'_, V::Number>) -> bool {
    c.columns() - column >= WIDE * V::LANES
}

/// Returns the part of the result that a narrow tile covers, with zeros beyond the last column.
#[inline(always)]
fn read_narrow<V, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    row: usize,
    column: usize,
    c: &mut Block<'_, V::Number>,
) -> [[[V::Number; MOST_LANES]; WIDE]; HEIGHT]
where
    V: Vector<Number: Scalar>,
{
    let mut numbers = [[[V::Number::default(); MOST_LANES]; WIDE]; HEIGHT];
    for (i, numbers) in numbers.iter_mut().enumerate() {
        let sources = c.row_mut(row + i, column).chunks(V::LANES);
        for (numbers, source) in numbers.iter_mut().zip(sources) {
            V::load_some(simd, source).store(numbers);
        }
    }
    numbers
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
