//! How far a training has come.

use std::time::Duration;

use brique_optim::PlateauState;
use brique_tensor::Scalar;

use crate::best::Criterion;
use crate::{History, Weights};

/// All that a fit knows about a training besides the network, the optimiser and its own options.
#[derive(Debug)]
pub(crate) struct Progress<T: Scalar> {
    /// The number of completed epochs: that of the running epoch, from 0.
    pub(crate) epoch: usize,
    /// The number of completed batches of the running epoch.
    pub(crate) batch: usize,
    /// The number of completed steps.
    pub(crate) steps: u64,
    /// The sum of the losses of the completed batches, each with its weight.
    pub(crate) total: f64,
    /// The time that the running epoch has taken so far.
    pub(crate) elapsed: Duration,
    /// The optimiser's learning rate before the training.
    pub(crate) base_rate: f64,
    /// The learning rate without the factor of the schedule.
    pub(crate) plateau_rate: f64,
    /// The learning rate of the last step.
    pub(crate) learning_rate: f64,
    /// The state of the plateau schedule after the last epoch.
    pub(crate) plateau: Option<PlateauState>,
    pub(crate) history: History,
    /// The parameters after the best epoch, if the network gets them back.
    pub(crate) best: Weights<T>,
}

impl<T: Scalar> Progress<T> {
    /// Returns the progress before the first step.
    pub(crate) fn new(base_rate: f64, criterion: Criterion) -> Self {
        Self {
            epoch: 0,
            batch: 0,
            steps: 0,
            total: 0.0,
            elapsed: Duration::ZERO,
            base_rate,
            plateau_rate: base_rate,
            learning_rate: base_rate,
            plateau: None,
            history: History::new(criterion),
            best: Weights::default(),
        }
    }

    /// Goes on to the next epoch.
    pub(crate) fn begin_epoch(&mut self) {
        self.epoch += 1;
        (self.batch, self.total, self.elapsed) = (0, 0.0, Duration::ZERO);
    }
}
