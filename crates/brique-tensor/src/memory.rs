//! Whether memory can be allocated: a failed allocation would abort the program.

use std::hint::black_box;

use crate::Scalar;

/// Smaller allocations are not tried. A program that has less memory left cannot go on anyway.
const WORTH_A_TRY: usize = 16 * 1024 * 1024;

/// Returns whether memory for `matrices` matrices of the shape `(rows, columns)` can be allocated now.
///
/// Methods that return errors call it before they allocate a size that the caller chose. If the matrices together have
/// 16 MiB or more, the function allocates this memory and frees it again without writing to it. Some systems promise
/// more memory than they have; there, true means only that the system promises it.
///
/// ```
/// use brique_tensor::is_allocatable;
///
/// assert!(is_allocatable::<f64>((1000, 1000), 2));
/// assert!(is_allocatable::<f64>((1 << 46, 0), 2));
/// assert!(!is_allocatable::<f64>((1 << 46, 1), 2));
/// assert!(!is_allocatable::<f64>((usize::MAX, 0), 1)); // no array has an axis of this length
/// ```
#[must_use]
pub fn is_allocatable<T: Scalar>((rows, columns): (usize, usize), matrices: usize) -> bool {
    let lengths = rows.max(1).checked_mul(columns.max(1));
    // The limit of ndarray, which ignores lengths of 0.
    if lengths.is_none_or(|lengths| isize::try_from(lengths).is_err()) {
        return false;
    }
    let size = (rows * columns).checked_mul(matrices);
    size.is_some_and(|size| size < WORTH_A_TRY / size_of::<T>() || is_promised::<T>(size))
}

#[cold]
fn is_promised<T: Scalar>(size: usize) -> bool {
    let mut memory = Vec::<T>::new();
    let is_promised = memory.try_reserve_exact(size).is_ok();
    // Memory that nothing uses would not be allocated at all.
    black_box(&memory);
    is_promised
}
