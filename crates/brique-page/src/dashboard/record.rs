//! The record of a run, which the training writes and the server reads.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use brique_train::Epoch;
use serde::Serialize;

use super::layers::{Layer, Sizes};
use super::thinned::Thinned;

/// A run, as its training and the server share it.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) name: String,
    /// Whether the page asks the training to stop.
    pub(super) stop: AtomicBool,
    pub(super) record: Mutex<Record>,
}

/// Locks a mutex, also after a panic of another thread: each writer leaves complete data.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a run is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    #[default]
    Waiting,
    Running,
    Ended,
    Stopped,
    Failed,
}

/// What is known of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// The number of trainings that this run has watched. Each one begins a new record.
    pub(super) training: u64,
    /// Changes whenever something else does.
    pub(super) version: u64,
    pub(super) state: State,
    /// Why the run failed, or why its file cannot be written.
    pub(super) message: Option<String>,
    pub(super) layers: Vec<Layer>,
    pub(super) metrics: Vec<&'static str>,
    pub(super) now: Option<Now>,
    pub(super) epochs: Thinned<EpochPoint>,
    pub(super) batches: Thinned<BatchPoint>,
}

/// Where the training is.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Now {
    pub(super) epoch: usize,
    /// The number of completed steps, if the steps are watched.
    pub(super) step: Option<u64>,
    pub(super) loss: f64,
    /// The time since the beginning.
    pub(super) seconds: f64,
}

/// The numbers of an epoch.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EpochPoint {
    pub(super) epoch: usize,
    pub(super) step: Option<u64>,
    pub(super) loss: f64,
    pub(super) validation_loss: Option<f64>,
    pub(super) metrics: Vec<f64>,
    pub(super) learning_rate: f64,
    pub(super) seconds: f64,
    #[serde(flatten)]
    pub(super) sizes: Sizes,
}

impl EpochPoint {
    pub(super) fn new(epoch: &Epoch, step: Option<u64>, sizes: Sizes) -> Self {
        Self {
            epoch: epoch.number,
            step,
            loss: epoch.loss,
            validation_loss: epoch.validation_loss,
            metrics: epoch.metrics.iter().map(|(_, value)| *value).collect(),
            learning_rate: epoch.learning_rate,
            seconds: epoch.time.as_secs_f64(),
            sizes,
        }
    }
}

/// The numbers of a batch. Only a few batches a second have one.
#[derive(Debug, Clone, Serialize)]
pub(super) struct BatchPoint {
    pub(super) epoch: usize,
    pub(super) step: u64,
    pub(super) loss: f64,
    #[serde(flatten)]
    pub(super) sizes: Sizes,
}

/// A run as JSON, without its points.
#[derive(Debug, Serialize)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) training: u64,
    pub(super) state: State,
    pub(super) is_stopping: bool,
    pub(super) message: Option<&'a str>,
    pub(super) layers: &'a [Layer],
    pub(super) metrics: &'a [&'static str],
    pub(super) now: Option<Now>,
}

impl Record {
    pub(super) fn head<'a>(&'a self, name: &'a str, is_stopping: bool) -> Head<'a> {
        Head {
            name,
            training: self.training,
            state: self.state,
            is_stopping: is_stopping && self.state == State::Running,
            message: self.message.as_deref(),
            layers: &self.layers,
            metrics: &self.metrics,
            now: self.now,
        }
    }
}
