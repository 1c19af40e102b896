//! Each row of a batch is computed independently of the other rows, the size of the batch and the memory layout.

use brique_core::{Module, Node};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::passes::Passes;
use crate::Failure;
use crate::matrices::{copies_of_row, largest, layouts, row_alone, rows_reversed};
use crate::snapshot::{Snapshot, fill_gradients, restoring};
use crate::verdict::{law, near, nearly_same, nothing, refused};

/// Rows are independent: the results for a row are the same bits in a batch of the same size that contains only copies
/// of that row.
///
/// # Errors
///
/// If the results for a row depend on the other rows.
pub fn rows_do_not_see_one_another(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "rows_do_not_see_one_another";
    restoring(module, |module| {
        let together = Passes::of(LAW, module, x, delta)?;
        for row in 0..x.nrows() {
            let copies = Passes::of(LAW, module, &copies_of_row(x, row), &copies_of_row(delta, row))?;
            let circumstances = format!("of row {row} among copies of it");
            copies
                .row(row)
                .same(LAW, module, &circumstances, &together.row(row))?;
        }
        Ok(())
    })
}

/// The results for a row are the same numbers when the row is alone and when the rows are in reverse order, and the
/// gradients of the single rows add up to the gradient of the batch.
///
/// A module that treats rows by their position in the batch, as a dropout may, does not satisfy this law.
///
/// # Errors
///
/// If the results for a row depend on the size of the batch or on the position of the row.
pub fn a_batch_is_its_rows(module: &mut dyn Module<f64>, x: &Matrix, delta: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "a_batch_is_its_rows";
    restoring(module, |module| {
        let together = Passes::of(LAW, module, x, delta)?;
        let zeros = together
            .gradients
            .iter()
            .map(|gradient| Array2::zeros(gradient.dim()));
        let mut sums: Vec<Array2<f64>> = zeros.collect();
        let mut sizes = sums.clone();
        for row in 0..x.nrows() {
            let mut alone = Passes::of(LAW, module, &row_alone(x, row), &row_alone(delta, row))?;
            for (index, gradient) in alone.gradients.drain(..).enumerate() {
                sums[index] += &gradient;
                sizes[index] += &gradient.mapv(f64::abs);
            }
            alone.near(
                LAW,
                module,
                &format!("of row {row} alone"),
                &together.row(row),
                &together,
            )?;
        }
        // Another batch of the same size: values saved for the first one must not be used again.
        let reversed = Passes::of(LAW, module, &rows_reversed(x), &rows_reversed(delta))?;
        for row in 0..x.nrows() {
            reversed.row(x.nrows() - 1 - row).near(
                LAW,
                module,
                &format!("of row {row} with the rows in reverse order"),
                &together.row(row),
                &together,
            )?;
        }
        for (index, gradient) in together.gradients.iter().enumerate() {
            let what = format!("the gradient of parameter {index}, beside the sum over its rows,");
            near(LAW, module, &what, gradient, &sums[index], largest(&sizes[index]))?;
        }
        Ok(())
    })
}

/// The memory layout of a matrix (row-major, column-major or reversed) does not change any result.
///
/// # Errors
///
/// If a result depends on the layout.
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
            found.near(LAW, module, "of another layout", &expected, &expected)?;
        }
        let mut node = Node::for_training(&*module, x, delta.ncols());
        for mut buffer in layouts(&expected.output) {
            buffer.fill(f64::NAN);
            node.forward_into(&*module, x, &mut buffer);
            nearly_same(LAW, module, "the output", &buffer, &expected.output)?;
        }
        for mut buffer in layouts(&expected.input_delta) {
            buffer.fill(f64::NAN);
            // A backward pass may consume the values that the forward pass saved.
            node.forward(&*module, x);
            node.delta_into(&*module, x, delta, &mut buffer);
            nearly_same(LAW, module, "the input delta", &buffer, &expected.input_delta)?;
        }
        Ok(())
    })
}

/// Forward and backward passes accept a batch without rows, return matrices without rows, and leave the gradients
/// unchanged.
///
/// # Errors
///
/// If one of these does not hold.
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
