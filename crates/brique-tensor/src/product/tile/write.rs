//! From the sums of a tile to the result.

use super::sums::load;
use crate::Scalar;
use crate::product::block::Block;
use crate::product::{Start, WIDEST_PANEL};
use crate::vector::Vector;

/// What a tile is added to, and its sums.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j count along the tile and along the result"
)]
pub(super) fn onto_start<V, const HEIGHT: usize, const WIDE: usize>(
    unit: V::Unit,
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
                let start = load::<V, WIDE>(unit, c.row_mut(row + i, column));
                for j in 0..WIDE {
                    sums[i][j] = start[j].plus(sums[i][j]);
                }
            }
            return sums;
        }
        Start::Row(row) => load::<V, WIDE>(unit, &row[column..]),
        Start::Number(number) => [V::splat(unit, number); WIDE],
    };
    for i in 0..HEIGHT {
        for j in 0..WIDE {
            sums[i][j] = of_rows[j].plus(sums[i][j]);
        }
    }
    sums
}

/// Writes a whole tile to where it belongs.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j count along the tile and along the result"
)]
pub(super) fn write<V, const HEIGHT: usize, const WIDE: usize>(
    unit: V::Unit,
    sums: [[V; WIDE]; HEIGHT],
    row: usize,
    column: usize,
    c: &mut Block<'_, V::Number>,
    zero: &mut V,
) where
    V: Vector<Number: Scalar>,
{
    let nothing = V::splat(unit, V::Number::default());
    for i in 0..HEIGHT {
        let target = &mut c.row_mut(row + i, column)[..WIDE * V::LANES];
        for j in 0..WIDE {
            sums[i][j].store(&mut target[j * V::LANES..]);
        }
        // Stores take longer: this costs no time.
        let mut of_row = sums[i][0].times(nothing);
        for j in 1..WIDE {
            of_row = sums[i][j].times_plus(nothing, of_row);
        }
        *zero = zero.plus(of_row);
    }
}

/// Writes a row of a tile that is wider than its place: what is beyond are sums of the zeros of a panel.
#[inline(always)]
pub(super) fn write_some<V, const WIDE: usize>(
    unit: V::Unit,
    sums: [V; WIDE],
    start: Start<'_, V::Number>,
    first: usize,
    target: &mut [V::Number],
    zero: &mut V,
) where
    V: Vector<Number: Scalar>,
{
    let nothing = V::Number::default();
    let mut numbers = [nothing; WIDEST_PANEL];
    for (j, sum) in sums.into_iter().enumerate() {
        sum.store(&mut numbers[j * V::LANES..][..V::LANES]);
    }
    for (column, (place, number)) in target.iter_mut().zip(numbers).enumerate() {
        *place = match start {
            Start::Nothing => number,
            Start::Itself => *place + number,
            Start::Row(row) => row[first + column] + number,
            Start::Number(start) => start + number,
        };
        *zero = zero.plus(V::splat(unit, *place * nothing));
    }
}
