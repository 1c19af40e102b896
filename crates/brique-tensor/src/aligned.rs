//! Matrices that begin where the processor reads them fastest.
//!
//! With a line of the cache, because a register as wide as a line is then loaded from one line, where rows are whole lines;
//! of a matrix that begins anywhere it takes two, and a training step an eighth longer. With a page, because a processor takes
//! a number that is read for one that was just written where the two lie at one place of their pages, and waits: a function
//! from one matrix to another that begins a little further on its page takes twice as long.

use ndarray::{Array1, Array2, Axis, Slice};

use crate::pages::{HUGE_PAGE_BYTES, PAGE_BYTES, ask_for_huge_pages};
use crate::{Matrix, Scalar};

/// Lines of the cache, and the widest registers, are as long.
pub(crate) const LINE_BYTES: usize = 64;

/// Zeros, row by row from the start of a line of the cache on: what is computed with often belongs into such a matrix.
///
/// From 4 KiB on it begins with a page, and from 2 MiB on with a huge page, for which it asks the system. It owns more bytes
/// than its numbers take, but fewer than the line or page that it begins with has. A clone begins anywhere: [`aligned`] makes
/// a copy that does not. `shape` is (rows, columns); either may be 0.
///
/// # Panics
///
/// As [`Array2::zeros`]: where there are more numbers than memory can address.
///
/// ```
/// use brique_tensor::aligned_zeros;
///
/// let buffer = aligned_zeros::<f32>((3, 16));
/// assert_eq!(buffer.dim(), (3, 16));
/// assert_eq!(buffer.as_ptr().addr() % 64, 0);
/// ```
#[must_use]
pub fn aligned_zeros<T: Scalar>(shape: (usize, usize)) -> Array2<T> {
    let size = shape.0.saturating_mul(shape.1);
    aligned_numbers(size)
        .into_shape_with_order(shape)
        .unwrap_or_else(|_| Array2::zeros(shape))
}

/// So many zeros, from the start of the largest piece of memory on that they fill: of a line, a page, or a huge page.
pub(crate) fn aligned_numbers<T: Scalar>(size: usize) -> Array1<T> {
    let bytes = size.saturating_mul(size_of::<T>());
    let boundary = if bytes >= HUGE_PAGE_BYTES {
        HUGE_PAGE_BYTES
    } else if bytes >= PAGE_BYTES {
        PAGE_BYTES
    } else {
        LINE_BYTES
    };
    let most = boundary / size_of::<T>() - 1;
    let mut numbers = Array1::<T>::zeros(size.saturating_add(most));
    let first = numbers.as_ptr().align_offset(boundary).min(most);
    numbers.slice_axis_inplace(Axis(0), Slice::from(first..first + size));
    if let Some(numbers) = numbers.as_slice_mut() {
        ask_for_huge_pages(numbers);
    }
    numbers
}

/// The same numbers in the same shape, in a matrix as [`aligned_zeros`] makes them, however they lie in `numbers`.
///
/// ```
/// use brique_tensor::aligned;
/// use brique_tensor::ndarray::array;
///
/// let x = array![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(aligned(&x.t()), array![[1.0, 3.0], [2.0, 4.0]]);
/// ```
#[must_use]
pub fn aligned<T: Scalar>(numbers: &Matrix<T>) -> Array2<T> {
    let mut copy = aligned_zeros(numbers.dim());
    copy.assign(numbers);
    copy
}
