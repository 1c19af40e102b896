//! Products with few columns or few rows, computed as `cᵀ = start + bᵀ · aᵀ`: SIMD vectors hold rows of the result, not
//! columns.
//!
//! Of two SIMD vectors with 10 columns, 6 of 16 elements would be computed in vain. And if the second factor is stored by
//! columns, with few rows it is faster to transpose the result than this factor. Each sum has the same terms in the same
//! order either way, and so the same bits.

use std::ops::Range;

use super::block::Block;
use super::operands::{Product, Start};
use super::pack::{FAR_BYTES, Panels};
use super::tile::Tiled;
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The rows that are computed at once: whole panels at every SIMD level.
const ROWS_AT_ONCE: usize = 4 * MOST_LANES;

/// The columns that are computed at once: a block of the result stays in a near cache.
const COLUMNS_AT_ONCE: usize = 16 * MOST_LANES;

/// The columns beyond which SIMD vectors are well filled.
const MOST_COLUMNS: usize = 2 * MOST_LANES;

/// The time to transpose a SIMD vector of a factor in a near cache, in multiply-adds of SIMD vectors.
const TRANSPOSITION: usize = 5;

/// The same for a factor of more than [`FAR_BYTES`].
const FAR_TRANSPOSITION: usize = 8;

/// A product whose transposed product is computed, one block of the result after the other.
pub(super) struct Turned<'p, 'a, T> {
    pub(super) product: Product<'a, T>,
    /// Also the memory of a transposed block.
    pub(super) panels: &'p mut Panels<T>,
}

impl<T: Scalar> Work for Turned<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { mut product, panels } = self;
        let (rows, columns) = (product.c.rows(), product.c.columns());
        let padded = columns
            .min(COLUMNS_AT_ONCE)
            .next_multiple_of(<T as SimdNumber>::Vector::<S>::LANES);
        let mut memory = panels.take_turned(padded * ROWS_AT_ONCE.min(rows));
        let memory_of_block = memory.as_slice_mut().unwrap_or(&mut []);
        for row in (0..rows).step_by(ROWS_AT_ONCE) {
            for column in (0..columns).step_by(COLUMNS_AT_ONCE) {
                let rows = row..rows.min(row + ROWS_AT_ONCE);
                let columns = column..columns.min(column + COLUMNS_AT_ONCE);
                let numbers = &mut memory_of_block[..padded * rows.len()];
                product.compute_block(simd, rows, columns, numbers, panels);
            }
        }
        panels.put_turned(memory);
    }
}

