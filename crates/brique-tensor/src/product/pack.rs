//! Parts of factors, copied to where they lie in the order in which they are read.

use std::ops::Range;

use super::Factor;
use crate::Scalar;
use crate::vector::Vector;

/// Lines of the cache, and the widest registers, are as long.
const LINE_BYTES: usize = 64;

/// Numbers in the widest registers.
const MOST_LANES: usize = 16;

/// The buffers of a thread: they grow with the largest product, and then stay.
#[derive(Debug, Default)]
pub struct Panels<T> {
    a: Vec<T>,
    b: Vec<T>,
}

impl<T: Scalar> Panels<T> {
    pub(crate) const fn new() -> Self {
        Self {
            a: Vec::new(),
            b: Vec::new(),
        }
    }

    /// Room for so many numbers of each factor, from the start of a line on.
    pub(super) fn room(&mut self, a: usize, b: usize) -> (&mut [T], &mut [T]) {
        (aligned(&mut self.a, a), aligned(&mut self.b, b))
    }
}

fn aligned<T: Scalar>(buffer: &mut Vec<T>, length: usize) -> &mut [T] {
    let line = LINE_BYTES / size_of::<T>();
    if buffer.len() < length + line {
        buffer.resize(length + line, T::zero());
    }
    let start = buffer.as_ptr().align_offset(LINE_BYTES).min(line);
    &mut buffer[start..][..length]
}

/// The first `depth` rows of `b`, `width` of its columns from the first on, next to one another; where there are fewer than
/// `width`, zeros.
#[inline(always)]
pub(super) fn columns<V>(
    unit: V::Unit,
    b: Factor<'_, V::Number>,
    depth: usize,
    columns: usize,
    width: usize,
    panel: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
{
    let columns = columns.min(width);
    if columns < width {
        panel[..depth * width].fill(V::Number::default());
    }
    let (whole_depth, whole_columns) = (depth - depth % V::LANES, columns - columns % V::LANES);
    if b.column_stride == 1 {
        for (row, target) in panel.chunks_exact_mut(width).take(depth).enumerate() {
            let numbers = &b.slice[row * b.row_stride..][..columns];
            let (runs, places) = (numbers.chunks_exact(V::LANES), target.chunks_exact_mut(V::LANES));
            for (numbers, place) in runs.zip(places) {
                V::load(unit, numbers).store(place);
            }
            for column in whole_columns..columns {
                target[column] = numbers[column];
            }
        }
        return;
    }
    for row in (0..whole_depth).step_by(V::LANES) {
        for column in (0..whole_columns).step_by(V::LANES) {
            let numbers = &b.slice[column * b.column_stride + row..];
            transpose::<V>(
                unit,
                numbers,
                b.column_stride,
                &mut panel[row * width + column..],
                width,
            );
        }
        copy_transposed(b, row..row + V::LANES, whole_columns..columns, width, panel);
    }
    copy_transposed(b, whole_depth..depth, 0..columns, width, panel);
}

/// A square as wide as a register, from rows that are `stride` apart to columns.
#[inline(always)]
fn transpose<V>(unit: V::Unit, from: &[V::Number], stride: usize, to: &mut [V::Number], to_stride: usize)
where
    V: Vector<Number: Scalar>,
{
    let mut square = [V::splat(unit, V::Number::default()); MOST_LANES];
    for (row, register) in square[..V::LANES].iter_mut().enumerate() {
        *register = V::load(unit, &from[row * stride..]);
    }
    // Each round halves the distance between the rows of a pair that lies next to one another: log₂ of the lanes of them.
    let mut round = 1;
    while round < V::LANES {
        let mut next = square;
        for pair in 0..V::LANES / 2 {
            (next[2 * pair], next[2 * pair + 1]) = square[pair].interleave(square[pair + V::LANES / 2]);
        }
        square = next;
        round *= 2;
    }
    for (row, register) in square[..V::LANES].iter().enumerate() {
        register.store(&mut to[row * to_stride..]);
    }
}

/// What is left at the edges.
#[inline(always)]
fn copy_transposed<T: Scalar>(
    b: Factor<'_, T>,
    rows: Range<usize>,
    columns: Range<usize>,
    width: usize,
    panel: &mut [T],
) {
    for row in rows {
        for column in columns.clone() {
            panel[row * width + column] = b.at(row, column);
        }
    }
}

/// Some columns of `HEIGHT` rows of `a`, which lies by columns: column after column.
#[inline(always)]
pub(super) fn rows<T: Scalar, const HEIGHT: usize>(a: Factor<'_, T>, columns: Range<usize>, panel: &mut [T]) {
    let places = &mut panel.as_chunks_mut::<HEIGHT>().0[columns.clone()];
    for (column, place) in columns.zip(places) {
        place.copy_from_slice(&a.slice[column * a.column_stride..][..HEIGHT]);
    }
}
