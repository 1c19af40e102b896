//! One step of training.

use brique_core::{Loss, Module};
use brique_layers::{Sequential, Workspace};
use brique_optim::{Optimizer, clip_norm};
use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_tensor::{Matrix, Scalar, aligned_zeros};

use crate::{Error, NotFinite};

/// One step after the other: forward, loss, backward, optimiser, in buffers that are kept.
///
/// ```text
/// x ──forward──▶ ŷ ──loss──▶ L, δ ──backward──▶ ∇W ──optimiser──▶ W
/// ```
///
/// The buffers grow with the largest batch; from then on a step allocates nothing.
///
/// ```
/// use brique_layers::{Linear, Sequential};
/// use brique_losses::MSELoss;
/// use brique_optim::Sgd;
/// use brique_tensor::ndarray::array;
/// use brique_train::Stepper;
///
/// let mut network: Sequential = Sequential::new(1).then(Linear::from_parameters(array![[0.0], [0.0]])?)?;
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let (loss, mut optimizer, mut stepper) = (MSELoss::default(), Sgd::new(0.1)?, Stepper::default());
/// for _ in 0..500 {
///     stepper.step(&mut network, &loss, &mut optimizer, &x, &y)?;
/// }
/// assert!(stepper.step(&mut network, &loss, &mut optimizer, &x, &y)? < 1e-12);
/// assert_eq!(stepper.steps(), 501);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stepper<T: Scalar = f64> {
    workspace: Workspace<T>,
    /// ∂L/∂ŷ, with room for the largest batch so far.
    delta: Array2<T>,
    steps: u64,
    clip_norm: Option<f64>,
}

impl<T: Scalar> Stepper<T> {
    /// A stepper that scales gradients down to this 2-norm, over all parameters, where it is larger.
    #[must_use]
    pub fn with_clip_norm(largest: f64) -> Self {
        Self {
            clip_norm: Some(largest),
            ..Self::default()
        }
    }

    /// How many steps were made.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What the network gave for the last batch, module by module, and the errors on the way back.
    #[must_use]
    pub fn workspace(&self) -> &Workspace<T> {
        &self.workspace
    }

    /// One step on the batch `x`, (n, in), with its targets `y`; gives the loss before it.
    ///
    /// # Errors
    ///
    /// Where the network does not take `x`, or the loss `y`; where an output, the loss or a gradient is NaN or infinite,
    /// which would go into every parameter; where the optimiser refuses. No parameter has changed then.
    pub fn step(
        &mut self,
        network: &mut Sequential<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
    ) -> Result<T, Error> {
        network.begin_step(self.steps);
        let value = self.forward(network, loss, x, y)?;
        let delta = self.delta.slice_axis(Axis(0), Slice::from(0..x.nrows()));
        network.fresh_backward_in(x, &delta, &mut self.workspace)?;
        check_gradients(network)?;
        if let Some(largest) = self.clip_norm {
            clip_norm(network, largest)?;
        }
        optimizer.step(network)?;
        self.steps += 1;
        Ok(value)
    }

    /// The loss of a batch, and its gradient in the buffer for it.
    fn forward(
        &mut self,
        network: &Sequential<T>,
        loss: &dyn Loss<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
    ) -> Result<T, Error> {
        let yhat = network.forward_in(x, &mut self.workspace)?;
        let value = loss.forward(y, &yhat)?;
        if !value.is_finite() {
            return Err(Error::NotFinite(self.cause(network, loss, x, value)));
        }
        let (rows, columns) = yhat.dim();
        if self.delta.ncols() != columns || self.delta.nrows() < rows {
            self.delta = aligned_zeros((rows, columns));
        }
        let mut delta = self.delta.slice_axis_mut(Axis(0), Slice::from(0..rows));
        loss.backward_kernel(y, &yhat, &mut delta);
        Ok(value)
    }

    /// Where the number comes from that made the loss `value`.
    fn cause(&self, network: &Sequential<T>, loss: &dyn Loss<T>, x: &Matrix<T>, value: T) -> NotFinite {
        if x.iter().any(|x| !x.is_finite()) {
            return NotFinite::Input;
        }
        match network.first_not_finite(&self.workspace) {
            Some(number) => NotFinite::Output {
                module: network.place(number),
            },
            None => NotFinite::Loss {
                loss: loss.to_string(),
                value: value.to_string(),
            },
        }
    }
}

fn check_gradients<T: Scalar>(network: &Sequential<T>) -> Result<(), Error> {
    let mut is_finite = true;
    network.visit_parameters(&mut |parameter| is_finite &= parameter.has_finite_gradient());
    if is_finite {
        return Ok(());
    }
    let is_wrong = |number: &usize| {
        let mut is_wrong = false;
        if let Some(module) = network
            .names()
            .nth(*number)
            .and_then(|name| network.module(&name))
        {
            module.visit_parameters(&mut |parameter| is_wrong |= !parameter.has_finite_gradient());
        }
        is_wrong
    };
    let number = (0..network.len()).find(is_wrong).unwrap_or(0);
    Err(Error::NotFinite(NotFinite::Gradient {
        module: network.place(number),
    }))
}
