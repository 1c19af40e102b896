//! Products with few columns, computed as `cᵀ = start + bᵀ · aᵀ`: SIMD vectors hold rows of the result, not columns.
//!
//! Of two SIMD vectors with 10 columns, 6 of 16 elements would be computed in vain. Each sum has the same terms in the same
//! order either way, and so the same bits.

use std::ops::Range;

use super::block::Block;
use super::operands::{Product, Start};
use super::pack::Panels;
use super::tile::Tiled;
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The rows that are computed at once: whole panels at every SIMD level. Their results stay in the nearest cache.
const ROWS_AT_ONCE: usize = 4 * MOST_LANES;

/// The columns beyond which SIMD vectors are well filled.
const MOST_COLUMNS: usize = 2 * MOST_LANES;

/// The time to transpose a SIMD vector of a factor that is near, and of one that is not, in multiply-adds of SIMD vectors.
const TRANSPOSITION: usize = 5;
const FAR_TRANSPOSITION: usize = 8;

/// A factor of more than this number of bytes is not in a near cache.
const NEAR_BYTES: usize = 1024 * 1024;

/// A product whose transposed product is computed, some rows of the result at a time.
pub(super) struct Turned<'p, 'a, T> {
    pub(super) product: Product<'a, T>,
    /// Also the memory of the transposed results.
    pub(super) panels: &'p mut Panels<T>,
}

impl<T: Scalar> Work for Turned<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { mut product, panels } = self;
        let (rows, columns) = (product.c.rows(), product.c.columns());
        let padded = columns.next_multiple_of(<T as SimdNumber>::Vector::<S>::LANES);
        let mut memory = panels.take_turned(padded * ROWS_AT_ONCE);
        let memory_of_rows = memory.as_slice_mut().unwrap_or(&mut []);
        for first in (0..rows).step_by(ROWS_AT_ONCE) {
            let block = first..rows.min(first + ROWS_AT_ONCE);
            let numbers = &mut memory_of_rows[..padded * block.len()];
            let start = product.turned_start::<<T as SimdNumber>::Vector<S>>(simd, block.clone(), numbers);
            let turned = Product {
                a: product.b.transposed(),
                b: product.a.rows_from(first).transposed(),
                start,
                c: Block::new(&mut numbers[..columns * block.len()], columns, block.len()),
                ..product
            };
            simd.run(Tiled {
                product: turned,
                panels: &mut *panels,
            });
            product.turn_back::<<T as SimdNumber>::Vector<S>>(simd, block, numbers);
        }
        panels.put_turned(memory);
    }
}

impl<T: Scalar> Product<'_, T> {
    /// Returns whether it is faster to compute the transposed product.
    #[inline(always)]
    pub(super) fn is_faster_turned<V: Vector<Number = T>>(&self) -> bool {
        let has_few_columns = self.c.columns() <= MOST_COLUMNS && self.c.rows() >= 2 * V::LANES;
        // `tile` reads the first factor of groups by columns.
        let fits_groups = self.groups.is_empty() || self.b.column_stride == 1;
        has_few_columns && fits_groups && self.time_turned::<V>() < self.time_in_tiles::<V>()
    }

    /// Estimates the time of the product in multiply-adds of SIMD vectors.
    #[inline(always)]
    fn time_in_tiles<V: Vector<Number = T>>(&self) -> usize {
        let vectors = self.c.columns().div_ceil(V::LANES);
        let sums = self.c.rows().saturating_mul(self.depth).saturating_mul(vectors);
        // Tiles of one vector do not keep the multipliers busy.
        if vectors == 1 { sums + sums / 3 } else { sums }
    }

    /// Estimates the time of the transposed product in multiply-adds of SIMD vectors.
    #[inline(always)]
    fn time_turned<V: Vector<Number = T>>(&self) -> usize {
        let (rows, columns, depth) = (self.c.rows(), self.c.columns(), self.depth);
        let of_a = rows.div_ceil(V::LANES).saturating_mul(depth);
        let of_c = rows * columns.div_ceil(V::LANES);
        let transposed = if self.a.column_stride == 1 {
            of_a + of_c
        } else {
            of_c
        };
        let is_near = of_a.saturating_mul(size_of::<V>()) <= NEAR_BYTES;
        let transposition = if is_near { TRANSPOSITION } else { FAR_TRANSPOSITION };
        // The rows of tiles are even numbers, but for the last.
        of_a.saturating_mul(columns.next_multiple_of(2))
            .saturating_add(transposed.saturating_mul(transposition))
    }

    /// Returns the start of the transposed product. Start values that differ between its rows are written to `numbers`.
    #[inline(always)]
    fn turned_start<V: Vector<Number = T>>(
        &mut self,
        simd: V::Simd,
        rows: Range<usize>,
        numbers: &mut [T],
    ) -> Start<'static, T> {
        let count = rows.len();
        match self.start {
            Start::Nothing => return Start::Nothing,
            Start::Number(number) => return Start::Number(number),
            Start::Row(row) => {
                for (numbers, &start) in numbers.chunks_exact_mut(count).zip(row) {
                    numbers.fill(start);
                }
            }
            Start::Itself => {
                let whole = count - count % V::LANES;
                for first in (0..whole).step_by(V::LANES) {
                    for column in (0..self.c.columns()).step_by(V::LANES) {
                        let mut square = [V::splat(simd, T::zero()); MOST_LANES];
                        for (index, vector) in square[..V::LANES].iter_mut().enumerate() {
                            let row = self.c.row_mut(rows.start + first + index, column);
                            *vector = V::load_some(simd, row);
                        }
                        let numbers = &mut numbers[column * count + first..];
                        V::store_rows(V::transpose(square), numbers, count);
                    }
                }
                for index in whole..count {
                    let numbers = numbers[index..].iter_mut().step_by(count);
                    let row = self.c.row_mut(rows.start + index, 0);
                    numbers.zip(row).for_each(|(number, start)| *number = *start);
                }
            }
        }
        Start::Itself
    }

    /// Writes some rows of the result, from `numbers` that hold one column after the other.
    #[inline(always)]
    fn turn_back<V: Vector<Number = T>>(&mut self, simd: V::Simd, rows: Range<usize>, numbers: &[T]) {
        let (count, columns) = (rows.len(), self.c.columns());
        let whole = count - count % V::LANES;
        for first in (0..whole).step_by(V::LANES) {
            for column in (0..columns).step_by(V::LANES) {
                let square = V::load_rows(simd, &numbers[column * count + first..], count);
                let square = V::transpose(square);
                for (index, vector) in square[..V::LANES].iter().enumerate() {
                    vector.store_some(self.c.row_mut(rows.start + first + index, column));
                }
            }
        }
        for index in whole..count {
            let numbers = numbers[index..].iter().step_by(count);
            let row = self.c.row_mut(rows.start + index, 0);
            row.iter_mut()
                .zip(numbers)
                .for_each(|(target, number)| *target = *number);
        }
    }
}
