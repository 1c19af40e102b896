//! A single training step.

use brique_core::{Gradient, Loss, Module, Workspace};
use brique_optim::Optimizer;
use brique_tensor::ndarray::{Array2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Matrix, Scalar, aligned_zeros, compile_once};

use crate::Error;
use crate::origin::cause;
use crate::update::update;

/// Performs training steps: forward pass, loss, backward pass, update by the optimiser.
///
/// ```text
/// x ──forward──▶ ŷ ──loss──▶ L, δ ──backward──▶ ∇W ──optimiser──▶ W
/// ```
///
/// All steps use the same buffers, which grow to fit the largest batch. A step on a batch that is not larger than an
/// earlier one allocates nothing.
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
/// let (loss, mut optimizer) = (MSELoss::new(), SGD::new(0.1)?);
/// let mut stepper = Stepper::new();
/// for _ in 0..500 {
///     stepper.step(&mut network, &loss, &mut optimizer, &x, &y)?;
/// }
/// assert!(stepper.step(&mut network, &loss, &mut optimizer, &x, &y)? < 1e-12);
/// assert_eq!(stepper.steps(), 501);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stepper<T: Scalar = f64> {
    pub(crate) workspace: Workspace<T>,
    /// The buffer for ∂L/∂ŷ, with as many rows as the largest batch so far.
    delta: Array2<T>,
    pub(crate) steps: u64,
    pub(crate) clip_norm: Option<f64>,
}

impl<T: Scalar> Stepper<T> {
    /// Creates a stepper with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a stepper that clips gradients: if the 2-norm of all gradients together is larger than `largest`, it
    /// scales them down to this norm.
    #[must_use]
    pub fn with_clip_norm(largest: f64) -> Self {
        Self {
            clip_norm: Some(largest),
            ..Self::default()
        }
    }

    /// Makes one step on the batch `x` of shape (n, in) with its targets `y` and returns the loss before the step.
    ///
    /// # Errors
    ///
    /// If the shape of `x` does not fit the network, or `y` is not a valid target; if the loss or a gradient is NaN or
    /// infinite (the error says where it appeared first); if the optimiser returns an error. After an error, the values
    /// of the parameters are unchanged, but their gradients may have changed.
    ///
    /// Updated parameters are not checked: if an update makes one NaN or infinite, the next step fails. A
    /// [`Fit`](crate::Fit) takes such an update back.
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

    /// Returns the number of completed steps.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Sets the number of completed steps, to continue a training. The random numbers of modules depend on it.
    pub fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    /// Returns the workspace of the last step: the outputs of inner modules and the gradients with respect to them.
    #[must_use]
    pub fn workspace(&self) -> &Workspace<T> {
        &self.workspace
    }

    /// Returns the loss of a batch and writes δ = ∂L/∂ŷ into the buffer `delta`.
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
            return Err(Error::NotFinite(cause(network, loss, (x, y), value)));
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
        update(stepper, network, optimizer, x)?;
        Ok(value)
    }
}

/// Returns a view of the first `rows` rows. If these are all, it needs no slice, whose checks take a thirtieth of a small step.
fn first_rows<T: Scalar>(matrix: &mut Array2<T>, rows: usize) -> ArrayViewMut2<'_, T> {
    if rows == matrix.nrows() {
        return matrix.view_mut();
    }
    matrix.slice_axis_mut(Axis(0), Slice::from(0..rows))
}
