//! Products whose first factor is gathered through tables of offsets, in tiles whose sums stay in registers.

#![allow(
    unsafe_code,
    reason = "a check of each gathered index would take as long as the multiplication"
)]

use std::ops::Range;

use super::offsets::Offsets;
use crate::Scalar;
use crate::product::operands::{Start, load};
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// Some columns of the product `c[targets[i] + j] = start + Σ_k a[rows[i] + depths[k]] · b[k, j]`.
pub(super) struct Gather<'a, T> {
    pub(super) a: &'a [T],
    pub(super) rows: Offsets<'a>,
    pub(super) depths: Offsets<'a>,
    /// The second factor; its rows are `b_stride` apart.
    pub(super) b: &'a [T],
    pub(super) b_stride: usize,
    pub(super) start: Start<'a, T>,
    pub(super) c: &'a mut [T],
    pub(super) targets: &'a [usize],
    /// The number of columns that are written; the SIMD vectors may hold more.
    pub(super) columns: usize,
}

/// The rows of the tallest tile of several SIMD vectors.
pub(super) const HEIGHT: usize = 6;

/// The rows of the tallest tile of one SIMD vector: eight sums keep the multipliers busy, six do not. More than eight rows
/// need more addresses than there are registers.
const HEIGHT_OF_ONE: usize = 8;

/// Returns the rows of the tallest tile of some SIMD vectors.
#[inline(always)]
pub(super) fn tallest(vectors: usize) -> usize {
    if vectors == 1 { HEIGHT_OF_ONE } else { HEIGHT }
}

impl<T: Scalar> Gather<'_, T> {
    /// Computes all rows in tiles of `WIDE` SIMD vectors.
    #[inline(always)]
    pub(super) fn compute<S: Simd, const WIDE: usize>(&mut self, simd: S) {
        let tallest = tallest(WIDE);
        let count = self.targets.len();
        let rest = match count % tallest {
            // Two tiles of four are faster than one of six and one of two.
            2 if WIDE > 1 && count > HEIGHT => 2 + HEIGHT,
            rest => rest,
        };
        self.tiles::<S, WIDE>(simd, 0..count - rest, tallest);
        let mut first = count - rest;
        for height in [4, 2, 1] {
            let end = count - (count - first) % height;
            self.tiles::<S, WIDE>(simd, first..end, height);
            first = end;
        }
    }

    /// Computes some rows in tiles of this height.
    #[inline(always)]
    fn tiles<S: Simd, const WIDE: usize>(&mut self, simd: S, rows: Range<usize>, height: usize) {
        if rows.is_empty() {
            return;
        }
        let part = Gather {
            rows: self.rows.part(rows.clone()),
            targets: &self.targets[rows],
            c: &mut *self.c,
            ..*self
        };
        match height {
            HEIGHT_OF_ONE if const { WIDE == 1 } => simd.run(Tiles::<_, HEIGHT_OF_ONE, WIDE>(part)),
            HEIGHT if const { WIDE > 1 } => simd.run(Tiles::<_, HEIGHT, WIDE>(part)),
            4 => simd.run(Tiles::<_, 4, WIDE>(part)),
            2 => simd.run(Tiles::<_, 2, WIDE>(part)),
            _ => simd.run(Tiles::<_, 1, WIDE>(part)),
        }
    }
}

/// Tiles of `HEIGHT` rows and `WIDE` SIMD vectors; the number of rows is a multiple of `HEIGHT`.
struct Tiles<'a, T, const HEIGHT: usize, const WIDE: usize>(Gather<'a, T>);

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> Work for Tiles<'_, T, HEIGHT, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        all_tiles::<<T as SimdNumber>::Vector<S>, HEIGHT, WIDE>(simd, self.0);
    }
}

#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j are indices of the tile, its rows and its vectors"
)]
fn all_tiles<V, const HEIGHT: usize, const WIDE: usize>(simd: V::Simd, gather: Gather<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let Gather {
        a,
        rows,
        depths,
        b,
        b_stride,
        start,
        c,
        targets,
        columns,
    } = gather;
    let width = WIDE * V::LANES;
    let last = depths.numbers().len().saturating_sub(1);
    assert!(rows.largest() + depths.largest() < a.len());
    assert!(depths.numbers().is_empty() || last * b_stride + width <= b.len());
    let of_row = match start {
        Start::Row(row) => load::<V, WIDE>(simd, &row[..columns]),
        Start::Number(number) => [V::splat(simd, number); WIDE],
        // −0 leaves every sum as it is; 0 would turn −0 into 0.
        Start::Nothing | Start::Itself => [V::splat(simd, -V::Number::default()); WIDE],
    };
    let tiles = rows
        .numbers()
        .chunks_exact(HEIGHT)
        .zip(targets.chunks_exact(HEIGHT));
    for (rows, targets) in tiles {
        let mut from = [a.as_ptr(); HEIGHT];
        for i in 0..HEIGHT {
            // SAFETY: by the first assertion, the index of every row is less than the length of `a`.
            from[i] = unsafe { a.as_ptr().add(rows[i]) };
        }
        let mut b = b.as_ptr();
        let mut sums = [[V::splat(simd, V::Number::default()); WIDE]; HEIGHT];
        for &depth in depths.numbers() {
            // SAFETY: row k of the second factor begins at `k · b_stride`, and by the second assertion `width` numbers
            // follow there, also in the last row.
            let of_b = unsafe { std::slice::from_raw_parts(b, width) };
            let mut vectors = [V::splat(simd, V::Number::default()); WIDE];
            for j in 0..WIDE {
                vectors[j] = V::load(simd, &of_b[j * V::LANES..]);
            }
            for i in 0..HEIGHT {
                // SAFETY: by the first assertion, the sum of any row and any depth is less than the length of `a`.
                let factor = V::splat(simd, unsafe { *from[i].add(depth) });
                for j in 0..WIDE {
                    sums[i][j] = factor.times_plus(vectors[j], sums[i][j]);
                }
            }
            // `wrapping_add`, because the pointer may leave `b` after the last row.
            b = b.wrapping_add(b_stride);
        }
        for i in 0..HEIGHT {
            let target = &mut c[targets[i]..][..columns];
            // Windows may overlap, so the numbers are loaded only after the row before is stored.
            let start = match start {
                Start::Itself => load::<V, WIDE>(simd, target),
                _ => of_row,
            };
            let mut row = sums[i];
            for j in 0..WIDE {
                row[j] = start[j].plus(row[j]);
            }
            store_some::<V, WIDE>(row, target);
        }
    }
}

/// Stores `WIDE` vectors, without the elements beyond the end of a slice.
#[inline(always)]
fn store_some<V: Vector, const WIDE: usize>(vectors: [V; WIDE], numbers: &mut [V::Number]) {
    if let Some(numbers) = numbers.get_mut(..WIDE * V::LANES) {
        for (j, vector) in vectors.into_iter().enumerate() {
            vector.store(&mut numbers[j * V::LANES..]);
        }
    } else {
        for (vector, numbers) in vectors.into_iter().zip(numbers.chunks_mut(V::LANES)) {
            vector.store_some(numbers);
        }
    }
}
