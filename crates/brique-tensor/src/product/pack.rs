//! Packing: copies parts of the factors into buffers, in the order in which they are read.

use std::ops::Range;

use ndarray::Array1;

use super::operands::Factor;
use crate::Scalar;
use crate::aligned::aligned_numbers;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;
use crate::transpose::transpose;

/// The number of rows of the second factor that are packed at once.
const ROWS_AT_ONCE: usize = 8;

/// A second factor of at most this number of bytes is in a near cache.
const NEAR_BYTES: usize = 128 * 1024;

/// A factor of more than this number of bytes is not even in the second-level cache.
pub(super) const FAR_BYTES: usize = 1024 * 1024;

/// The buffers of a thread. They grow to the size of the largest product and are never freed while the thread lives.
#[derive(Debug, Default)]
pub struct Panels<T> {
    a: Option<Array1<T>>,
    b: Option<Array1<T>>,
    sums: Option<Array1<T>>,
    /// Results that are computed transposed.
    turned: Option<Array1<T>>,
}

impl<T: Scalar> Panels<T> {
    pub(crate) const fn new() -> Self {
        Self {
            a: None,
            b: None,
            sums: None,
            turned: None,
        }
    }

    /// Returns an aligned buffer of `a` numbers for the first factor, one of `b` numbers for the second, and one for `sums`
    /// numbers of a tile.
    pub(super) fn space(&mut self, a: usize, b: usize, sums: usize) -> (&mut [T], &mut [T], &mut [T]) {
        (
            numbers_of(&mut self.a, a),
            numbers_of(&mut self.b, b),
            numbers_of(&mut self.sums, sums),
        )
    }

    /// Takes the buffer for a transposed result, with at least `size` numbers, while the others are in use.
    pub(super) fn take_turned(&mut self, size: usize) -> Array1<T> {
        numbers_of(&mut self.turned, size);
        self.turned.take().unwrap_or_default()
    }

    /// Puts the buffer for a transposed result back.
    pub(super) fn put_turned(&mut self, buffer: Array1<T>) {
        self.turned = Some(buffer);
    }
}

/// Returns the first `size` numbers of a buffer, which is replaced by a larger one if it is too small.
fn numbers_of<T: Scalar>(buffer: &mut Option<Array1<T>>, size: usize) -> &mut [T] {
    if buffer.as_ref().is_none_or(|buffer| buffer.len() < size) {
        *buffer = Some(aligned_numbers(size));
    }
    match buffer.as_mut().and_then(|buffer| buffer.as_slice_mut()) {
        Some(numbers) => &mut numbers[..size],
        None => &mut [],
    }
}

/// Columns of the second factor, to be packed into panels. Each panel is contiguous, row by row.
pub(super) struct Columns<'a, T> {
    /// The second factor from the first of the columns on.
    pub(super) b: Factor<'a, T>,
    pub(super) depth: usize,
    pub(super) count: usize,
    /// The columns of a panel; the last panel may be narrower, and is padded with zeros.
    pub(super) width: usize,
    pub(super) panels: &'a mut [T],
}

impl<T: Scalar> Work for Columns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        if self.b.column_stride == 1 {
            self.copy::<<T as SimdNumber>::Vector<S>>(simd);
        } else {
            self.turn::<<T as SimdNumber>::Vector<S>>(simd);
        }
    }
}

