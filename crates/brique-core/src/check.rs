//! The checks that the public methods make on entry.

use brique_tensor::{Matrix, Scalar};

use crate::{Fault, Module, Shape};

/// Returns the rows and columns of the output for `input`.
#[inline]
pub(crate) fn batch_output<T, M>(module: &M, input: &Matrix<T>) -> Result<(usize, usize), Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let (rows, columns) = input.dim();
    let outputs = module.output_shape(Shape::from(columns))?.size();
    let bytes = rows
        .checked_mul(outputs)
        .and_then(|values| values.checked_mul(size_of::<T>()));
    if bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        return Err(Fault::Value {
            argument: "the number of output values".into(),
            found: format!("{rows} · {outputs}"),
            expected: "as many as memory can address".into(),
        });
    }
    Ok((rows, outputs))
}

/// Returns the rows and columns of the output for `input`, after checking that `delta` has this shape.
#[inline]
pub(crate) fn check_delta<T, M>(
    module: &M,
    input: &Matrix<T>,
    delta: &Matrix<T>,
) -> Result<(usize, usize), Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let expected = batch_output(module, input)?;
    if delta.dim() == expected {
        return Ok(expected);
    }
    let reason = if delta.nrows() == expected.0 {
        "as many columns as the module's output"
    } else {
        "as many rows as the input has examples"
    };
    Err(Fault::Shape {
        argument: "delta",
        found: delta.dim(),
        expected,
        reason,
    })
}
