//! The checks that the public methods make on entry.

use brique_tensor::{Matrix, Scalar, is_allocatable};

use crate::{Fault, Loss, Module, Shape};

/// Returns the rows and columns of the output for `input`.
#[inline]
pub(crate) fn batch_output<T, M>(module: &M, input: &Matrix<T>) -> Result<(usize, usize), Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let (rows, columns) = input.dim();
    let outputs = module.output_shape(Shape::from(columns))?.size();
    // The limit of ndarray, which ignores lengths of 0.
    let lengths = rows.max(1).checked_mul(outputs.max(1));
    if lengths.is_none_or(|lengths| isize::try_from(lengths).is_err()) {
        return Err(too_many("the number of output values", rows, outputs));
    }
    Ok((rows, outputs))
}

/// Checks that memory for a matrix of this shape can be allocated.
pub(crate) fn check_allocatable<T: Scalar>(
    argument: &'static str,
    (rows, columns): (usize, usize),
) -> Result<(), Fault> {
    if is_allocatable::<T>((rows, columns), 1) {
        return Ok(());
    }
    Err(too_many(argument, rows, columns))
}

#[cold]
fn too_many(argument: &'static str, rows: usize, columns: usize) -> Fault {
    Fault::Value {
        argument: argument.into(),
        found: format!("{rows} · {columns}"),
        expected: "as many as memory can address".into(),
    }
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

/// Checks that `y` can be the target of `yhat`, and that their loss does not divide by 0.
pub(crate) fn check_reduced<T, L>(loss: &L, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault>
where
    T: Scalar,
    L: Loss<T> + ?Sized,
{
    loss.check(y, yhat)?;
    let (examples, terms) = yhat.dim();
    if loss.reduction().divisor(examples, terms) == 0 {
        return Err(Fault::NoMean { found: yhat.dim() });
    }
    Ok(())
}
