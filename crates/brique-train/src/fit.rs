//! Training over epochs of mini-batches.

mod check;

use std::ops::ControlFlow;
use std::time::Instant;

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_optim::{Optimizer, ReduceOnPlateau, Schedule};
use brique_tensor::{Scalar, compile_once};

use crate::batches::Batches;
use crate::checkpoint::{Checkpoint, has_finite_parameters};
use crate::epoch_steps::{EpochSteps, weight};
use crate::{Epoch, Error, Evaluation, History, Metric, Stepper, Stopped, Weights, evaluate};

/// The configuration of a training run: the number of epochs, the batch size, and options.
///
/// ```
/// use std::ops::ControlFlow;
///
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
/// let history = Fit::new(500, 80)
///     .shuffle(7)
///     .validate(&validation)
///     .metric(Metric::new("R²", metrics::r2))
///     .schedule(Schedule::cosine(500, 0.0)?)
///     .stop_early(50)
///     .on_epoch(|epoch| {
///         if epoch.loss < 1.0 {
///             ControlFlow::Break(())
///         } else {
///             ControlFlow::Continue(())
///         }
///     })
///     .run(&mut network, &MSELoss::new(), &mut SGD::new(0.02)?, &train)?;
/// let best = history.best().and_then(|epoch| epoch.metric("R²"));
/// assert!(best.is_some_and(|r2| r2 > 0.9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Every epoch uses the examples in the order of the data set unless [`shuffle`](Self::shuffle) sets a seed. A shuffled
/// order depends only on the seed and the number of the epoch. Training prints nothing; to report progress, pass a
/// callback to [`on_epoch`](Self::on_epoch).
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
    schedule: Option<Schedule>,
    plateau: Option<ReduceOnPlateau>,
    clip_norm: Option<f64>,
    patience: Option<usize>,
    callbacks: Vec<Box<Callback<'a>>>,
}

/// Receives an epoch and returns whether training continues.
type Callback<'a> = dyn FnMut(&Epoch) -> ControlFlow<()> + 'a;

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
            callbacks: Vec::new(),
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

    /// Changes the learning rate before every step. It is the optimiser's original learning rate times
    /// [`schedule.factor(step)`](Schedule::factor), with steps (not epochs) counted from 0 over the whole run.
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self {
            schedule: Some(schedule),
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

    /// Stops training after `patience` epochs without a new smallest watched loss; a patience of 0 counts as 1.
    ///
    /// At the end of training, the network gets back the parameters that it had after the best epoch. This happens even
    /// if all epochs were completed, but not after an error.
    pub fn stop_early(self, patience: usize) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// Calls `callback` with each epoch; the callback can stop the training.
    pub fn on_epoch(mut self, callback: impl FnMut(&Epoch) -> ControlFlow<()> + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Trains `network` to minimise `loss` on `data`.
    ///
    /// # Errors
    ///
    /// If an option is invalid or there are no examples; if an evaluation fails; if a step fails, for example because a
    /// gradient is NaN or infinite. The error of a step contains its epoch and batch. After an error, the network has
    /// the parameters of the last completed step.
    ///
    /// A step that makes a parameter NaN or infinite is not completed, either. This is found out at the end of its epoch
    /// or by the next step: then the fit goes back to the beginning of the epoch, of which it keeps a copy, and repeats
    /// the steps before the one that failed.
    ///
    /// The optimiser gets its original learning rate back, after an error too.
    pub fn run(
        mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        data: &Dataset<T>,
    ) -> Result<History, Error> {
        self.check(data)?;
        if let Some(validation) = self.validation {
            // A validation set with wrong shapes is reported here, before the first epoch is trained.
            evaluate(network, loss, validation, &[])?;
        }
        let base_rate = optimizer.learning_rate();
        let result = train(&mut self, network, loss, optimizer, data, base_rate);
        optimizer.set_learning_rate(base_rate)?;
        result
    }

    /// Evaluates the network on the validation set, or on the training set if there is none and metrics were
    /// requested.
    fn evaluated(
        &self,
        network: &dyn Module<T>,
        loss: &dyn Loss<T>,
        data: &Dataset<T>,
    ) -> Result<Option<Evaluation<T>>, Error> {
        match self.validation {
            Some(validation) => evaluate(network, loss, validation, &self.metrics).map(Some),
            None if self.metrics.is_empty() => Ok(None),
            None => evaluate(network, loss, data, &self.metrics).map(Some),
        }
    }
}

compile_once! {
    /// Runs all epochs. The options of `fit` must have been checked before.
    fn train<T: Scalar>(
        fit: &mut Fit<'_, T>,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        data: &Dataset<T>,
        base_rate: f64
    ) -> Result<History, Error> {
        let mut batches = Batches::new(data, fit.batch, fit.shuffle);
        let mut stepper = fit
            .clip_norm
            .map_or_else(Stepper::default, Stepper::with_clip_norm);
        let mut history = History::new();
        let mut best = Weights::default();
        let mut plateau_rate = base_rate;
        let mut beginning = has_finite_parameters(network).then(Checkpoint::new);
        for number in 0..fit.epochs {
            let start = Instant::now();
            batches.begin(number);
            let mut steps = EpochSteps {
                number,
                network: &mut *network,
                loss,
                optimizer: &mut *optimizer,
                stepper: &mut stepper,
                batches: &mut batches,
                schedule: fit.schedule.as_ref(),
                rate: plateau_rate,
            };
            let total = steps.run(beginning.as_mut())?;
            let found = fit.evaluated(network, loss, data)?;
            let names = fit.metrics.iter().map(Metric::name);
            let measured = found
                .as_ref()
                .map(|found| found.metrics.clone())
                .unwrap_or_default();
            let epoch = Epoch {
                number,
                loss: total / weight(loss.reduction(), data.len()),
                validation_loss: found
                    .as_ref()
                    .filter(|_| fit.validation.is_some())
                    .map(|found| found.loss),
                metrics: names.zip(measured).collect(),
                learning_rate: optimizer.learning_rate(),
                time: start.elapsed(),
            };
            if let Some(plateau) = &mut fit.plateau {
                plateau_rate = base_rate * plateau.observe(epoch.watched_loss());
            }
            let calls = fit.callbacks.iter_mut().map(|callback| callback(&epoch));
            let wants_to_stop = calls.fold(false, |stop, call| stop | call.is_break());
            if history.add(epoch) && fit.patience.is_some() {
                best.refresh(network);
            }
            let since_best = number - history.best().map_or(number, |best| best.number);
            if wants_to_stop {
                history.stop(Stopped::ByCallback);
                break;
            }
            if fit
                .patience
                .is_some_and(|patience| since_best > 0 && since_best >= patience)
            {
                history.stop(Stopped::Early);
                break;
            }
        }
        if fit.patience.is_some() && history.best().is_some() {
            best.restore(network)?;
        }
        Ok(history)
    }
}
