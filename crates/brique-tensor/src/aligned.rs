//! Matrices that are aligned in memory so that the processor reads them fastest.
//!
//! * They begin with a cache line. If rows are whole lines, a SIMD vector as wide as a line is then loaded from a
//!   single line. Without alignment it is loaded from two lines, and a training step takes an eighth longer.
//! * Large ones begin with a page. A processor first compares only the offsets within a page to detect a read of a
//!   number that was just written, and waits if they are equal. A function from one matrix to another that begins a
//!   little further on its page takes twice as long.

use ndarray::{Array1, Array2, Axis, Slice};

use crate::pages::{HUGE_PAGE_BYTES, PAGE_BYTES, ask_for_huge_pages};
use crate::{Matrix, Scalar};

/// The length of a cache line, and of the widest SIMD vector.
pub(crate) const LINE_BYTES: usize = 64;

/// Returns a matrix of zeros in row-major order that begins with a cache line.
///
/// Use it for matrices that kernels read or write often. From 4 KiB on, the matrix begins with a page. From 2 MiB on,
/// it begins with a huge page, and the operating system is asked for huge pages. The unused bytes are fewer than one
/// such line, page or huge page. A clone is not aligned; [`aligned`] makes an aligned copy.
///
/// # Shapes
///
/// `shape` is (rows, columns); either may be 0.
///
/// # Panics
///
/// As [`Array2::zeros`]: if there are more numbers than memory can address.
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

/// Returns `size` zeros that begin with the largest unit of memory that they fill: a line, a page or a huge page.
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

/// Returns a copy of `numbers` that is aligned as by [`aligned_zeros`].
///
/// The copy has the same shape and is in row-major order for every layout of `numbers`.
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
