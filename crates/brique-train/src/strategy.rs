//! How the gradients of a batch are computed.

use std::fmt::Debug;

use brique_core::{Loss, Module, WeightedLoss, Workspace};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{ArrayView1, ArrayView2};

use crate::Error;
use crate::origin::cause;

/// Computes the loss of a batch and the gradients of all parameters, for [`Fit::strategy`](crate::Fit::strategy).
///
/// Without a strategy, a fit makes one forward and one backward pass over the batch. `brique-distributed` has a strategy
/// that divides the batch between processes. All of them carry out the same fit: they have the same parameters, the same
/// data and the same options, and they call the methods of the strategy in the same order.
pub trait Strategy<T: Scalar = f64>: Debug {
    /// Computes the loss of the examples, and overwrites the gradients of all parameters with those of this loss.
    ///
    /// `step` is the number of completed steps; the randomness of modules depends on it. `workspace` is for the passes.
    ///
    /// # Errors
    ///
    /// If the examples do not fit the network or the loss, or another process failed.
    fn gradients(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        examples: &Examples<'_, T>,
        step: u64,
        workspace: &mut Workspace<T>,
    ) -> Result<T, Error>;

    /// Returns whether `here` is true in at least one process. The fit calls it to stop in all processes if a callback
    /// stops in one.
    ///
    /// # Errors
    ///
    /// If another process failed.
    fn any(&mut self, here: bool) -> Result<bool, Error> {
        Ok(here)
    }

    /// Returns whether this process writes the checkpoints.
    fn writes_checkpoints(&self) -> bool {
        true
    }
}

/// The examples of a batch.
#[derive(Debug, Clone)]
pub struct Examples<'a, T: Scalar = f64> {
    /// The inputs, of shape (n, in).
    pub x: ArrayView2<'a, T>,
    /// The targets, one row per example.
    pub y: ArrayView2<'a, T>,
    /// The weights, one per example.
    pub weights: Option<ArrayView1<'a, T>>,
}

impl<T: Scalar> Examples<'_, T> {
    /// Returns why the loss of these examples is NaN or infinite.
    pub(crate) fn not_finite(&self, network: &dyn Module<T>, loss: &dyn Loss<T>, value: T) -> Error {
        let (x, y) = (&*self.x, &*self.y);
        Error::NotFinite(match &self.weights {
            None => cause(network, loss, (x, y), value),
            Some(weights) => cause(network, &WeightedLoss::new(loss, weights), (x, y), value),
        })
    }
}
