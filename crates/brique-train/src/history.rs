//! The record of a training run.

use std::time::Duration;

use crate::best::Criterion;

/// A batch whose step is done.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// The number of its epoch, from 0.
    pub epoch: usize,
    /// Its number in the epoch, from 0.
    pub number: usize,
    /// The number of completed steps of the training, this one included.
    pub steps: u64,
    /// The loss before the step.
    pub loss: f64,
}

/// The results of one epoch. It displays itself as a line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Its number, from 0.
    pub number: usize,
    /// The mean of the losses of its batches, each computed before the step and weighted by its number of rows; for a
    /// loss with reduction `Sum`, the sum of the losses.
    pub loss: f64,
    /// The loss on the validation set after the epoch, if there is a validation set.
    pub validation_loss: Option<f64>,
    /// The metrics after the epoch, in the order in which they were requested. They are computed on the validation
    /// set, or on the training set if there is no validation set.
    pub metrics: Vec<(&'static str, f64)>,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// The duration of the epoch, including evaluation.
    pub time: Duration,
}

impl Epoch {
    /// Returns the metric with this name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| *value)
    }

    /// Returns the loss that early stopping and plateau schedules observe: the validation loss if there is one,
    /// otherwise the training loss.
    #[must_use]
    pub fn watched_loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.loss)
    }
}

/// The reason why a training run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// All epochs were completed.
    Completed,
    /// The watched loss had not decreased for as many epochs as patience allows.
    Early,
    /// A callback asked for it.
    ByCallback,
}

/// All epochs of a training run, and the reason why it ended.
///
/// It displays itself as a table, in which `*` marks the best epoch. Of more than 20 epochs the table shows the first
/// ten and the last ten, and the best; `{:#}` shows all of them.
///
/// ```
/// use brique_datasets::line;
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// let mut rng = portable(1);
/// let data = line(&mut rng);
/// let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
/// let (loss, mut sgd) = (MSELoss::new(), SGD::new(0.01)?);
/// let history = Fit::new(3, 20).run(&mut network, &loss, &mut sgd, &data)?;
/// println!("{history}");
/// # assert_eq!(history.to_string().lines().count(), 1 + 3 + 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    epochs: Vec<Epoch>,
    criterion: Criterion,
    best: Option<usize>,
    stopped: Stopped,
}

impl History {
    /// Creates an empty record, whose best epoch is that by `criterion`.
    pub(crate) fn new(criterion: Criterion) -> Self {
        Self {
            epochs: Vec::new(),
            criterion,
            best: None,
            stopped: Stopped::Completed,
        }
    }

    /// Adds an epoch and returns whether it is the best so far.
    pub(crate) fn add(&mut self, epoch: Epoch) -> bool {
        let is_best = self
            .best()
            .is_none_or(|best| self.criterion.is_better(&epoch, best));
        if is_best {
            self.best = Some(self.epochs.len());
        }
        self.epochs.push(epoch);
        is_best
    }

    /// Creates the record of these epochs, in order.
    pub(crate) fn from_epochs(
        criterion: Criterion,
        epochs: impl Iterator<Item = Epoch>,
        stopped: Stopped,
    ) -> Self {
        let mut history = Self::new(criterion);
        for epoch in epochs {
            history.add(epoch);
        }
        history.stop(stopped);
        history
    }

    pub(crate) fn stop(&mut self, stopped: Stopped) {
        self.stopped = stopped;
    }

    /// Returns the epochs in order.
    #[must_use]
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// Returns the training loss of each epoch.
    pub fn losses(&self) -> impl Iterator<Item = f64> {
        self.epochs.iter().map(|epoch| epoch.loss)
    }

    /// Returns the best epoch, or `None` if there are no epochs: the first with the smallest watched loss, or with the
    /// best value of the metric that [`Fit::best_by`](crate::Fit::best_by) sets.
    #[must_use]
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.get(self.best?)
    }

    /// Returns the reason why the training run ended.
    #[must_use]
    pub fn stopped(&self) -> Stopped {
        self.stopped
    }
}
