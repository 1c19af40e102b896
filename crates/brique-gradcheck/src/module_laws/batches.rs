//! A batch is its rows, however many and however they lie in memory.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::passes::Passes;
use crate::Failure;
use crate::matrices::{copies_of_row, largest, layouts, row_alone};
use crate::snapshot::{Snapshot, fill_gradients, restoring};
use crate::verdict::{law, near, nothing, refused, same};

/// Rows do not see one another: a row among copies of itself gives the same bits, alone it gives the same numbers, and
/// the gradient of a batch is the sum of those of its rows.
///
/// # Errors
///
/// Where a row depends on its neighbours or on the size of the batch.
pub fn rows_do_not_see_one_another(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "rows_do_not_see_one_another";
    restoring(module, |module| {
        let together = Passes::of(LAW, module, x, delta)?;
        let mut sums: Vec<Array2<f64>> = together
            .gradients
            .iter()
            .map(|gradient| Array2::zeros(gradient.dim()))
            .collect();
        let mut sizes = sums.clone();
        for row in 0..x.nrows() {
            let expected = Passes {
                output: row_alone(&together.output, row),
                input_delta: row_alone(&together.input_delta, row),
                gradients: Vec::new(),
            };
            let copies = Passes::of(LAW, module, &copies_of_row(x, row), &copies_of_row(delta, row))?;
            let what = format!("the output of row {row} among copies of it");
            same(
                LAW,
                module,
                &what,
                &row_alone(&copies.output, row),
                &expected.output,
            )?;
            let what = format!("the input delta of row {row} among copies of it");
            same(
                LAW,
                module,
                &what,
                &row_alone(&copies.input_delta, row),
                &expected.input_delta,
            )?;

            let alone = Passes::of(LAW, module, &row_alone(x, row), &row_alone(delta, row))?;
            let what = format!("the output of row {row} alone");
            near(
                LAW,
                module,
                &what,
                &alone.output,
                &expected.output,
                largest(&together.output),
            )?;
            let what = format!("the input delta of row {row} alone");
            let scale = largest(&together.input_delta);
            near(
                LAW,
                module,
                &what,
                &alone.input_delta,
                &expected.input_delta,
                scale,
            )?;
            for (place, gradient) in alone.gradients.iter().enumerate() {
                sums[place] += gradient;
                sizes[place] += &gradient.mapv(f64::abs);
            }
        }
        for (place, gradient) in together.gradients.iter().enumerate() {
            let what = format!("the gradient of parameter {place}, beside the sum over its rows,");
            near(LAW, module, &what, gradient, &sums[place], largest(&sizes[place]))?;
        }
        Ok(())
    })
}

/// The layout of a matrix in memory, rows first, columns first or backwards, changes no result.
///
/// # Errors
///
/// Where it does.
pub fn layout_changes_nothing(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "layout_changes_nothing";
    restoring(module, |module| {
        let expected = Passes::of(LAW, module, x, delta)?;
        for (x, delta) in layouts(x).into_iter().zip(layouts(delta)) {
            let found = Passes::of(LAW, module, &x, &delta)?;
            let scale = largest(&expected.output);
            near(LAW, module, "the output", &found.output, &expected.output, scale)?;
            let scale = largest(&expected.input_delta);
            near(
                LAW,
                module,
                "the input delta",
                &found.input_delta,
                &expected.input_delta,
                scale,
            )?;
            for (place, (found, expected)) in found.gradients.iter().zip(&expected.gradients).enumerate() {
                let what = format!("the gradient of parameter {place}");
                near(LAW, module, &what, found, expected, largest(expected))?;
            }
        }
        for mut buffer in layouts(&expected.output) {
            buffer.fill(f64::NAN);
            module.forward_kernel(x, &mut buffer);
            near(
                LAW,
                module,
                "the output",
                &buffer,
                &expected.output,
                largest(&expected.output),
            )?;
        }
        for mut buffer in layouts(&expected.input_delta) {
            buffer.fill(f64::NAN);
            module.delta_kernel(x, delta, &mut buffer);
            let scale = largest(&expected.input_delta);
            near(
                LAW,
                module,
                "the input delta",
                &buffer,
                &expected.input_delta,
                scale,
            )?;
        }
        Ok(())
    })
}

/// A batch without a row goes forward and back, to matrices without a row, and leaves the gradients as they were.
///
/// # Errors
///
/// Where it does not.
pub fn an_empty_batch_is_a_batch(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "an_empty_batch_is_a_batch";
    restoring(module, |module| {
        let (x, delta) = (Array2::zeros((0, x.ncols())), Array2::zeros((0, delta.ncols())));
        let output = module.forward(&x).map_err(refused(LAW))?;
        law(LAW, module, output.dim() == delta.dim(), || {
            format!(
                "its output has shape {:?}, expected {:?}",
                output.dim(),
                delta.dim()
            )
        })?;
        let input_delta = module.backward_delta(&x, &delta).map_err(refused(LAW))?;
        law(LAW, module, input_delta.dim() == x.dim(), || {
            format!(
                "its input delta has shape {:?}, expected {:?}",
                input_delta.dim(),
                x.dim()
            )
        })?;
        fill_gradients(module, 1.0);
        let before = Snapshot::of(module);
        module
            .backward_update_gradient(&x, &delta)
            .map_err(refused(LAW))?;
        nothing(LAW, module, before.change(module))
    })
}
