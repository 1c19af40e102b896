//! Training over epochs of mini-batches.

mod agreement;
mod check;
mod epochs;
mod options;
mod run;

use brique_datasets::Dataset;
use brique_optim::{ReduceOnPlateau, Schedule};
use brique_tensor::Scalar;

use crate::best::Criterion;
use crate::callback::{BatchCallback, EpochCallback};
use crate::{Batch, CallbackResult, Checkpoints, Epoch, Goal, Metric, Strategy, Training};

/// The configuration of a training run: the number of epochs, the batch size, and options.
///
/// ```
/// use brique_datasets::{Selection, TestSize, line, train_test_split};
/// use brique_layers::{Init, Linear, Sequential};
/// use brique_losses::MSELoss;
/// use brique_optim::{Schedule, SGD};
/// use brique_random::portable;
/// use brique_train::{Fit, Metric, metrics};
///
/// let mut rng = portable(1);
/// let data = line(&mut rng);
/// let (size, selection) = (TestSize::Fraction(0.2), Selection::Shuffled(&mut rng));
/// let (train, validation) = train_test_split(&data, size, selection)?;
/// let linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
/// let mut network: Sequential = Sequential::new(1).then(linear)?;
/// let history = Fit::new(100, 20)
///     .shuffle(7)
///     .validate(&validation)
///     .metric(Metric::new("R²", metrics::r2))
///     .schedule(Schedule::cosine(0.0)?)
///     .stop_early(20)
///     .on_epoch(|epoch, _| println!("{epoch}"))
///     .run(&mut network, &MSELoss::new(), &mut SGD::new(0.02)?, &train)?;
/// let best = history.best().and_then(|epoch| epoch.metric("R²"));
/// assert!(best.is_some_and(|r2| r2 > 0.9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Every epoch uses the examples in the order of the data set unless [`shuffle`](Self::shuffle) sets a seed. A shuffled
/// order depends only on the seed and the number of the epoch. Training prints nothing. To
/// print each epoch as a line, pass a callback to [`on_epoch`](Self::on_epoch), as above.
///
/// Some options use the *watched loss* of an epoch: the loss on the validation set, or the training loss if there is no
/// validation set (see [`Epoch::watched_loss`]).
#[must_use = "a fit does nothing until it runs"]
pub struct Fit<'a, T: Scalar = f64> {
    epochs: usize,
    batch: usize,
    shuffle: Option<u64>,
    validation: Option<&'a Dataset<T>>,
    metrics: Vec<Metric<T>>,
    schedule: Option<(Schedule, Unit)>,
    plateau: Option<ReduceOnPlateau>,
    clip_norm: Option<f64>,
    patience: Option<usize>,
    keeps_best: bool,
    criterion: Criterion,
    epoch_callbacks: Vec<Box<EpochCallback<'a, T>>>,
    batch_callbacks: Vec<Box<BatchCallback<'a, T>>>,
    checkpoints: Option<Checkpoints>,
    strategy: Option<Box<dyn Strategy<T> + 'a>>,
}

/// The unit in which a schedule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Epochs,
    Steps,
}

impl<'a, T: Scalar> Fit<'a, T> {
    /// Creates a configuration with this many epochs and this many examples per batch. The last batch of an epoch
    /// contains the remaining examples and may be shorter.
    pub fn new(epochs: usize, batch: usize) -> Self {
        Self {
            epochs,
            batch,
            shuffle: None,
            validation: None,
            metrics: Vec::new(),
            schedule: None,
            plateau: None,
            clip_norm: None,
            patience: None,
            keeps_best: false,
            criterion: Criterion::LOSS,
            epoch_callbacks: Vec::new(),
            batch_callbacks: Vec::new(),
            checkpoints: None,
            strategy: None,
        }
    }

    /// Draws a new order of the examples for each epoch, from this seed.
    pub fn shuffle(self, seed: u64) -> Self {
        Self {
            shuffle: Some(seed),
            ..self
        }
    }

    /// Evaluates the network on this data after each epoch. The network is never trained on it.
    pub fn validate(self, data: &'a Dataset<T>) -> Self {
        Self {
            validation: Some(data),
            ..self
        }
    }

    /// Computes this metric after each epoch, on the validation set, or on the training set if there is no validation
    /// set.
    pub fn metric(mut self, metric: Metric<T>) -> Self {
        self.metrics.push(metric);
        self
    }

