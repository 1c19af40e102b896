//! Checks of parameters.

use crate::Error;

/// Returns an error unless the parameter is a finite number of at least 0.
pub(crate) fn check_not_negative(
    function: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter,
        found: value.to_string(),
        expected: "a finite number of at least 0",
    })
}

/// Returns an error unless the parameter is a finite number.
pub(crate) fn check_finite(function: &'static str, parameter: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter,
        found: value.to_string(),
        expected: "a finite number",
    })
}

/// Returns an error if an `f64` matrix of this size is larger than the largest possible allocation.
pub(crate) fn check_addressable(
    function: &'static str,
    parameter: &'static str,
    rows: usize,
    columns: usize,
) -> Result<(), Error> {
    let bytes = rows
        .checked_mul(columns)
        .and_then(|values| values.checked_mul(size_of::<f64>()));
    if bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok()) {
        return Ok(());
    }
    let found = format!("{rows} · {columns} values");
    Err(Error::Parameter {
        function,
        parameter,
        found,
        expected: "as many as memory can address",
    })
}
