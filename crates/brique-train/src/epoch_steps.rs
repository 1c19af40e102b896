//! The steps of one epoch.

use brique_core::{Loss, Module, Reduction};
use brique_optim::{Optimizer, Schedule};
use brique_tensor::Scalar;

use crate::batches::Batches;
use crate::checkpoint::{Checkpoint, has_finite_parameters};
use crate::origin::parameter;
use crate::{Error, NotFinite, Stepper};

/// What the steps of one epoch need.
pub(crate) struct EpochSteps<'a, 'data, T: Scalar> {
    /// The number of the epoch, from 0.
    pub(crate) number: usize,
    pub(crate) network: &'a mut dyn Module<T>,
    pub(crate) loss: &'a dyn Loss<T>,
    pub(crate) optimizer: &'a mut dyn Optimizer<T>,
    pub(crate) stepper: &'a mut Stepper<T>,
    pub(crate) batches: &'a mut Batches<'data, T>,
    pub(crate) schedule: Option<&'a Schedule>,
    /// The learning rate, before the schedule multiplies it.
    pub(crate) rate: f64,
}

impl<T: Scalar> EpochSteps<'_, '_, T> {
    /// Makes a step for each batch and returns the sum of the losses, each multiplied by its [`weight`].
    ///
    /// If a step makes a parameter NaN or infinite, this is an error, and the network has the parameters before that
    /// step. `beginning` is `None` if a parameter was NaN or infinite from the start.
    pub(crate) fn run(&mut self, mut beginning: Option<&mut Checkpoint<T>>) -> Result<f64, Error> {
        if let Some(beginning) = &mut beginning {
            beginning.refresh(self.network, self.optimizer, self.stepper);
        }
        let (mut total, mut result) = (0.0, Ok(()));
        for batch in 0..self.batches.count() {
            match self.step(batch) {
                Ok(loss) => total += loss,
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        if let Some(beginning) = beginning
            && !has_finite_parameters(self.network)
        {
            self.repeat_to_the_last_finite(beginning)?;
        }
        result.map(|()| total)
    }

    /// Goes back to the beginning of the epoch and repeats its steps up to the one that makes a parameter NaN or
    /// infinite. Returns the error of this step, after taking it back.
    ///
    /// A check after each step would make every training slower; this makes only one epoch slower, which fails anyway.
    #[cold]
    fn repeat_to_the_last_finite(&mut self, beginning: &Checkpoint<T>) -> Result<(), Error> {
        let steps_made = self.stepper.steps;
        beginning.restore(self.network, self.optimizer, self.stepper)?;
        let mut last = beginning.clone();
        let mut batch = 0;
        while self.stepper.steps < steps_made {
            self.step(batch)?;
            if let Some(module) = parameter(self.network) {
                last.restore(self.network, self.optimizer, self.stepper)?;
                return Err(self.at(batch, Error::NotFinite(NotFinite::Parameter { module })));
            }
            last.refresh(self.network, self.optimizer, self.stepper);
            batch += 1;
        }
        Ok(())
    }

    /// Makes the step for a batch and returns its loss, multiplied by its [`weight`].
    fn step(&mut self, batch: usize) -> Result<f64, Error> {
        let factor = self
            .schedule
            .map_or(1.0, |schedule| schedule.factor(self.stepper.steps));
        let changed = self.optimizer.set_learning_rate(self.rate * factor);
        changed.map_err(|error| self.at(batch, error.into()))?;
        let (x, y) = self.batches.batch(batch);
        let rows = x.nrows();
        let value = self.stepper.step(self.network, self.loss, self.optimizer, &x, &y);
        let value = value.map_err(|error| self.at(batch, error))?;
        Ok(value.as_f64() * weight(self.loss.reduction(), rows))
    }

    fn at(&self, batch: usize, error: Error) -> Error {
        Error::Step {
            epoch: self.number,
            batch,
            source: Box::new(error),
        }
    }
}

/// Returns the weight of a batch's loss in an epoch: the number of rows for a mean, 1 for a sum.
pub(crate) fn weight(reduction: Reduction, rows: usize) -> f64 {
    match reduction {
        Reduction::Sum => 1.0,
        Reduction::Mean | Reduction::BatchMean => rows as f64,
    }
}