impl<T: Scalar> Columns<'_, T> {
    /// Packs a few rows at a time: they stay in the cache while their parts are copied to all panels.
    #[inline(always)]
    fn copy<V: Vector<Number = T>>(&mut self, simd: V::Simd) {
        let is_far = self.depth * self.b.row_stride * size_of::<T>() > NEAR_BYTES;
        for start in (0..self.depth).step_by(ROWS_AT_ONCE) {
            let rows = start..self.depth.min(start + ROWS_AT_ONCE);
            let mut first = 0;
            while first < self.count {
                let left = self.count - first;
                let width = width_of_panel::<V>(left, self.width);
                let count = width.min(left);
                let panel = &mut self.panels[first * self.depth..][..width * self.depth];
                let columns = Part {
                    numbers: self.b.slice.get(first..).unwrap_or(&[]),
                    stride: self.b.row_stride,
                    rows: rows.clone(),
                    count,
                };
                if is_far {
                    columns.prefetch::<V>(simd);
                }
                match width / V::LANES {
                    1 => columns.copy::<V, 1>(simd, panel),
                    2 => columns.copy::<V, 2>(simd, panel),
                    3 => columns.copy::<V, 3>(simd, panel),
                    _ => columns.copy::<V, 4>(simd, panel),
                }
                first += width;
            }
        }
    }

    /// Packs and transposes one square block after the other along each column, in memory order.
    #[inline(always)]
    fn turn<V: Vector<Number = T>>(&mut self, simd: V::Simd) {
        let (b, depth) = (self.b, self.depth);
        let whole = depth - depth % V::LANES;
        let is_far = size_of_val(b.slice) > FAR_BYTES;
        let mut first = 0;
        while first < self.count {
            let left = self.count - first;
            let width = width_of_panel::<V>(left, self.width);
            let panel = &mut self.panels[first * depth..][..width * depth];
            for column in (0..width).step_by(V::LANES) {
                if column + V::LANES <= left {
                    for row in (0..whole).step_by(V::LANES) {
                        let from = &b.slice[(first + column) * b.column_stride + row..];
                        let to = &mut panel[row * width + column..];
                        if is_far {
                            for next in first + column + V::LANES..first + column + 2 * V::LANES {
                                if let Some(ahead) = b.slice.get(next * b.column_stride + row..) {
                                    V::prefetch(simd, ahead);
                                }
                            }
                        }
                        transpose::<V>(simd, from, b.column_stride, to, width);
                    }
                }
                // The remaining elements at the edges.
                let start = if column + V::LANES <= left { whole } else { 0 };
                for row in start..depth {
                    for column in column..column + V::LANES {
                        let is_there = column < left;
                        panel[row * width + column] = if is_there {
                            b.at(row, first + column)
                        } else {
                            T::zero()
                        };
                    }
                }
            }
            first += width;
        }
    }
}

/// A panel's columns of some rows of the second factor.
struct Part<'a, T> {
    /// The second factor from the first of the columns on.
    numbers: &'a [T],
    stride: usize,
    rows: Range<usize>,
    count: usize,
}

impl<T: Scalar> Part<'_, T> {
    /// Prefetches the same columns of later rows, which are probably not in the cache.
    #[inline(always)]
    fn prefetch<V: Vector<Number = T>>(&self, simd: V::Simd) {
        for row in self.rows.clone() {
            for column in (0..self.count).step_by(V::LANES) {
                if let Some(ahead) = self.numbers.get((row + ROWS_AT_ONCE) * self.stride + column..) {
                    V::prefetch(simd, ahead);
                }
            }
        }
    }

    /// Copies the rows to a panel of `WIDE` SIMD vectors, with zeros beyond the last column.
    #[inline(always)]
    fn copy<V: Vector<Number = T>, const WIDE: usize>(&self, simd: V::Simd, panel: &mut [T]) {
        for row in self.rows.clone() {
            let numbers = &self.numbers[row * self.stride..][..self.count];
            let target = &mut panel[row * WIDE * V::LANES..][..WIDE * V::LANES];
            for vector in 0..WIDE {
                let numbers = numbers.get(vector * V::LANES..).unwrap_or(&[]);
                V::load_some(simd, numbers).store(&mut target[vector * V::LANES..]);
            }
        }
    }
}

/// Returns the width of the next panel: as few SIMD vectors as hold all `left` columns, but at most `widest`.
#[inline(always)]
pub(super) fn width_of_panel<V: Vector>(left: usize, widest: usize) -> usize {
    left.next_multiple_of(V::LANES).min(widest)
}

/// Packs some columns of `HEIGHT` rows of `a`, which is stored by columns: one column after the other.
#[inline(always)]
pub(super) fn rows<T: Scalar, const HEIGHT: usize>(a: Factor<'_, T>, columns: Range<usize>, panel: &mut [T]) {
    let packed = &mut panel.as_chunks_mut::<HEIGHT>().0[columns.clone()];
    for (column, target) in columns.zip(packed) {
        target.copy_from_slice(&a.slice[column * a.column_stride..][..HEIGHT]);
    }
}
