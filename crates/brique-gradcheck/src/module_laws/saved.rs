//! Values saved for the backward pass change the time of a step but not its results.

use brique_core::{Gradient, Module, Node, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::accumulation::gradients_are;
use crate::Failure;
use crate::snapshot::{Snapshot, fill_gradients, restoring};
use crate::verdict::{law, nothing, refused, same};

/// Forward and backward passes in a workspace return the results of the checked methods, to the bit, regardless of
/// what the buffers contained and of other batches in the same or another workspace.
///
/// The backward pass computes the same gradients with and without the input delta, added and overwritten.
///
/// # Errors
///
/// If one of the results differs.
pub fn saved_values_change_no_result(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "saved_values_change_no_result";
    restoring(module, |module| {
        let output = module.forward(x).map_err(refused(LAW))?;
        let input_delta = module.backward_delta(x, delta).map_err(refused(LAW))?;
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let expected = Snapshot::of(module);
        // More rows than x has: the buffers are larger than the batch.
        let other = Array2::from_shape_fn((x.nrows() + 3, x.ncols()), |(i, j)| {
            0.5 - 0.25 * i as f64 - x.get((i, j)).copied().unwrap_or(0.75)
        });
        let other_delta = Array2::from_elem((other.nrows(), delta.ncols()), 0.25);
        let mut workspace = Workspace::default();
        let mut elsewhere = Workspace::default();
        for gradient in [Gradient::Add, Gradient::Overwrite] {
            for with_delta in [true, false] {
                workspace.forward(module, &other).map_err(refused(LAW))?;
                workspace.fill(f64::NAN);
                let found = workspace.forward(module, x).map_err(refused(LAW))?;
                same(LAW, module, "an output in a workspace", &found, &output)?;
                elsewhere.forward(module, &other).map_err(refused(LAW))?;
                elsewhere
                    .backward(module, &other, &other_delta, gradient)
                    .map_err(refused(LAW))?;
                module.forward(&other).map_err(refused(LAW))?;
                fill_gradients(module, 0.0);
                if with_delta {
                    let found = workspace.backward_with_delta(module, x, delta, gradient);
                    let found = found.map_err(refused(LAW))?;
                    same(LAW, module, "an input delta in a workspace", &found, &input_delta)?;
                } else {
                    let done = workspace.backward(module, x, delta, gradient);
                    done.map_err(refused(LAW))?;
                }
                let circumstances =
                    format!("in a workspace, {gradient:?}, with the input delta: {with_delta},");
                gradients_are(LAW, module, &circumstances, &expected.gradients)?;
                nothing(LAW, module, expected.value_change(module))?;
            }
        }
        Ok(())
    })
}

/// Saved values keep all their digits: they are not rounded to f32.
///
/// No other law detects a rounding to eight digits. If no number of x can be represented in f32, then at least one of
/// several different saved values that are not whole numbers cannot be either.
///
/// # Errors
///
/// If there are at least four different saved values and all of them can be represented in f32.
pub fn saved_values_keep_their_digits(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "saved_values_keep_their_digits";
    #[allow(
        clippy::cast_possible_truncation,
        clippy::float_cmp,
        reason = "it is the question"
    )]
    let is_f32 = |number: f64| f64::from(number as f32) == number;
    if x.iter().any(|&x| is_f32(x)) {
        return Ok(());
    }
    let mut node = Node::for_training(&*module, x, delta.ncols());
    node.forward(&*module, x);
    let mut saved = Vec::new();
    node.visit_saved(&mut |values| {
        let values = values.iter().copied();
        saved.extend(values.filter(|value| value.fract() != 0.0).map(f64::to_bits));
    });
    saved.sort_unstable();
    saved.dedup();
    let is_rounded = saved.len() >= 4 && saved.iter().all(|&bits| is_f32(f64::from_bits(bits)));
    law(LAW, module, !is_rounded, || {
        format!("all {} different saved values are rounded to f32", saved.len())
    })
}

/// A prediction is a function of the input and the parameters: neither the step number nor a training pass changes it.
///
/// # Errors
///
/// If it changes.
pub fn a_prediction_is_not_random(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    _delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "a_prediction_is_not_random";
    let expected = module.predict(x).map_err(refused(LAW))?;
    let mut workspace = Workspace::default();
    for step in [1, 2, 0] {
        module.begin_step(step);
        workspace.forward(module, x).map_err(refused(LAW))?;
        let found = module.predict(x).map_err(refused(LAW))?;
        same(LAW, module, "the prediction in another step", &found, &expected)?;
        let found = workspace.predict(module, x).map_err(refused(LAW))?;
        same(LAW, module, "the prediction in a workspace", &found, &expected)?;
    }
    Ok(())
}
