//! The passes of a network, module by module, and the loss from any of its modules on.

use brique_core::{Error, Fault, Loss, Module};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::Specimen;
use crate::playground::config;
use crate::playground::without_dropout::without_dropout;

/// The values between the modules of a network for a batch, and the gradient of the loss with respect to each.
pub(super) struct Passes<'a> {
    specimen: Specimen<'a>,
    network: Box<dyn Module>,
    /// The input of each module, and the prediction.
    values: Vec<Array2<f64>>,
    /// ∂L/∂values.
    deltas: Vec<Array2<f64>>,
    /// The shapes of one example of each of the values.
    shapes: Vec<Vec<usize>>,
}

impl<'a> Passes<'a> {
    /// Runs the forward and the backward pass.
    pub(super) fn new(specimen: &Specimen<'a>) -> Result<Self, Error> {
        if specimen.x.nrows() == 0 {
            let fault = Fault::Value {
                argument: "the number of examples".into(),
                found: "0".to_owned(),
                expected: "at least 1".into(),
            };
            return Err(Error::new(specimen.network, "inspect", fault));
        }
        let network = without_dropout(specimen.network)?;
        let mut values = vec![specimen.x.to_owned()];
        for module in modules(&*network) {
            let next = module.forward(&values[values.len() - 1])?;
            values.push(next);
        }
        let prediction = &values[values.len() - 1];
        let mut deltas = vec![specimen.loss.backward(specimen.y, prediction)?];
        let modules: Vec<&dyn Module> = modules(&*network).collect();
        for (module, input) in modules.into_iter().zip(&values).rev() {
            let delta = module.backward_delta(input, &deltas[deltas.len() - 1])?;
            deltas.push(delta);
        }
        deltas.reverse();
        let description = network.describe();
        let first = description.shape("in").map(|shape| shape.sizes().to_vec());
        let mut shapes = vec![first.unwrap_or_else(|_| vec![specimen.x.ncols()])];
        for (inner, value) in description.inner.iter().zip(&values[1..]) {
            shapes.push(inner.output.clone().unwrap_or_else(|| vec![value.ncols()]));
        }
        Ok(Self {
            specimen: *specimen,
            network,
            values,
            deltas,
            shapes,
        })
    }

    pub(super) fn network(&self) -> &dyn Module {
        &*self.network
    }

    /// Returns the number of modules.
    pub(super) fn len(&self) -> usize {
        self.values.len() - 1
    }

    pub(super) fn module(&self, index: usize) -> Option<&dyn Module> {
        Some(self.network.inner(index)?.1)
    }

    pub(super) fn loss(&self) -> &dyn Loss {
        self.specimen.loss
    }

    pub(super) fn loss_config(&self) -> &config::Loss {
        self.specimen.loss_config
    }

    pub(super) fn targets(&self) -> &Matrix {
        self.specimen.y
    }

    /// Returns the number of examples.
    pub(super) fn rows(&self) -> usize {
        self.specimen.x.nrows()
    }

    /// Returns the name of the example in a row: its index in its data set.
    pub(super) fn example(&self, row: usize) -> usize {
        self.specimen.examples.get(row).copied().unwrap_or(row)
    }

    pub(super) fn input(&self, module: usize) -> &Array2<f64> {
        &self.values[module]
    }

    pub(super) fn output(&self, module: usize) -> &Array2<f64> {
        &self.values[module + 1]
    }

    /// Returns δ, the gradient of the loss with respect to the output of a module.
    pub(super) fn delta(&self, module: usize) -> &Array2<f64> {
        &self.deltas[module + 1]
    }

    /// Returns the shape of one example of the input of a module.
    pub(super) fn input_shape(&self, module: usize) -> &[usize] {
        &self.shapes[module]
    }

    /// Returns the shape of one example of the output of a module.
    pub(super) fn output_shape(&self, module: usize) -> &[usize] {
        &self.shapes[module + 1]
    }

    /// Returns the loss if `values` were the input of the module with this index, or the prediction.
    pub(super) fn loss_from(&self, module: usize, values: &Matrix) -> Result<f64, Error> {
        let mut values = values.to_owned();
        for module in modules(&*self.network).skip(module) {
            values = module.forward(&values)?;
        }
        self.specimen.loss.forward(self.specimen.y, &values)
    }

    /// Returns the first parameter of a module.
    pub(super) fn parameter(&self, module: usize) -> Option<Array2<f64>> {
        let mut found = None;
        self.module(module)?.visit_parameters(&mut |parameter| {
            found.get_or_insert_with(|| parameter.value().to_owned());
        });
        found
    }

    /// Sets the first parameter of a module.
    pub(super) fn set_parameter(&mut self, module: usize, value: &Matrix) {
        let Some((_, module)) = self.network.inner_mut(module) else {
            return;
        };
        let mut is_first = true;
        module.visit_parameters_mut(&mut |parameter| {
            if std::mem::take(&mut is_first) {
                parameter.value_mut().assign(value);
            }
        });
    }

    /// Computes the gradient of the first parameter of a module.
    pub(super) fn gradient(&mut self, index: usize) -> Result<Option<Array2<f64>>, Error> {
        let Some((_, module)) = self.network.inner_mut(index) else {
            return Ok(None);
        };
        module.zero_grad();
        module.backward_update_gradient(&self.values[index], &self.deltas[index + 1])?;
        let mut found = None;
        module.visit_parameters(&mut |parameter| {
            found.get_or_insert_with(|| parameter.gradient().to_owned());
        });
        Ok(found)
    }
}

fn modules(network: &dyn Module) -> impl Iterator<Item = &dyn Module> {
    (0..).map_while(|index| Some(network.inner(index)?.1))
}

/// ∛ε, which balances truncation and rounding. The same number as the gradient checker's step.
const STEP: f64 = 6.055_454_452_393_343e-6;

/// Returns the step h of a difference at a number.
pub(super) fn step(number: f64) -> f64 {
    STEP * number.abs().max(1.0)
}
