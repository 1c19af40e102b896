//! The two adjoint identities of a linear module, which need no step size.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::passes::Passes;
use crate::Failure;
use crate::matrices::{inner, magnitude};
use crate::snapshot::{Snapshot, restoring};
use crate::verdict::{law, refused};

/// ⟨f(x) − f(0), δ⟩ = ⟨x, `backward_delta`(δ)⟩ for modules that are linear in their input. The identity is exact and
/// needs no step size.
///
/// With small integers both sides are equal to the bit; otherwise they agree up to rounding.
///
/// # Errors
///
/// If the two sides differ.
pub fn adjoint_in_the_input(module: &mut dyn Module<f64>, x: &Matrix, delta: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "adjoint_in_the_input";
    let output = module.forward(x).map_err(refused(LAW))?;
    let at_zero = module.forward(&Array2::zeros(x.dim())).map_err(refused(LAW))?;
    let input_delta = module.backward_delta(x, delta).map_err(refused(LAW))?;
    let forward = inner(&output, delta) - inner(&at_zero, delta);
    let backward = inner(x, &input_delta);
    let rounding = magnitude(&output, delta) + magnitude(&at_zero, delta) + magnitude(x, &input_delta);
    let equal = (forward - backward).abs() <= 16.0 * f64::EPSILON * rounding * (1 + x.ncols()) as f64;
    law(LAW, module, equal, || {
        format!("⟨f(x) − f(0), δ⟩ is {forward:e}, ⟨x, backward_delta(δ)⟩ is {backward:e}")
    })
}

/// ⟨f(x; W) − f(x; 0), δ⟩ = ⟨W, ∇W⟩, with ∇W from `backward_update_gradient`, for modules that are linear in their
/// parameters. The identity is exact and needs no step size.
///
/// # Errors
///
/// If the two sides differ.
pub fn adjoint_in_the_parameters(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "adjoint_in_the_parameters";
    restoring(module, |module| {
        let Passes {
            output, gradients, ..
        } = Passes::of(LAW, module, x, delta)?;
        let values = Snapshot::of(module).values;
        module.visit_parameters_mut(&mut |parameter| parameter.value_mut().fill(0.0));
        let at_zero = module.forward(x).map_err(refused(LAW))?;
        let forward = inner(&output, delta) - inner(&at_zero, delta);
        let pairs = || values.iter().zip(&gradients);
        let backward: f64 = pairs().map(|(value, gradient)| inner(value, gradient)).sum();
        let rounding = magnitude(&output, delta)
            + magnitude(&at_zero, delta)
            + pairs()
                .map(|(value, gradient)| magnitude(value, gradient))
                .sum::<f64>();
        let terms = (1 + x.ncols() + x.nrows()) as f64;
        let equal = (forward - backward).abs() <= 16.0 * f64::EPSILON * rounding * terms;
        law(LAW, module, equal, || {
            format!("⟨f(x; W) − f(x; 0), δ⟩ is {forward:e}, ⟨W, ∇W⟩ is {backward:e}")
        })
    })
}
