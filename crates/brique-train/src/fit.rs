//! Training over epochs of mini-batches.

mod check;
mod epochs;

use std::ops::ControlFlow;

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_optim::{Optimizer, ReduceOnPlateau, Schedule};
use brique_tensor::Scalar;

use crate::progress::Progress;
use crate::progress_file::Options;
use crate::{Batch, Checkpoints, Epoch, Error, History, Metric, evaluate};
use epochs::train;

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
    batch_callbacks: Vec<Box<BatchCallback<'a>>>,
    checkpoints: Option<Checkpoints>,
}

/// Receives an epoch and returns whether training continues.
type Callback<'a> = dyn FnMut(&Epoch) -> ControlFlow<()> + 'a;

/// Receives a batch and returns whether training continues.
type BatchCallback<'a> = dyn FnMut(&Batch) -> ControlFlow<()> + 'a;

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
            batch_callbacks: Vec::new(),
            checkpoints: None,
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

    /// Calls `callback` after each step with its batch; the callback can stop the training, also within an epoch.
    pub fn on_batch(mut self, callback: impl FnMut(&Batch) -> ControlFlow<()> + 'a) -> Self {
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

    /// Trains `network` to minimise `loss` on `data`.
    ///
    /// # Errors
    ///
    /// If an option is invalid or there are no examples; if a checkpoint cannot be written or read, or is that of another
    /// training; if an evaluation fails; if a step fails, for example because a
    /// gradient is NaN or infinite. The error of a step contains its epoch and batch. After an error, the network has
    /// the parameters of the last completed step.
    ///
    /// A step that makes a parameter NaN or infinite is not completed, either. This is found out at the end of its epoch
    /// or by the next step: then the fit goes back to the beginning of the epoch, of which it keeps a copy, and repeats
    /// the steps before the one that failed. No checkpoint contains such a parameter.
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
        let mut progress = self.begin(network, loss, optimizer, data)?;
        let result = train(&mut self, network, loss, optimizer, data, &mut progress);
        optimizer.set_learning_rate(base_rate)?;
        result.map(|()| progress.history)
    }

    /// Returns the progress from which the training continues: that of the newest checkpoint, or none.
    fn begin(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        data: &Dataset<T>,
    ) -> Result<Progress<T>, Error> {
        let beginning = Progress::new(optimizer.learning_rate());
        let Some(checkpoints) = &self.checkpoints else {
            return Ok(beginning);
        };
        let options = self.options(loss, optimizer, data, &beginning);
        let metrics: Vec<&'static str> = self.metrics.iter().map(Metric::name).collect();
        let Some(progress) = checkpoints.resume(&options, network, optimizer, &metrics)? else {
            return Ok(beginning);
        };
        if let Some(state) = progress.plateau
            && let Some(plateau) = self.plateau.take()
        {
            self.plateau = Some(plateau.with_state(state)?);
        }
        Ok(progress)
    }

    /// Returns the options that decide the numbers of the training, as texts. The number of epochs is not one of them.
    fn options(
        &self,
        loss: &dyn Loss<T>,
        optimizer: &dyn Optimizer<T>,
        data: &Dataset<T>,
        progress: &Progress<T>,
    ) -> Options {
        let mut options = Options::new();
        let mut set = |name: &str, text: Option<String>| {
            options.extend(text.map(|text| (name.to_owned(), text)));
        };
        let shape = |data: &Dataset<T>| format!("{:?} to {:?}", data.inputs().dim(), data.targets().dim());
        let metrics: Vec<&'static str> = self.metrics.iter().map(Metric::name).collect();
        set("batch", Some(self.batch.to_string()));
        set("shuffle", self.shuffle.map(|seed| seed.to_string()));
        set("clip_norm", self.clip_norm.map(|norm| norm.to_string()));
        set("stop_early", self.patience.map(|patience| patience.to_string()));
        set(
            "schedule",
            self.schedule.as_ref().map(|schedule| format!("{schedule:?}")),
        );
        let plateau = self.plateau.as_ref().map(ReduceOnPlateau::options);
        set("reduce_on_plateau", plateau.map(|plateau| format!("{plateau:?}")));
        set("metrics", Some(metrics.join(", ")));
        set("data", Some(shape(data)));
        set("validation", self.validation.map(shape));
        set("loss", Some(loss.to_string()));
        let described = optimizer.description();
        set("optimizer", Some(described.kind));
        for attribute in described.attributes {
            set(
                &format!("optimizer.{}", attribute.name),
                Some(attribute.value.to_string()),
            );
        }
        set("optimizer.learning_rate", Some(progress.base_rate.to_string()));
        options
    }
}
