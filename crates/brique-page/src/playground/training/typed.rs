//! The steps of a training in one type of numbers.

use brique_core::{Loss as LossTrait, Module as ModuleTrait, Parameter, Shape, visit_modules};
use brique_datasets::Dataset;
use brique_layers::Sequential;
use brique_optim::{Optimizer as OptimizerTrait, Schedule, State};
use brique_tensor::{Scalar, all_finite};
use brique_train::{Error as TrainError, NotFinite, Stepper, Weights};

use super::Training;
use crate::playground::network::build_network;
use crate::playground::order::Batches;
use crate::playground::trainers::{build_loss, build_optimizer, build_schedule};
use crate::playground::{Config, Error};

/// A network with numbers of the type `T`, and what trains it.
#[derive(Debug)]
pub(super) struct TypedTraining<T: Scalar> {
    network: Sequential<T>,
    loss: Box<dyn LossTrait<T>>,
    optimizer: Box<dyn OptimizerTrait<T>>,
    train: Dataset<T>,
    schedule: Schedule,
    stepper: Stepper<T>,
    batches: Batches<T>,
    rate: f64,
    epochs: usize,
    epoch: usize,
    batch: usize,
    last_loss: Option<f64>,
    beginning: Beginning<T>,
}

/// A type of numbers whose bits can be written.
pub(super) trait LittleEndian: Scalar {
    /// Returns the bits as bytes, the lowest ones first.
    fn little_endian(self) -> impl AsRef<[u8]>;
}

impl LittleEndian for f32 {
    fn little_endian(self) -> impl AsRef<[u8]> {
        self.to_le_bytes()
    }
}

impl LittleEndian for f64 {
    fn little_endian(self) -> impl AsRef<[u8]> {
        self.to_le_bytes()
    }
}

/// The parameters, the state of the optimiser and the number of steps at the beginning of an epoch.
#[derive(Debug, Default)]
struct Beginning<T: Scalar> {
    weights: Weights<T>,
    state: State<T>,
    steps: u64,
}

impl<T: LittleEndian> Training for TypedTraining<T> {
    fn steps(&self) -> u64 {
        self.stepper.steps()
    }

    fn epoch(&self) -> usize {
        self.epoch
    }

    fn batch(&self) -> usize {
        self.batch
    }

    fn steps_per_epoch(&self) -> usize {
        self.batches.count()
    }

    fn last_loss(&self) -> Option<f64> {
        self.last_loss
    }

    fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate()
    }

    fn has_ended(&self) -> bool {
        self.epoch >= self.epochs
    }

    fn run(&mut self, most: usize) -> Result<usize, Error> {
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

    fn copy_parameters(&self, parameters: &mut Vec<f64>) {
        parameters.clear();
        self.network.visit_parameters(&mut |parameter| {
            parameters.extend(parameter.value().iter().map(|value| value.as_f64()));
        });
    }

    fn digest(&self) -> String {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        let mut add = |bytes: &[u8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
            }
        };
        add(&self.steps().to_le_bytes());
        self.network.visit_parameters(&mut |parameter| {
            for value in parameter.value() {
                add(value.little_endian().as_ref());
            }
        });
        format!("{hash:016x}")
    }
}

impl<T: Scalar> TypedTraining<T> {
    pub(super) fn new(config: &Config, input: Shape, train: Dataset<T>) -> Result<Self, Error> {
        check_options(config)?;
        let optimizer = build_optimizer(&config.optimizer)?;
        let mut training = Self {
            network: build_network(config, input)?,
            loss: build_loss(&config.loss)?,
            schedule: build_schedule(&config.schedule)?,
            stepper: config
                .clip_norm
                .map_or_else(Stepper::new, Stepper::with_clip_norm),
            batches: Batches::new(&train, config.batch, config.seed),
            rate: optimizer.learning_rate(),
            optimizer,
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
        self.last_loss = Some(loss.as_f64());
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
        let mut check = |parameter: &Parameter<T>| is_finite = is_finite && all_finite(parameter.value());
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
