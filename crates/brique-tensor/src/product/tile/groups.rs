//! Tiles whose terms are added in groups.

use super::Tile;
use super::sums::sums_of_columns;
use crate::Scalar;
use crate::product::operands::Group;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// A tile that adds the terms of each group separately. The sums of the groups are added in their tree.
pub(super) struct GroupedTile<'t, 'c, T, const HEIGHT: usize, const WIDE: usize> {
    /// The first factor is stored by columns.
    pub(super) tile: Tile<'t, 'c, T, HEIGHT, WIDE>,
    pub(super) groups: &'t [Group],
    /// Memory for the sums that wait for the other half of their node.
    pub(super) sums: &'t mut [T],
}

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> Work for GroupedTile<'_, '_, T, HEIGHT, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.compute::<<T as SimdNumber>::Vector<S>>(simd);
    }
}

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> GroupedTile<'_, '_, T, HEIGHT, WIDE> {
    #[inline(always)]
    fn compute<V: Vector<Number = T>>(self, simd: V::Simd) {
        let Self {
            tile,
            groups,
            sums: memory,
        } = self;
        let tile = tile.prefetched::<V>(simd);
        let size = HEIGHT * WIDE * V::LANES;
        let (mut a, mut b, mut waiting) = (tile.a, tile.b, 0);
        for (index, group) in groups.iter().enumerate() {
            let mut sums = sums_of_columns::<V, HEIGHT, WIDE>(simd, a, b, group.terms);
            for _ in 0..group.additions {
                waiting -= 1;
                add_stored(simd, &memory[waiting * size..], &mut sums);
            }
            if index + 1 == groups.len() {
                return tile.finish(simd, sums);
            }
            store(&sums, &mut memory[waiting * size..]);
            waiting += 1;
            (a, b) = (a.columns_from(group.terms), b.rows_from(group.terms));
        }
    }
}

/// Returns the largest number of sums that wait at the same time for the other half of their node.
pub(super) fn most_waiting(groups: &[Group]) -> usize {
    let (mut waiting, mut most) = (0, 0);
    for group in groups {
        most = most.max(waiting);
        waiting = waiting + 1 - group.additions;
    }
    most
}

/// Computes `sums = stored + sums`.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j are indices of the tile and of the memory"
)]
fn add_stored<V: Vector, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    stored: &[V::Number],
    sums: &mut [[V; WIDE]; HEIGHT],
) {
    let stored = &stored[..HEIGHT * WIDE * V::LANES];
    for i in 0..HEIGHT {
        for j in 0..WIDE {
            sums[i][j] = V::load(simd, &stored[(i * WIDE + j) * V::LANES..]).plus(sums[i][j]);
        }
    }
}

#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j are indices of the tile and of the memory"
)]
fn store<V: Vector, const HEIGHT: usize, const WIDE: usize>(
    sums: &[[V; WIDE]; HEIGHT],
    memory: &mut [V::Number],
) {
    let memory = &mut memory[..HEIGHT * WIDE * V::LANES];
    for i in 0..HEIGHT {
        for j in 0..WIDE {
            sums[i][j].store(&mut memory[(i * WIDE + j) * V::LANES..]);
        }
    }
}
