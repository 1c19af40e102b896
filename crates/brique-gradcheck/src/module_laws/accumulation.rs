//! Gradients accumulate; overwritten gradients, outputs and deltas replace the contents of their buffers; a step
//! subtracts.

use brique_core::{Gradient, Module, Node, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::matrices::largest;
use crate::snapshot::{Snapshot, fill_gradients, restoring};
use crate::verdict::{law, near, nothing, refused, same};

/// The forward kernel and the delta kernel overwrite every entry of their buffer, regardless of its contents.
///
/// # Errors
///
/// If the result in a buffer full of NaN differs from the result in a new buffer.
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

/// Gradients accumulate: after two calls of `backward_update_gradient` the gradient is exactly twice that after one.
///
/// The results are equal to the bit if a kernel sums over the batch before it adds the sum to the gradient, as it
/// should. A matrix product may split a batch of hundreds of rows into blocks and add each block separately: use fewer
/// rows with this law.
///
/// # Errors
///
/// If a gradient is not twice that after one call.
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
        for (index, (twice, once)) in twice.iter().zip(&once).enumerate() {
            let what = format!("the gradient of parameter {index} after two passes");
            same(LAW, module, &what, twice, &(once + once))?;
        }
        Ok(())
    })
}

/// After `zero_grad` every gradient is 0, and the next backward pass produces the same gradients as the first one, to
/// the bit.
///
/// # Errors
///
/// If a gradient still contains a part of an earlier pass.
pub fn zero_grad_forgets(module: &mut dyn Module<f64>, x: &Matrix, delta: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "zero_grad_forgets";
    restoring(module, |module| {
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let once = Snapshot::of(module);
        fill_gradients(module, 1.0);
        module.zero_grad();
        for (index, gradient) in Snapshot::of(module).gradients.iter().enumerate() {
            let what = format!("the gradient of parameter {index} after zero_grad");
            same(LAW, module, &what, gradient, &Array2::zeros(gradient.dim()))?;
        }
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        nothing(LAW, module, once.change(module))
    })
}

/// A backward pass with `Gradient::Overwrite` produces the same gradients as `zero_grad` followed by a backward pass
/// with `Gradient::Add`, regardless of their previous values, NaN included. It changes nothing else. For an empty
/// batch the gradients are 0.
///
/// All numbers are equal to the bit except for the sign of a zero: 0 + −0 is 0, but an overwritten gradient may be −0.
///
/// # Errors
///
/// If a gradient depends on its previous value, or something else changes.
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
        for previous in [1.0, f64::NAN] {
            fill_gradients(module, previous);
            workspace.forward(module, x).map_err(refused(LAW))?;
            let done = workspace.backward(module, x, delta, Gradient::Overwrite);
            done.map_err(refused(LAW))?;
            let circumstances = format!("written over {previous}");
            gradients_are(LAW, module, &circumstances, &expected.gradients)?;
            nothing(LAW, module, expected.value_change(module))?;
            fill_gradients(module, previous);
            workspace.forward(module, &no_x).map_err(refused(LAW))?;
            let done = workspace.backward(module, &no_x, &no_delta, Gradient::Overwrite);
            done.map_err(refused(LAW))?;
            let circumstances = format!("of an empty batch, written over {previous},");
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
    // Adding 0 turns −0 into 0 and leaves every other number unchanged.
    let without_sign_of_zero = |gradient: &Array2<f64>| gradient.mapv(|g| g + 0.0);
    for (index, gradient) in Snapshot::of(module).gradients.iter().enumerate() {
        let what = format!("the gradient of parameter {index} {circumstances}");
        let expected = without_sign_of_zero(&expected[index]);
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

/// `update_parameters(s)` sets every parameter W to W − s·∇W and leaves its gradient unchanged. A step that is not a
/// finite number is an error and changes nothing.
///
/// # Errors
///
/// If a parameter or gradient has another value afterwards, or such a step is accepted.
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
        for (index, after) in after.values.iter().enumerate() {
            let expected = &before.values[index] - &(&before.gradients[index] * STEP);
            let scale = largest(&before.values[index]) + largest(&before.gradients[index]);
            near(
                LAW,
                module,
                &format!("parameter {index} after a step of {STEP}"),
                after,
                &expected,
                scale,
            )?;
        }
        for (index, gradient) in after.gradients.iter().enumerate() {
            let what = format!("the gradient of parameter {index} after a step");
            same(LAW, module, &what, gradient, &before.gradients[index])?;
        }
        Ok(())
    })
}
