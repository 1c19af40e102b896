//! Parts of factors, copied to where they lie in the order in which they are read.

use super::Factor;
use crate::Scalar;

/// Lines of the cache, and the widest registers, are as long.
const LINE_BYTES: usize = 64;

/// The buffers of a thread: they grow with the largest product, and then stay.
#[derive(Debug, Default)]
pub(crate) struct Panels<T> {
    a: Vec<T>,
    b: Vec<T>,
}

impl<T: Scalar> Panels<T> {
    pub(crate) const fn new() -> Self {
        Self { a: Vec::new(), b: Vec::new() }
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
pub(super) fn columns<T: Scalar>(b: Factor<'_, T>, depth: usize, columns: usize, width: usize, panel: &mut [T]) {
    let columns = columns.min(width);
    if columns < width {
        panel[..depth * width].fill(T::zero());
    }
    if b.column_stride == 1 {
        for (row, target) in panel.chunks_exact_mut(width).take(depth).enumerate() {
            target[..columns].copy_from_slice(&b.slice[row * b.row_stride..][..columns]);
        }
    } else {
        for column in 0..columns {
            let numbers = &b.slice[column * b.column_stride..][..depth];
            for (row, &number) in panel.chunks_exact_mut(width).zip(numbers) {
                row[column] = number;
            }
        }
    }
}

/// `HEIGHT` rows of `a`, which lies by columns: column after column.
#[inline(always)]
pub(super) fn rows<T: Scalar, const HEIGHT: usize>(a: Factor<'_, T>, depth: usize, panel: &mut [T]) {
    for (column, target) in panel.as_chunks_mut::<HEIGHT>().0.iter_mut().take(depth).enumerate() {
        target.copy_from_slice(&a.slice[column * a.column_stride..][..HEIGHT]);
    }
}
