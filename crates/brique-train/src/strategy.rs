//! How the gradients of a batch are computed.

use std::fmt::Debug;
use std::ops::Range;

use brique_core::{Loss, Module, WeightedLoss, Workspace};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{ArrayView1, ArrayView2};

use crate::origin::cause;
use crate::{Error, NotFinite};

/// Computes the loss of a batch and the gradients of all parameters, for [`Fit::strategy`](crate::Fit::strategy).
///
/// Without a strategy, a fit makes one forward and one backward pass over the batch. `brique-distributed` has a strategy
/// that divides the batch between processes. All of them carry out the same fit: they have the same parameters, the same
/// data and the same options, and they call the methods of the strategy in the same order.
pub trait Strategy<T: Scalar = f64>: Debug {
    /// Computes the loss of a batch, and overwrites the gradients of all parameters with those of this loss.
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

    /// Returns the examples that [`gradients`](Self::gradients) needs of a batch of this many, by default all.
    fn needed(&self, batch: usize) -> Range<usize> {
        0..batch
    }

    /// Returns whether `here` is true in at least one process. The fit calls it to stop in all processes if a callback
    /// stops in one.
    ///
    /// # Errors
    ///
    /// If another process failed.
    fn any(&mut self, here: bool) -> Result<bool, Error> {
        Ok(here)
    }

    /// Tells the other processes that this one has failed outside of the strategy, for example because it cannot read its
    /// examples. By default it does nothing.
    fn fail(&mut self, message: &str) {
        let _ = message;
    }

    /// Returns whether this process writes the checkpoints.
    fn writes_checkpoints(&self) -> bool {
        true
    }

    /// Describes what the numbers of a training depend on, such as the number of shards. A checkpoint continues only with
    /// the same description.
    fn description(&self) -> String;
}

impl<T: Scalar, S: Strategy<T> + ?Sized> Strategy<T> for &mut S {
    fn gradients(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        examples: &Examples<'_, T>,
        step: u64,
        workspace: &mut Workspace<T>,
    ) -> Result<T, Error> {
        (**self).gradients(network, loss, examples, step, workspace)
    }

    fn needed(&self, batch: usize) -> Range<usize> {
        (**self).needed(batch)
    }

    fn any(&mut self, here: bool) -> Result<bool, Error> {
        (**self).any(here)
    }

    fn fail(&mut self, message: &str) {
        (**self).fail(message);
    }

    fn writes_checkpoints(&self) -> bool {
        (**self).writes_checkpoints()
    }

    fn description(&self) -> String {
        (**self).description()
    }
}

/// The examples of a batch, or those of them that a process needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Examples<'a, T: Scalar = f64> {
    /// The inputs, of shape (n, in).
    pub x: ArrayView2<'a, T>,
    /// The targets, one row per example.
    pub y: ArrayView2<'a, T>,
    /// The weights, one per example.
    pub weights: Option<ArrayView1<'a, T>>,
    /// The position of the first example in the batch.
    pub first: usize,
    /// The number of examples of the batch.
    pub batch: usize,
}

#[allow(clippy::needless_pass_by_value, reason = "views are passed on, not read here")]
impl<'a, T: Scalar> Examples<'a, T> {
    /// Creates the examples of a whole batch.
    #[must_use]
    pub fn whole(x: ArrayView2<'a, T>, y: ArrayView2<'a, T>, weights: Option<ArrayView1<'a, T>>) -> Self {
        let batch = x.nrows();
        Self {
            x,
            y,
            weights,
            first: 0,
            batch,
        }
    }

    /// Creates examples of a batch of `batch` examples, of which the first one is at position `first`.
    #[must_use]
    pub fn part(
        x: ArrayView2<'a, T>,
        y: ArrayView2<'a, T>,
        weights: Option<ArrayView1<'a, T>>,
        first: usize,
        batch: usize,
    ) -> Self {
        Self {
            first,
            batch,
            ..Self::whole(x, y, weights)
        }
    }

    /// Returns whether these are all examples of the batch.
    #[must_use]
    pub fn are_whole(&self) -> bool {
        self.x.nrows() == self.batch
    }

    /// Returns why the loss of these examples is NaN or infinite.
    pub(crate) fn not_finite(&self, network: &dyn Module<T>, loss: &dyn Loss<T>, value: T) -> Error {
        let (x, y) = (&*self.x, &*self.y);
        let cause = match &self.weights {
            None => cause(network, loss, (x, y), value),
            Some(weights) => cause(network, &WeightedLoss::new(loss, weights), (x, y), value),
        };
        match cause {
            NotFinite::Loss { value, .. } if !self.are_whole() => Error::Strategy {
                message: format!(
                    "the loss is {value}, and the examples of this process do not show why: the error of another process \
                     says more"
                ),
            },
            cause => Error::NotFinite(cause),
        }
    }
}
