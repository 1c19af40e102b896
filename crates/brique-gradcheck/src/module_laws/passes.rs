//! All results of a module at once.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::snapshot::{Snapshot, fill_gradients};
use crate::verdict::refused;

/// All that the passes of a module give, the gradients from zero.
pub(crate) struct Passes {
    pub(crate) output: Array2<f64>,
    pub(crate) input_delta: Array2<f64>,
    pub(crate) gradients: Vec<Array2<f64>>,
}

impl Passes {
    pub(crate) fn of(
        law: &'static str,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        delta: &Matrix,
    ) -> Result<Self, Failure> {
        let output = module.forward(x).map_err(refused(law))?;
        let input_delta = module.backward_delta(x, delta).map_err(refused(law))?;
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(law))?;
        Ok(Self {
            output,
            input_delta,
            gradients: Snapshot::of(module).gradients,
        })
    }
}
