//! The beginning of an epoch, to which a fit returns if a step makes a parameter NaN or infinite.

use brique_core::Module;
use brique_optim::{Buffer, Optimizer, State};
use brique_tensor::{Scalar, all_finite};

use crate::{Error, Stepper, Weights};

/// The parameters of a network, the state of its optimiser and the number of completed steps.
#[derive(Debug, Clone)]
pub(crate) struct Beginning<T: Scalar> {
    weights: Weights<T>,
    state: State<T>,
    steps: u64,
}

impl<T: Scalar> Beginning<T> {
    pub(crate) fn new() -> Self {
        Self {
            weights: Weights::default(),
            state: State::default(),
            steps: 0,
        }
    }

    /// Copies everything again, into the existing matrices.
    pub(crate) fn refresh(
        &mut self,
        network: &dyn Module<T>,
        optimizer: &dyn Optimizer<T>,
        stepper: &Stepper<T>,
    ) {
        self.weights.refresh(network);
        refresh_state(&mut self.state, optimizer.state());
        self.steps = stepper.steps();
    }

    /// Copies everything back.
    pub(crate) fn restore(
        &self,
        network: &mut dyn Module<T>,
        optimizer: &mut dyn Optimizer<T>,
        stepper: &mut Stepper<T>,
    ) -> Result<(), Error> {
        self.weights.restore(network)?;
        optimizer.set_state(self.state.clone())?;
        stepper.set_steps(self.steps);
        Ok(())
    }
}

fn refresh_state<T: Scalar>(copy: &mut State<T>, state: &State<T>) {
    copy.steps = state.steps;
    copy.buffers.resize_with(state.buffers.len(), || Buffer {
        name: String::new(),
        values: Vec::new(),
    });
    for (copy, buffer) in copy.buffers.iter_mut().zip(&state.buffers) {
        copy.name.clone_from(&buffer.name);
        copy.values.clone_from(&buffer.values);
    }
}

/// Returns whether every parameter is finite.
pub(crate) fn has_finite_parameters<T: Scalar>(network: &dyn Module<T>) -> bool {
    let mut is_finite = true;
    network.visit_parameters(&mut |parameter| is_finite = is_finite && all_finite(parameter.value()));
    is_finite
}
