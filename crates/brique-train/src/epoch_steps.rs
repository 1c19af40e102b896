//! The steps of one epoch.

use brique_core::{Loss, Module};
use brique_optim::Optimizer;
use brique_tensor::Scalar;

use crate::beginning::{Beginning, has_finite_parameters};
use crate::origin::parameter;
use crate::{Error, ExampleSource, Examples, NotFinite, Stepper, Strategy};

/// What the steps of one epoch need.
pub(crate) struct EpochSteps<'a, T: Scalar> {
    /// The number of the epoch, from 0.
    pub(crate) number: usize,
    pub(crate) network: &'a mut dyn Module<T>,
    pub(crate) loss: &'a dyn Loss<T>,
    pub(crate) optimizer: &'a mut dyn Optimizer<T>,
    pub(crate) stepper: &'a mut Stepper<T>,
    pub(crate) source: &'a mut dyn ExampleSource<T>,
    /// The number of examples of a batch. The last one can have fewer.
    pub(crate) batch: usize,
    /// The number of examples of the epoch.
    pub(crate) examples: usize,
    pub(crate) strategy: Option<&'a mut dyn Strategy<T>>,
    /// The learning rate, before the schedule multiplies it.
    pub(crate) rate: f64,
    /// Returns the factor of the schedule for the step with this number, counted from 0 over the whole training.
    pub(crate) factor: &'a dyn Fn(u64) -> f64,
}

impl<T: Scalar> EpochSteps<'_, T> {
    /// Makes the step for a batch and returns its loss and its number of rows.
    pub(crate) fn step(&mut self, batch: usize) -> Result<(f64, usize), Error> {
        let factor = (self.factor)(self.stepper.steps());
        let changed = self.optimizer.set_learning_rate(self.rate * factor);
        changed.map_err(|error| Error::in_step(self.number, batch, error.into()))?;
        let first = batch * self.batch;
        let rows = self.batch.min(self.examples - first);
        let needed = self
            .strategy
            .as_ref()
            .map_or(0..rows, |strategy| strategy.needed(rows));
        let needed = first + needed.start..first + needed.end;
        let examples = match self.source.batch(first..first + rows, needed) {
            Ok(examples) => examples,
            Err(error) => {
                if let Some(strategy) = &mut self.strategy {
                    strategy.fail(&error.to_string());
                }
                return Err(Error::in_step(self.number, batch, error));
            }
        };
        let Examples { x, y, weights, .. } = &examples;
        let (stepper, network, optimizer) = (&mut *self.stepper, &mut *self.network, &mut *self.optimizer);
        let value = match (&mut self.strategy, weights) {
            (Some(strategy), _) => stepper.step_with(*strategy, network, self.loss, optimizer, &examples),
            (None, None) => stepper.step(network, self.loss, optimizer, x, y),
            (None, Some(weights)) => stepper.step_weighted(network, self.loss, optimizer, x, y, weights),
        };
        let value = value.map_err(|error| Error::in_step(self.number, batch, error))?;
        Ok((value.as_f64(), rows))
    }

    /// Returns an error if a step since `beginning`, which was before the batch `first`, made a parameter NaN or
    /// infinite. The network has the parameters before that step then.
    pub(crate) fn check_parameters(&mut self, beginning: &Beginning<T>, first: usize) -> Result<(), Error> {
        if has_finite_parameters(self.network) {
            return Ok(());
        }
        self.repeat_to_the_last_finite(beginning, first)
    }

    /// Goes back to the beginning and repeats the steps up to the one that makes a parameter NaN or infinite. Returns the
    /// error of this step, after taking it back.
    ///
    /// A check after each step would make every training slower; this makes only one epoch slower, which fails anyway.
    #[cold]
    fn repeat_to_the_last_finite(&mut self, beginning: &Beginning<T>, first: usize) -> Result<(), Error> {
        let steps_made = self.stepper.steps();
        beginning.restore(self.network, self.optimizer, self.stepper)?;
        let mut last = beginning.clone();
        let mut batch = first;
        while self.stepper.steps() < steps_made {
            self.step(batch)?;
            if let Some(module) = parameter(self.network) {
                last.restore(self.network, self.optimizer, self.stepper)?;
                let error = Error::NotFinite(NotFinite::Parameter { module });
                return Err(Error::in_step(self.number, batch, error));
            }
            last.refresh(self.network, self.optimizer, self.stepper);
            batch += 1;
        }
        Ok(())
    }

    /// Returns the number of batches of the epoch.
    pub(crate) fn batches(&self) -> usize {
        self.examples.div_ceil(self.batch)
    }
}
