//! Whether memory can hold data of a size that the caller chose.

use brique_tensor::{Scalar, is_allocatable};

use crate::Error;

/// A generator holds the inputs, the targets, the order and a copy of some of them at once: no more than this many times
/// the inputs.
pub(crate) const COPIES: usize = 5;

/// Returns an error unless memory for `copies` matrices of this many `f64` can be allocated at once.
pub(crate) fn check_memory(
    function: &'static str,
    parameter: &'static str,
    shape: (usize, usize),
    copies: usize,
) -> Result<(), Error> {
    check_memory_of::<f64>(function, parameter, shape, copies)
}

/// Returns an error unless memory for `copies` matrices of this many `T` can be allocated at once.
pub(crate) fn check_memory_of<T: Scalar>(
    function: &'static str,
    parameter: &'static str,
    (rows, columns): (usize, usize),
    copies: usize,
) -> Result<(), Error> {
    if is_allocatable::<T>((rows, columns), copies) {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter,
        found: format!("{rows} · {columns} values"),
        expected: "as many as memory can address",
    })
}
