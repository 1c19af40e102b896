//! A training that goes on step by step.

use brique_core::{Loss as LossTrait, Module as ModuleTrait, Parameter, visit_modules};
use brique_datasets::Dataset;
use brique_layers::Sequential;
use brique_optim::{Optimizer as OptimizerTrait, Schedule, State};
use brique_tensor::all_finite;
use brique_train::{Error as TrainError, NotFinite, Stepper, Weights};

use super::order::Batches;
use super::trainers::{build_loss, build_optimizer, build_schedule};
use super::{Config, Error};

/// A network, and what trains it. The steps are those of
/// `Fit::new(epochs, batch).shuffle(seed).schedule_by_step(schedule)` on `train`, bit for bit.
#[derive(Debug)]
pub struct Training {
    /// The network.
    pub network: Sequential<f64>,
    /// The loss.
    pub loss: Box<dyn LossTrait<f64>>,
    /// The optimiser.
    pub optimizer: Box<dyn OptimizerTrait<f64>>,
    /// The training set; targets have the form that the loss takes.
    pub train: Dataset,
    schedule: Schedule,
    stepper: Stepper,
    batches: Batches,
    rate: f64,
    epochs: usize,
    epoch: usize,
    batch: usize,
    last_loss: Option<f64>,
    beginning: Beginning,
}

/// The parameters, the state of the optimiser and the number of steps at the beginning of an epoch.
#[derive(Debug, Default)]
struct Beginning {
    weights: Weights,
    state: State,
    steps: u64,
}

impl Training {
    pub(super) fn new(config: &Config, network: Sequential<f64>, train: Dataset) -> Result<Self, Error> {
        check_options(config)?;
        let optimizer = build_optimizer(&config.optimizer)?;
        let mut training = Self {
            loss: build_loss(&config.loss)?,
            schedule: build_schedule(&config.schedule)?,
            stepper: config
                .clip_norm
                .map_or_else(Stepper::new, Stepper::with_clip_norm),
            batches: Batches::new(&train, config.batch, config.seed),
            rate: optimizer.learning_rate(),
            optimizer,
            network,
            train,
            epochs: config.epochs,
            epoch: 0,
            batch: 0,
            last_loss: None,
            beginning: Beginning::default(),
        };
        let first = training.rate_of_next_step();
        training.optimizer.set_learning_rate(first)?;
        Ok(training)
    }

    /// Returns the number of completed steps.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.stepper.steps()
    }

    /// Returns the number of completed epochs.
    #[must_use]
    pub fn epoch(&self) -> usize {
        self.epoch
    }

    /// Returns the number of completed steps of the epoch that has begun.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Returns the number of steps in an epoch.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        self.batches.count()
    }

    /// Returns the loss of the last batch, before its step.
    #[must_use]
    pub fn last_loss(&self) -> Option<f64> {
        self.last_loss
    }

    /// Returns whether all epochs are completed.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.epoch >= self.epochs
    }

    /// Makes up to `most` steps, but none beyond the end of the epoch or of the training. Returns how many.
    ///
    /// # Errors
    ///
    /// If a step fails, for example because a number is NaN. The parameters are those of the last step that succeeded.
    pub(super) fn run(&mut self, most: usize) -> Result<usize, Error> {
        if self.has_ended() {
            return Ok(0);
        }
        if self.batch == 0 {
            self.begin_epoch();
        }
        let count = most.min(self.batches.count() - self.batch);
        for _ in 0..count {
            if let Err(error) = self.step() {
                self.check_parameters()?;
                return Err(error);
            }
        }
        self.check_parameters()?;
        if self.batch == self.batches.count() {
            (self.epoch, self.batch) = (self.epoch + 1, 0);
        }
        Ok(count)
    }

    fn begin_epoch(&mut self) {
        self.batches.begin(self.epoch);
        self.beginning.weights.refresh(&self.network);
        self.beginning.state.clone_from(self.optimizer.state());
        self.beginning.steps = self.stepper.steps();
    }

    fn step(&mut self) -> Result<(), Error> {
        let rate = self.rate_of_next_step();
        let (number, epoch) = (self.batch, self.epoch);
        let at = |error: TrainError| TrainError::Step {
            epoch,
            batch: number,
            source: Box::new(error),
        };
        self.optimizer
            .set_learning_rate(rate)
            .map_err(|error| at(error.into()))?;
        let (x, y) = self.batches.batch(&self.train, number);
        let (network, optimizer) = (&mut self.network, &mut *self.optimizer);
        let loss = self
            .stepper
            .step(network, &*self.loss, optimizer, &x, &y)
            .map_err(at)?;
        self.last_loss = Some(loss);
        self.batch += 1;
        Ok(())
    }

    fn rate_of_next_step(&self) -> f64 {
        let total = (self.batches.count() as u64).saturating_mul(self.epochs as u64);
        self.rate * self.schedule.factor(self.stepper.steps(), total)
    }

    /// Returns an error if a step of this epoch made a parameter NaN or infinite, and takes this step back.
    fn check_parameters(&mut self) -> Result<(), Error> {
        if self.has_finite_parameters() {
            return Ok(());
        }
        let made = self.stepper.steps();
        let restored = self.beginning.steps;
        self.go_to(restored)?;
        while self.stepper.steps() < made {
            self.step()?;
            if let Some(module) = self.first_not_finite() {
                let (epoch, batch) = (self.epoch, self.batch - 1);
                self.go_to(self.stepper.steps() - 1)?;
                let source = Box::new(TrainError::NotFinite(NotFinite::Parameter { module }));
                return Err(TrainError::Step { epoch, batch, source }.into());
            }
        }
        Ok(())
    }

    /// Goes back to a number of steps in this epoch: restores its beginning and repeats the steps.
    fn go_to(&mut self, steps: u64) -> Result<(), Error> {
        self.beginning.weights.restore(&mut self.network)?;
        self.optimizer.set_state(self.beginning.state.clone())?;
        self.stepper.set_steps(self.beginning.steps);
        self.batch = 0;
        while self.stepper.steps() < steps {
            self.step()?;
        }
        Ok(())
    }

    fn has_finite_parameters(&self) -> bool {
        let mut is_finite = true;
        let mut check = |parameter: &Parameter| is_finite = is_finite && all_finite(parameter.value());
        self.network.visit_parameters(&mut check);
        is_finite
    }

    /// Returns the first module with a parameter that is NaN or infinite.
    fn first_not_finite(&self) -> Option<String> {
        let mut first = None;
        visit_modules(&self.network, &mut |path, module| {
            module.own_parameters(&mut |parameter| {
                if first.is_none() && !all_finite(parameter.value()) {
                    first = Some(format!("module {path} ({module})"));
                }
            });
        });
        first
    }
}

/// Checks the options that a fit would check.
fn check_options(config: &Config) -> Result<(), Error> {
    let wrong = |argument, found: String, expected| {
        Err(TrainError::Option {
            argument,
            found,
            expected,
        }
        .into())
    };
    if config.batch == 0 {
        return wrong("the size of a batch", "0".to_owned(), "at least 1");
    }
    match config.clip_norm {
        Some(norm) if !(norm > 0.0 && norm.is_finite()) => {
            wrong("clip_norm", norm.to_string(), "a finite number above 0")
        }
        _ => Ok(()),
    }
}
