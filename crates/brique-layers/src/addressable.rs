//! The largest number of parameters.

use brique_core::Fault;

/// Checks that (in + 1) · out numbers can be addressed. Otherwise an allocation would abort the program.
pub(crate) fn check_addressable<T>(inputs: usize, outputs: usize) -> Result<(), Fault> {
    let bytes = inputs
        .checked_add(1)
        .and_then(|rows| rows.checked_mul(outputs.max(1)))
        .and_then(|elements| elements.checked_mul(size_of::<T>()))
        .and_then(|bytes| isize::try_from(bytes).ok());
    match bytes {
        Some(_) => Ok(()),
        None => Err(Fault::Value {
            argument: "the number of parameters".into(),
            found: format!("({inputs} + 1) · {outputs}"),
            expected: "as many as memory can address".into(),
        }),
    }
}
