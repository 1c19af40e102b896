//! The end of a step, after its gradients are known; and the step whose gradients a strategy computes.

use brique_core::{Loss, Module};
use brique_optim::{Optimizer, clip_norm};
use brique_tensor::{Matrix, Scalar};

use crate::origin::check_gradients;
use crate::{Error, Examples, Stepper, Strategy};

impl<T: Scalar> Stepper<T> {
    /// Makes one step as [`step`](Self::step), whose loss and gradients `strategy` computes. If the examples have weights,
    /// the loss is the [`WeightedLoss`](brique_core::WeightedLoss).
    ///
    /// # Errors
    ///
    /// As [`step`](Self::step), and if the strategy returns an error.
    pub fn step_with(
        &mut self,
        strategy: &mut dyn Strategy<T>,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        examples: &Examples<'_, T>,
    ) -> Result<T, Error> {
        let value = strategy.gradients(network, loss, examples, self.steps, &mut self.workspace)?;
        if !value.is_finite() {
            return Err(examples.not_finite(network, loss, value));
        }
        update(self, network, optimizer, &examples.x)?;
        Ok(value)
    }
}

/// Checks and clips the gradients of the batch `x`, and updates the parameters.
pub(crate) fn update<T: Scalar>(
    stepper: &mut Stepper<T>,
    network: &mut dyn Module<T>,
    optimizer: &mut dyn Optimizer<T>,
    x: &Matrix<T>,
) -> Result<(), Error> {
    check_gradients(network, x)?;
    if let Some(largest) = stepper.clip_norm {
        clip_norm(network, largest)?;
    }
    optimizer.step(network)?;
    stepper.steps = stepper.steps.wrapping_add(1);
    Ok(())
}