    /// Changes the learning rate from epoch to epoch. It is the optimiser's original learning rate times
    /// [`schedule.factor(epoch, epochs)`](Schedule::factor), with epochs counted from 0.
    ///
    /// A schedule without a length of its own, such as [`Schedule::cosine`], spans the whole training. A cosine that
    /// would end before the training and rise again is an error.
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self {
            schedule: Some((schedule, Unit::Epochs)),
            ..self
        }
    }

    /// Changes the learning rate from step to step, as [`schedule`](Self::schedule) does from epoch to epoch. Steps are
    /// counted from 0 over the whole training; each epoch has one step per batch.
    pub fn schedule_by_step(self, schedule: Schedule) -> Self {
        Self {
            schedule: Some((schedule, Unit::Steps)),
            ..self
        }
    }

    /// Reduces the learning rate when the watched loss stops decreasing. After each epoch, `plateau` receives the
    /// watched loss and returns a factor. The following steps use the original learning rate times this factor, and
    /// times the factor of the [`schedule`](Self::schedule), if there is one.
    pub fn reduce_on_plateau(self, plateau: ReduceOnPlateau) -> Self {
        Self {
            plateau: Some(plateau),
            ..self
        }
    }

    /// Clips the gradients before each step: if the 2-norm of all gradients together is larger than `largest`, it
    /// scales them down to this norm.
    pub fn clip_norm(self, largest: f64) -> Self {
        Self {
            clip_norm: Some(largest),
            ..self
        }
    }

    /// Stops training after `patience` epochs that were not better than the best epoch before them; a patience of 0
    /// counts as 1.
    ///
    /// At the end of training, the network gets back the parameters that it had after the best epoch, as with
    /// [`keep_best`](Self::keep_best). Epochs are compared by their watched loss, or as set by
    /// [`best_by`](Self::best_by).
    pub fn stop_early(self, patience: usize) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// Gives the network back the parameters that it had after the best epoch, at the end of training. After an error,
    /// the network keeps the parameters of the last completed step.
    pub fn keep_best(self) -> Self {
        Self {
            keeps_best: true,
            ..self
        }
    }

    /// Compares epochs by this metric instead of the watched loss: for [`keep_best`](Self::keep_best),
    /// [`stop_early`](Self::stop_early) and [`History::best`](crate::History::best).
    ///
    /// The metric must be one that [`metric`](Self::metric) adds. An epoch in which it is NaN is never the best.
    ///
    /// ```
    /// use brique_train::{Fit, Goal, Metric, metrics};
    ///
    /// let fit: Fit = Fit::new(50, 32)
    ///     .metric(Metric::new("accuracy", metrics::accuracy))
    ///     .best_by("accuracy", Goal::Highest)
    ///     .keep_best();
    /// ```
    pub fn best_by(self, metric: &'static str, goal: Goal) -> Self {
        Self {
            criterion: Criterion {
                metric: Some(metric),
                goal,
            },
            ..self
        }
    }

    /// Calls `callback` after each epoch. A callback that returns a [`ControlFlow`](std::ops::ControlFlow) can stop the
    /// training; one that only looks returns nothing.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use brique_train::Fit;
    ///
    /// let fit: Fit = Fit::new(100, 20)
    ///     .on_epoch(|epoch, _| println!("{epoch}"))
    ///     .on_epoch(|epoch, training| match training.history.epochs().last() {
    ///         Some(before) if epoch.loss > before.loss => ControlFlow::Break(()),
    ///         _ => ControlFlow::Continue(()),
    ///     });
    /// ```
    pub fn on_epoch<R: CallbackResult>(
        mut self,
        mut callback: impl FnMut(&Epoch, &Training<'_, T>) -> R + 'a,
    ) -> Self {
        let callback = move |epoch: &Epoch, training: &Training<'_, T>| callback(epoch, training).into_flow();
        self.epoch_callbacks.push(Box::new(callback));
        self
    }

    /// Calls `callback` after each step, with its batch. A callback that returns a
    /// [`ControlFlow`](std::ops::ControlFlow) can stop the training, also within an epoch. [`Training`] has an example.
    pub fn on_batch<R: CallbackResult>(
        mut self,
        mut callback: impl FnMut(&Batch, &Training<'_, T>) -> R + 'a,
    ) -> Self {
        let callback = move |batch: &Batch, training: &Training<'_, T>| callback(batch, training).into_flow();
        self.batch_callbacks.push(Box::new(callback));
        self
    }

    /// Saves the training to files, and continues from the newest of them.
    ///
    /// A training that was stopped, or whose process was killed, continues where the last file was written: parameters,
    /// optimiser and history have the same bits as if it had never stopped. See [`Checkpoints`].
    pub fn checkpoints(self, checkpoints: Checkpoints) -> Self {
        Self {
            checkpoints: Some(checkpoints),
            ..self
        }
    }

    /// Lets `strategy` compute the gradients of each batch, for example divided between processes.
    ///
    /// A callback that stops the training in one process stops it in all of them. Without callbacks that stop, all
    /// processes may have other callbacks.
    pub fn strategy(self, strategy: impl Strategy<T> + 'a) -> Self {
        Self {
            strategy: Some(Box::new(strategy)),
            ..self
        }
    }
}
