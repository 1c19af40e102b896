//! The record of a training run.

use std::time::Duration;

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

/// The results of one epoch.
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
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    epochs: Vec<Epoch>,
    best: Option<usize>,
    stopped: Stopped,
}

impl History {
    pub(crate) fn new() -> Self {
        Self {
            epochs: Vec::new(),
            best: None,
            stopped: Stopped::Completed,
        }
    }

    /// Adds an epoch and returns whether its watched loss is the smallest so far.
    pub(crate) fn add(&mut self, epoch: Epoch) -> bool {
        let smallest = self.best().map_or(f64::INFINITY, Epoch::watched_loss);
        let is_best = self.best.is_none() || epoch.watched_loss() < smallest;
        if is_best {
            self.best = Some(self.epochs.len());
        }
        self.epochs.push(epoch);
        is_best
    }

    /// Creates the record of these epochs, in order.
    pub(crate) fn from_epochs(epochs: impl Iterator<Item = Epoch>, stopped: Stopped) -> Self {
        let mut history = Self::new();
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

    /// Returns the first epoch with the smallest watched loss, or `None` if there are no epochs.
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
