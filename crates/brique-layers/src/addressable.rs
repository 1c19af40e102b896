//! The largest number of parameters.

use brique_core::Fault;
use brique_tensor::{Scalar, is_allocatable};

/// A new parameter needs this many matrices at once: its initial value, an aligned copy of it, and the gradient.
const MATRICES: usize = 3;

/// Checks that memory for (in + 1) · out parameters can be allocated. Otherwise an allocation would abort the program.
pub(crate) fn check_addressable<T: Scalar>(inputs: usize, outputs: usize) -> Result<(), Fault> {
    let rows = inputs.checked_add(1);
    if rows.is_some_and(|rows| is_allocatable::<T>((rows, outputs), MATRICES)) {
        return Ok(());
    }
    Err(Fault::Value {
        argument: "the number of parameters".into(),
        found: format!("({inputs} + 1) · {outputs}"),
        expected: "as many as memory can address".into(),
    })
}