impl<T: Scalar> Product<'_, T> {
    /// Returns whether it is faster to compute the transposed product.
    #[inline(always)]
    pub(super) fn is_faster_turned<V: Vector<Number = T>>(&self) -> bool {
        let (rows, columns) = (self.c.rows(), self.c.columns());
        let has_few = columns <= MOST_COLUMNS || rows <= ROWS_AT_ONCE;
        // `tile` reads the first factor of groups by columns.
        let fits_groups = self.groups.is_empty() || self.b.column_stride == 1;
        let is_worth_while = has_few && rows >= 2 * V::LANES && fits_groups;
        is_worth_while && self.time_turned::<V>() < self.time_in_tiles::<V>()
    }

    /// Estimates the time of the product in multiply-adds of SIMD vectors.
    #[inline(always)]
    fn time_in_tiles<V: Vector<Number = T>>(&self) -> usize {
        let vectors = self.c.columns().div_ceil(V::LANES);
        let of_b = vectors.saturating_mul(self.depth);
        let sums = of_b.saturating_mul(self.c.rows());
        // Tiles of one vector do not keep the multipliers busy.
        let sums = if vectors == 1 {
            sums.saturating_add(sums / 3)
        } else {
            sums
        };
        let transposed = if self.b.column_stride > 1 { of_b } else { 0 };
        sums.saturating_add(time_to_transpose::<V>(transposed, of_b))
    }

    /// Estimates the time of the transposed product in multiply-adds of SIMD vectors.
    #[inline(always)]
    fn time_turned<V: Vector<Number = T>>(&self) -> usize {
        let (rows, columns) = (self.c.rows(), self.c.columns());
        let of_a = rows.div_ceil(V::LANES).saturating_mul(self.depth);
        let of_c = rows.saturating_mul(columns.div_ceil(V::LANES));
        let transposed = if self.a.column_stride == 1 {
            of_a.saturating_add(of_c)
        } else {
            of_c
        };
        // A tile of one row takes as long as one of two.
        of_a.saturating_mul(columns.next_multiple_of(2))
            .saturating_add(time_to_transpose::<V>(transposed, of_a))
    }

    /// Computes a block of the result, by way of `numbers`, which hold it column by column and may be longer.
    #[inline(always)]
    fn compute_block<S: Simd>(
        &mut self,
        simd: S,
        rows: Range<usize>,
        columns: Range<usize>,
        numbers: &mut [T],
        panels: &mut Panels<T>,
    ) {
        type SimdVector<T, S> = <T as SimdNumber>::Vector<S>;
        let block = (rows, columns);
        let start = self.turned_start::<SimdVector<T, S>>(simd, &block, numbers);
        let (rows, columns) = &block;
        let size = rows.len() * columns.len();
        let product = Product {
            a: self.b.columns_from(columns.start).transposed(),
            b: self.a.rows_from(rows.start).transposed(),
            start,
            c: Block::new(&mut numbers[..size], columns.len(), rows.len()),
            ..*self
        };
        simd.run(Tiled { product, panels });
        self.write_turned::<SimdVector<T, S>>(simd, &block, numbers);
    }

    /// Returns the start of the transposed product. The start values are written to `numbers`, unless all are the same number.
    #[inline(always)]
    fn turned_start<V: Vector<Number = T>>(
        &mut self,
        simd: V::Simd,
        block: &(Range<usize>, Range<usize>),
        numbers: &mut [T],
    ) -> Start<'static, T> {
        let (rows, columns) = block;
        match self.start {
            Start::Nothing => return Start::Nothing,
            Start::Number(number) => return Start::Number(number),
            Start::Row(row) => {
                for (numbers, &start) in numbers.chunks_exact_mut(rows.len()).zip(&row[columns.clone()]) {
                    numbers.fill(start);
                }
            }
            Start::Itself => self.read_turned::<V>(simd, block, numbers),
        }
        Start::Itself
    }

    /// Copies a block of the result to `numbers`, one column after the other.
    #[inline(always)]
    fn read_turned<V: Vector<Number = T>>(
        &mut self,
        simd: V::Simd,
        (rows, columns): &(Range<usize>, Range<usize>),
        numbers: &mut [T],
    ) {
        let count = rows.len();
        let whole = count - count % V::LANES;
        for first in (0..whole).step_by(V::LANES) {
            for column in (0..columns.len()).step_by(V::LANES) {
                let mut square = [V::splat(simd, T::zero()); MOST_LANES];
                for (index, vector) in square[..V::LANES].iter_mut().enumerate() {
                    let row = self.c.row_mut(rows.start + first + index, columns.start + column);
                    *vector = V::load_some(simd, row);
                }
                let numbers = &mut numbers[column * count + first..];
                V::store_rows(V::transpose(square), numbers, count);
            }
        }
        for index in whole..count {
            let numbers = numbers[index..].iter_mut().step_by(count);
            let row = &self.c.row_mut(rows.start + index, columns.start)[..columns.len()];
            numbers.zip(row).for_each(|(number, start)| *number = *start);
        }
    }

    /// Writes a block of the result, from `numbers` with one column after the other: the reverse of [`read_turned`](Self::read_turned).
    #[inline(always)]
    fn write_turned<V: Vector<Number = T>>(
        &mut self,
        simd: V::Simd,
        (rows, columns): &(Range<usize>, Range<usize>),
        numbers: &[T],
    ) {
        let count = rows.len();
        let whole = count - count % V::LANES;
        for first in (0..whole).step_by(V::LANES) {
            for column in (0..columns.len()).step_by(V::LANES) {
                let square = V::load_rows(simd, &numbers[column * count + first..], count);
                let square = V::transpose(square);
                for (index, vector) in square[..V::LANES].iter().enumerate() {
                    vector.store_some(self.c.row_mut(rows.start + first + index, columns.start + column));
                }
            }
        }
        for index in whole..count {
            let numbers = numbers[index..].iter().step_by(count);
            let row = self.c.row_mut(rows.start + index, columns.start);
            row.iter_mut()
                .zip(numbers)
                .for_each(|(target, number)| *target = *number);
        }
    }
}

/// Estimates the time to transpose SIMD vectors, most of them from a factor that has `of_factor` of them.
#[inline(always)]
fn time_to_transpose<V: Vector>(vectors: usize, of_factor: usize) -> usize {
    let is_far = of_factor.saturating_mul(size_of::<V>()) > FAR_BYTES;
    vectors.saturating_mul(if is_far { FAR_TRANSPOSITION } else { TRANSPOSITION })
}
