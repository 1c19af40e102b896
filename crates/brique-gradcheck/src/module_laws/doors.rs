//! Checks of shapes on entry: a module accepts arguments of the right shape and refuses all others with an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use brique_core::{Error, Module, Shape};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::snapshot::{Snapshot, restoring};
use crate::verdict::{law, nothing};

/// Every input and every δ of a wrong shape is an error and leaves parameters and gradients unchanged.
///
/// An input with another number of columns is wrong if `output_shape` returns an error; otherwise `forward` accepts
/// it.
///
/// # Errors
///
/// If a wrong shape is accepted, causes a panic, or changes something; or if `forward` and `output_shape` disagree.
pub fn wrong_shapes_are_errors(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "wrong_shapes_are_errors";
    restoring(module, |module| {
        let before = Snapshot::of(module);
        for width in wrong_sizes(x.ncols()) {
            let wrong = Array2::from_elem((x.nrows(), width), 0.5);
            let shape = module.output_shape(Shape::from(width)).ok();
            let columns = shape.map(|shape| shape.size());
            let output = calm(LAW, module, |module| module.forward(&wrong))?;
            let found = output.ok().map(|output| output.ncols());
            law(LAW, module, found == columns, || {
                format!(
                    "forward of an input with {width} columns gives {}, where output_shape says {}",
                    columns_or_error(found),
                    columns_or_error(columns)
                )
            })?;
            if columns.is_none() {
                refuses(LAW, module, &before, &wrong, delta)?;
            }
        }
        for rows in wrong_sizes(delta.nrows()) {
            refuses(
                LAW,
                module,
                &before,
                x,
                &Array2::from_elem((rows, delta.ncols()), 0.5),
            )?;
        }
        for columns in wrong_sizes(delta.ncols()) {
            refuses(
                LAW,
                module,
                &before,
                x,
                &Array2::from_elem((delta.nrows(), columns), 0.5),
            )?;
        }
        Ok(())
    })
}

/// Returns sizes around `size` that differ from it; 0 and 1 are among them, because broadcasting would accept them.
fn wrong_sizes(size: usize) -> impl Iterator<Item = usize> {
    [0, 1, size.wrapping_sub(1), size + 1, 2 * size + 1]
        .into_iter()
        .filter(move |&wrong| wrong != size && wrong <= 2 * size + 1)
}

fn columns_or_error(columns: Option<usize>) -> String {
    columns.map_or("an error".to_owned(), |columns| format!("{columns} columns"))
}

fn refuses(
    law_name: &'static str,
    module: &mut dyn Module<f64>,
    before: &Snapshot,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    let describe = |method: &str| {
        format!(
            "{method} takes an input of shape {:?} with a delta of shape {:?}",
            x.dim(),
            delta.dim()
        )
    };
    let back = calm(law_name, module, |module| module.backward_delta(x, delta))?;
    law(law_name, module, back.is_err(), || describe("backward_delta"))?;
    let update = calm(law_name, module, |module| {
        module.backward_update_gradient(x, delta)
    })?;
    law(law_name, module, update.is_err(), || {
        describe("backward_update_gradient")
    })?;
    nothing(law_name, module, before.change(module))
}

/// Calls a method that should return an error; a panic is reported as a failure of its own.
fn calm<R>(
    law_name: &'static str,
    module: &mut dyn Module<f64>,
    call: impl FnOnce(&mut dyn Module<f64>) -> Result<R, Error>,
) -> Result<Result<R, Error>, Failure> {
    let result = catch_unwind(AssertUnwindSafe(|| call(module)));
    result.map_err(|_| Failure::Law {
        law: law_name,
        subject: module.to_string(),
        what: "a wrong shape panics instead of giving an error".to_owned(),
    })
}
