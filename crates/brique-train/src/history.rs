//! What a training leaves.

use std::time::Duration;

/// One epoch of a training.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Its number, from 0.
    pub number: usize,
    /// The mean of the losses of its batches before their steps, each weighed with its rows; their sum for a loss that is
    /// a sum.
    pub loss: f64,
    /// The loss on the validation set after it, where there is one.
    pub validation_loss: Option<f64>,
    /// The metrics on the validation set after it, or on the training set where there is no other, in the order they were
    /// asked for.
    pub metrics: Vec<(&'static str, f64)>,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// How long it took, evaluation included.
    pub time: Duration,
}

impl Epoch {
    /// A metric by its name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| *value)
    }

    /// The loss that early stopping and plateaus go by: on the validation set where there is one.
    #[must_use]
    pub fn watched_loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.loss)
    }
}

/// Why a training came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// All epochs were made.
    Completed,
    /// The loss had not become smaller for as many epochs as patience allows.
    Early,
    /// A callback asked for it.
    ByCallback,
}

/// All epochs of a training, and how it came to its end.
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

    /// Adds an epoch; says whether its watched loss is the smallest so far.
    pub(crate) fn add(&mut self, epoch: Epoch) -> bool {
        let smallest = self.best().map_or(f64::INFINITY, Epoch::watched_loss);
        let is_best = self.best.is_none() || epoch.watched_loss() < smallest;
        if is_best {
            self.best = Some(self.epochs.len());
        }
        self.epochs.push(epoch);
        is_best
    }

    pub(crate) fn stop(&mut self, stopped: Stopped) {
        self.stopped = stopped;
    }

    /// The epochs in order.
    #[must_use]
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The training loss of each epoch.
    pub fn losses(&self) -> impl Iterator<Item = f64> {
        self.epochs.iter().map(|epoch| epoch.loss)
    }

    /// The first epoch with the smallest watched loss; nothing of no epochs.
    #[must_use]
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.get(self.best?)
    }

    /// Why the training came to its end.
    #[must_use]
    pub fn stopped(&self) -> Stopped {
        self.stopped
    }
}
