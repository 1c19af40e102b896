//! A single training step.

use brique_core::{Gradient, Loss, Module, Workspace, visit_modules};
use brique_optim::{Optimizer, clip_norm};
use brique_tensor::ndarray::{Array2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Matrix, Scalar, aligned_zeros, compile_once};

use crate::{Error, NotFinite};

/// Performs training steps: forward, loss, backward, optimiser. It reuses its buffers.
///
/// ```text
/// x ──forward──▶ ŷ ──loss──▶ L, δ ──backward──▶ ∇W ──optimiser──▶ W
/// ```
///
/// The buffers are as large as the largest batch so far; a batch that is not larger allocates nothing.
///
/// ```
/// use brique_layers::{Linear, Sequential};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_tensor::ndarray::array;
/// use brique_train::Stepper;
///
/// let linear = Linear::from_parameters(array![[0.0], [0.0]])?;
/// let mut network: Sequential = Sequential::new(1).then(linear)?;
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let (loss, mut optimizer) = (MSELoss::default(), SGD::new(0.1)?);
/// let mut stepper = Stepper::default();
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
    /// The buffer for ∂L/∂ŷ, with as many rows as the largest batch so far.
    delta: Array2<T>,
    steps: u64,
    clip_norm: Option<f64>,
}

impl<T: Scalar> Stepper<T> {
    /// Creates a stepper that scales gradients down to this 2-norm, over all parameters, if their norm is larger.
    #[must_use]
    pub fn with_clip_norm(largest: f64) -> Self {
        Self {
            clip_norm: Some(largest),
            ..Self::default()
        }
    }

    /// Returns the number of completed steps.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Returns the workspace of the last step: the outputs of inner modules and the gradients with respect to them.
    #[must_use]
    pub fn workspace(&self) -> &Workspace<T> {
        &self.workspace
    }

    /// Makes one step on the batch `x` of shape (n, in) with its targets `y` and returns the loss before the step.
    ///
    /// # Errors
    ///
    /// If the network refuses `x` or the loss refuses `y`; if an output, the loss or a gradient is NaN or infinite,
    /// which would spread to every parameter; if the optimiser returns an error. No parameter has changed then.
    pub fn step(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
    ) -> Result<T, Error> {
        step(self, network, loss, optimizer, x, y)
    }

    /// Returns the loss of a batch and writes its gradient into the delta buffer.
    fn forward(
        &mut self,
        network: &dyn Module<T>,
        loss: &dyn Loss<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
    ) -> Result<T, Error> {
        let yhat = self.workspace.forward(network, x)?;
        let value = loss.forward(y, &yhat)?;
        if !value.is_finite() {
            return Err(Error::NotFinite(cause(network, loss, x, value)));
        }
        let (rows, columns) = yhat.dim();
        if self.delta.ncols() != columns || self.delta.nrows() < rows {
            self.delta = aligned_zeros((rows, columns));
        }
        let mut delta = first_rows(&mut self.delta, rows);
        loss.backward_kernel(y, &yhat, &mut delta);
        Ok(value)
    }
}

compile_once! {
    fn step<T: Scalar>(
        stepper: &mut Stepper<T>,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
    ) -> Result<T, Error> {
        network.begin_step(stepper.steps);
        let value = stepper.forward(network, loss, x, y)?;
        let delta = first_rows(&mut stepper.delta, x.nrows());
        stepper.workspace.backward(network, x, &delta, Gradient::Overwrite)?;
        check_gradients(network)?;
        if let Some(largest) = stepper.clip_norm {
            clip_norm(network, largest)?;
        }
        optimizer.step(network)?;
        stepper.steps += 1;
        Ok(value)
    }
}

/// Returns the first `rows` rows. If these are all rows, it skips the slice, whose checks take a thirtieth of a small
/// step.
fn first_rows<T: Scalar>(matrix: &mut Array2<T>, rows: usize) -> ArrayViewMut2<'_, T> {
    if rows == matrix.nrows() {
        return matrix.view_mut();
    }
    matrix.slice_axis_mut(Axis(0), Slice::from(0..rows))
}

/// Returns where the NaN or infinity first appeared that made the loss `value`.
fn cause<T: Scalar>(network: &dyn Module<T>, loss: &dyn Loss<T>, x: &Matrix<T>, value: T) -> NotFinite {
    if x.iter().any(|x| !x.is_finite()) {
        return NotFinite::Input;
    }
    match Workspace::first_not_finite(network, x) {
        Some((path, module)) => NotFinite::Output {
            module: named(&path, &module),
        },
        None => NotFinite::Loss {
            loss: loss.to_string(),
            value: value.to_string(),
        },
    }
}

/// Formats a module with its path, for example `module 2.1 (ReLU)`; a network that is a single module has no path.
fn named(path: &str, module: &str) -> String {
    if path.is_empty() {
        return module.to_owned();
    }
    format!("module {path} ({module})")
}

fn check_gradients<T: Scalar>(network: &dyn Module<T>) -> Result<(), Error> {
    let mut is_finite = true;
    network.visit_parameters(&mut |parameter| is_finite &= parameter.has_finite_gradient());
    if is_finite {
        return Ok(());
    }
    let mut first = None;
    visit_modules(network, &mut |path, module| {
        let mut is_finite = true;
        module.own_parameters(&mut |parameter| is_finite &= parameter.has_finite_gradient());
        if !is_finite && first.is_none() {
            first = Some(named(path, &module.to_string()));
        }
    });
    let module = first.unwrap_or_else(|| network.to_string());
    Err(Error::NotFinite(NotFinite::Gradient { module }))
}
