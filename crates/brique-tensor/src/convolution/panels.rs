//! The second factor of a gathered product, packed into panels, and the loop over panels and chunks.

use std::ops::Range;

use super::gather::Gather;
use super::offsets::Offsets;
use super::scratch::Numbers;
use crate::Scalar;
use crate::product::operands::Start;
use crate::simd::{Simd, Vector};
use crate::simd_number::SimdNumber;

/// The longest part of the depth that is added up in registers at once: its panel stays in the nearest cache.
pub(super) const CHUNK: usize = 384;

/// A part of the columns: as many as fill some or all vectors of the widest panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub(super) column: usize,
    /// The columns with padding.
    pub(super) width: usize,
}

/// The vectors of the widest panel: the sums of a tile have to fit into the registers.
#[inline(always)]
pub(super) fn widest<S: Simd>() -> usize {
    if S::HAS_MANY_REGISTERS { 4 } else { 2 }
}

#[inline(always)]
pub(super) fn lanes<T: Scalar, S: Simd>() -> usize {
    <T as SimdNumber>::Vector::<S>::LANES
}

/// Returns the panels of this many columns.
pub(super) fn panels<T: Scalar, S: Simd>(columns: usize) -> impl DoubleEndedIterator<Item = Panel> + Clone {
    let (lanes, widest) = (lanes::<T, S>(), widest::<S>() * lanes::<T, S>());
    (0..columns).step_by(widest).map(move |column| Panel {
        column,
        width: (columns - column).next_multiple_of(lanes).min(widest),
    })
}

/// Returns the depth, cut into chunks of nearly equal length.
pub(super) fn chunks(depth: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let length = depth.div_ceil(depth.div_ceil(CHUNK).max(1)).max(1);
    (0..depth)
        .step_by(length)
        .map(move |first| first..depth.min(first + length))
}

/// Returns the number of numbers in the panels of a factor with this depth and these columns.
pub(super) fn packed_size<T: Scalar, S: Simd>(depth: usize, columns: usize) -> usize {
    panels::<T, S>(columns).map(|panel| panel.width * depth).sum()
}

/// Packs a factor: chunk by chunk, panel by panel, row by row, with zeros beyond the last column. `row` returns a function
/// of the column.
#[inline(always)]
pub(super) fn pack<T: Scalar, S: Simd, R: Fn(usize) -> T>(
    depth: usize,
    columns: usize,
    row: impl Fn(usize) -> R,
    target: &mut [T],
) {
    let mut rest = target;
    for chunk in chunks(depth) {
        for Panel { column, width } in panels::<T, S>(columns) {
            let (panel, others) = rest.split_at_mut(width * chunk.len());
            rest = others;
            let count = width.min(columns - column);
            for (index, target) in chunk.clone().zip(panel.chunks_exact_mut(width)) {
                let number = row(index);
                let (numbers, zeros) = target.split_at_mut(count);
                for (offset, target) in numbers.iter_mut().enumerate() {
                    *target = number(column + offset);
                }
                zeros.fill(T::zero());
            }
        }
    }
}

/// A gathered product with a packed second factor.
pub(super) struct Packed<'a, T> {
    pub(super) a: &'a [T],
    pub(super) rows: Offsets<'a>,
    pub(super) depths: Offsets<'a>,
    /// The result of [`pack`].
    pub(super) b: &'a [T],
    pub(super) start: Start<'a, T>,
    pub(super) c: &'a mut [T],
    pub(super) targets: &'a [usize],
    pub(super) columns: usize,
}

impl<T: Scalar> Packed<'_, T> {
    /// Computes the product: one chunk of the depth after the other, and within it one panel after the other.
    ///
    /// The last panel comes first: where rows are added to windows that overlap, a number is further to the right in an
    /// earlier window, and so the windows are added in their order with panels of any width.
    #[inline(always)]
    pub(super) fn compute<S: Simd>(self, simd: S) {
        let mut b = self.b;
        for chunk in chunks(self.depths.numbers().len()) {
            let (of_chunk, rest) = b.split_at(packed_size::<T, S>(chunk.len(), self.columns));
            b = rest;
            for Panel { column, width } in panels::<T, S>(self.columns).rev() {
                let gather = Gather {
                    a: self.a,
                    rows: self.rows,
                    depths: self.depths.part(chunk.clone()),
                    b: &of_chunk[column * chunk.len()..][..width * chunk.len()],
                    b_stride: width,
                    start: self.start.of_part(chunk.start == 0, column),
                    c: &mut self.c[column..],
                    targets: self.targets,
                    columns: width.min(self.columns - column),
                };
                gather_panel(simd, gather, width);
            }
        }
    }
}

/// Computes all rows of one panel.
#[inline(always)]
pub(super) fn gather_panel<T: Scalar, S: Simd>(simd: S, mut gather: Gather<'_, T>, width: usize) {
    match width / lanes::<T, S>() {
        4 if S::HAS_MANY_REGISTERS => gather.compute::<S, 4>(simd),
        3 if S::HAS_MANY_REGISTERS => gather.compute::<S, 3>(simd),
        2 => gather.compute::<S, 2>(simd),
        _ => gather.compute::<S, 1>(simd),
    }
}

/// Returns aligned space for the panels of `count` factors.
pub(super) fn space<T: Scalar, S: Simd>(
    buffer: &mut Numbers<T>,
    depth: usize,
    columns: usize,
    count: usize,
) -> &mut [T] {
    buffer.space(packed_size::<T, S>(depth, columns) * count)
}
