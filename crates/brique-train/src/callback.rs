//! What a fit shows to its callbacks.

use std::ops::ControlFlow;

use brique_core::{Module, Workspace};
use brique_optim::Optimizer;
use brique_tensor::Scalar;

use crate::{Batch, Epoch, History};

/// The training as a callback of a [`Fit`](crate::Fit) sees it, after a step or after an epoch.
///
/// The norm of the gradients, after every step:
///
/// ```
/// use brique_datasets::line;
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::{SGD, gradient_norm};
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// let mut rng = portable(1);
/// let data = line(&mut rng);
/// let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
/// let mut norms = Vec::new();
/// Fit::new(2, 50)
///     .on_batch(|_, training| norms.push(gradient_norm(training.network)))
///     .run(&mut network, &MSELoss::new(), &mut SGD::new(0.01)?, &data)?;
/// let norms = norms.into_iter().collect::<Result<Vec<f64>, _>>()?;
/// assert_eq!(norms.len(), 4);
/// assert!(norms[3] < norms[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Training<'a, T: Scalar = f64> {
    /// The network, with its current parameters. Its gradients are those of the last step, after clipping.
    pub network: &'a dyn Module<T>,
    /// The optimiser, with the state after the last step.
    pub optimizer: &'a dyn Optimizer<T>,
    /// The buffers of the last step: the outputs of inner modules and the gradients with respect to them.
    pub workspace: &'a Workspace<T>,
    /// The epochs before the one that is passed to the callback.
    pub history: &'a History,
}

/// What a callback may return: nothing, or a [`ControlFlow`] that says whether the training continues.
pub trait CallbackResult: sealed::Sealed {
    /// Returns whether the training continues.
    fn into_flow(self) -> ControlFlow<()>;
}

impl CallbackResult for () {
    fn into_flow(self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl CallbackResult for ControlFlow<()> {
    fn into_flow(self) -> ControlFlow<()> {
        self
    }
}

mod sealed {
    use std::ops::ControlFlow;

    pub trait Sealed {}

    impl Sealed for () {}
    impl Sealed for ControlFlow<()> {}
}

/// Receives an epoch and returns whether training continues.
pub(crate) type EpochCallback<'a, T> = dyn FnMut(&Epoch, &Training<'_, T>) -> ControlFlow<()> + 'a;

/// Receives a batch and returns whether training continues.
pub(crate) type BatchCallback<'a, T> = dyn FnMut(&Batch, &Training<'_, T>) -> ControlFlow<()> + 'a;

/// Makes all calls and returns whether one of them stops the training.
pub(crate) fn any_stops(calls: impl Iterator<Item = ControlFlow<()>>) -> ControlFlow<()> {
    let stops = calls.fold(false, |stops, call| stops | call.is_break());
    if stops {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}
