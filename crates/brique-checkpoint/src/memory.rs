//! Whether memory can be allocated: a failed allocation would abort the program.

use brique_tensor::{Scalar, is_allocatable};

use crate::Error;

/// Checks that memory for matrices of these shapes, `copies` of each, can be allocated now. A file of holes, which takes
/// no space on the disk, may have tensors of any size.
pub(crate) fn check_memory<T: Scalar>(
    shapes: impl Iterator<Item = (usize, usize)>,
    copies: usize,
) -> Result<(), Error> {
    let numbers = shapes
        .map(|(rows, columns)| rows.saturating_mul(columns))
        .fold(0, usize::saturating_add);
    if is_allocatable::<T>((numbers, 1), copies) {
        return Ok(());
    }
    let bytes = numbers.saturating_mul(copies).saturating_mul(size_of::<T>());
    Err(Error::Memory { bytes })
}
