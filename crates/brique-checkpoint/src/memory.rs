//! Whether memory can be allocated: a failed allocation would abort the program.

use std::hint::black_box;

use crate::Error;

/// Smaller allocations are not tried. A program that has less memory left cannot go on anyway.
const WORTH_A_TRY: usize = 1 << 24;

/// Checks that memory for matrices of these shapes, `copies` of each, can be allocated now. A file of holes, which takes
/// no space on the disk, may have tensors of any size.
pub(crate) fn check_memory<T>(
    shapes: impl Iterator<Item = (usize, usize)>,
    copies: usize,
) -> Result<(), Error> {
    let numbers = shapes
        .map(|(rows, columns)| rows.saturating_mul(columns))
        .fold(0, usize::saturating_add)
        .saturating_mul(copies);
    let bytes = numbers.saturating_mul(size_of::<T>());
    if bytes < WORTH_A_TRY {
        return Ok(());
    }
    let mut memory = Vec::<T>::new();
    let is_promised = memory.try_reserve_exact(numbers).is_ok();
    // Memory that nothing uses would not be allocated at all.
    black_box(&memory);
    if is_promised {
        return Ok(());
    }
    Err(Error::Memory { bytes })
}
