//! Gradients accumulate, fresh ones, outputs and deltas overwrite, and a step subtracts.

use brique_core::{Gradient, Module, Node, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::matrices::largest;
use crate::snapshot::{Snapshot, fill_gradients, restoring};
use crate::verdict::{law, near, nothing, refused, same};

/// The forward and the delta kernel overwrite all of their buffer, whatever it held.
///
/// # Errors
///
/// If a buffer full of NaN gives another result than a fresh one.
pub fn kernels_overwrite(module: &mut dyn Module<f64>, x: &Matrix, delta: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "kernels_overwrite";
    let output = module.forward(x).map_err(refused(LAW))?;
    let input_delta = module.backward_delta(x, delta).map_err(refused(LAW))?;
    let mut node = Node::for_training(&*module, x, output.ncols());
    let mut buffer = Array2::from_elem(output.dim(), f64::NAN);
    node.forward_into(&*module, x, &mut buffer);
    same(LAW, module, "an output written over NaN", &buffer, &output)?;
    let mut buffer = Array2::from_elem(x.dim(), f64::NAN);
    node.delta_into(&*module, x, delta, &mut buffer);
    same(
        LAW,
        module,
        "an input delta written over NaN",
        &buffer,
        &input_delta,
    )
}

/// Two calls of `backward_update_gradient` leave the double of one, to the bit: gradients accumulate.
///
/// To the bit, where a kernel adds up a batch before it adds that to the gradient, as it should. A product may cut a batch
/// of hundreds of rows into blocks and add each: give this law fewer.
///
/// # Errors
///
/// If they do not.
pub fn accumulate_twice_is_double(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "accumulate_twice_is_double";
    restoring(module, |module| {
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let once = Snapshot::of(module).gradients;
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let twice = Snapshot::of(module).gradients;
        for (place, (twice, once)) in twice.iter().zip(&once).enumerate() {
            let what = format!("the gradient of parameter {place} after two passes");
            same(LAW, module, &what, twice, &(once + once))?;
        }
        Ok(())
    })
}

/// After `zero_grad` every gradient is 0, and one pass leaves what one pass left before, to the bit.
///
/// # Errors
///
/// If something of an earlier pass is left.
pub fn zero_grad_forgets(module: &mut dyn Module<f64>, x: &Matrix, delta: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "zero_grad_forgets";
    restoring(module, |module| {
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let once = Snapshot::of(module);
        fill_gradients(module, 1.0);
        module.zero_grad();
        for (place, gradient) in Snapshot::of(module).gradients.iter().enumerate() {
            let what = format!("the gradient of parameter {place} after zero_grad");
            same(LAW, module, &what, gradient, &Array2::zeros(gradient.dim()))?;
        }
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        nothing(LAW, module, once.change(module))
    })
}

/// A backward pass that overwrites leaves the gradients that `zero_grad` and a backward pass that adds leave, whatever
/// they were before, NaN included, and changes nothing else. An empty batch leaves zeros.
///
/// Every number is the same to the bit, but for the sign of a zero: 0 + −0 is 0, and overwriting may leave −0.
///
/// # Errors
///
/// If something of the earlier gradients is left, or something else changes.
pub fn overwritten_gradients_forget(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "overwritten_gradients_forget";
    restoring(module, |module| {
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let expected = Snapshot::of(module);
        let zeros: Vec<Array2<f64>> = expected
            .gradients
            .iter()
            .map(|g| Array2::zeros(g.dim()))
            .collect();
        let (no_x, no_delta) = (Array2::zeros((0, x.ncols())), Array2::zeros((0, delta.ncols())));
        let mut workspace = Workspace::default();
        for held in [1.0, f64::NAN] {
            fill_gradients(module, held);
            workspace.forward(module, x).map_err(refused(LAW))?;
            let done = workspace.backward(module, x, delta, Gradient::Overwrite);
            done.map_err(refused(LAW))?;
            let circumstances = format!("written over {held}");
            gradients_are(LAW, module, &circumstances, &expected.gradients)?;
            nothing(LAW, module, expected.value_change(module))?;
            fill_gradients(module, held);
            workspace.forward(module, &no_x).map_err(refused(LAW))?;
            let done = workspace.backward(module, &no_x, &no_delta, Gradient::Overwrite);
            done.map_err(refused(LAW))?;
            let circumstances = format!("of an empty batch, written over {held},");
            gradients_are(LAW, module, &circumstances, &zeros)?;
        }
        Ok(())
    })
}

pub(super) fn gradients_are(
    law_name: &'static str,
    module: &dyn Module<f64>,
    circumstances: &str,
    expected: &[Array2<f64>],
) -> Result<(), Failure> {
    // Added to 0, −0 is 0, and every other number is itself.
    let without_sign_of_zero = |gradient: &Array2<f64>| gradient.mapv(|g| g + 0.0);
    for (place, gradient) in Snapshot::of(module).gradients.iter().enumerate() {
        let what = format!("the gradient of parameter {place} {circumstances}");
        let expected = without_sign_of_zero(&expected[place]);
        same(
            law_name,
            module,
            &what,
            &without_sign_of_zero(gradient),
            &expected,
        )?;
    }
    Ok(())
}

/// `update_parameters(s)` makes W − s·∇W of every parameter W and leaves the gradient; a step that is no finite number
/// is an error and changes nothing.
///
/// # Errors
///
/// If it does something else.
pub fn update_parameters_subtracts(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "update_parameters_subtracts";
    const STEP: f64 = 0.375;
    restoring(module, |module| {
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let before = Snapshot::of(module);
        for step in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let result = module.update_parameters(step);
            law(LAW, module, result.is_err(), || {
                format!("a step of {step} was taken")
            })?;
            nothing(LAW, module, before.change(module))?;
        }
        module.update_parameters(STEP).map_err(refused(LAW))?;
        let after = Snapshot::of(module);
        for (place, after) in after.values.iter().enumerate() {
            let expected = &before.values[place] - &(&before.gradients[place] * STEP);
            let scale = largest(&before.values[place]) + largest(&before.gradients[place]);
            near(
                LAW,
                module,
                &format!("parameter {place} after a step of {STEP}"),
                after,
                &expected,
                scale,
            )?;
        }
        for (place, gradient) in after.gradients.iter().enumerate() {
            let what = format!("the gradient of parameter {place} after a step");
            same(LAW, module, &what, gradient, &before.gradients[place])?;
        }
        Ok(())
    })
}
