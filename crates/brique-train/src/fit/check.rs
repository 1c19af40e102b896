//! The checks of a fit before its first epoch.

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_tensor::{Scalar, is_allocatable};

use super::{Fit, Unit};
use crate::{Error, Evaluation, Metric, evaluate};

impl<T: Scalar> Fit<'_, T> {
    /// Checks the options, the number of examples, and whether the validation set can be evaluated.
    pub(super) fn check(
        &self,
        network: &dyn Module<T>,
        loss: &dyn Loss<T>,
        data: &Dataset<T>,
    ) -> Result<(), Error> {
        self.check_options(data)?;
        self.check_criterion()?;
        self.check_schedule(data)?;
        self.validation.map_or(Ok(()), |validation| {
            self.check_validation(network, loss, data, validation)
        })
    }

    fn check_options(&self, data: &Dataset<T>) -> Result<(), Error> {
        let wrong = |argument, found: String, expected| {
            Err(Error::Option {
                argument,
                found,
                expected,
            })
        };
        if self.batch == 0 {
            return wrong("the size of a batch", "0".to_owned(), "at least 1");
        }
        if data.is_empty() {
            return wrong("the number of examples", "0".to_owned(), "at least 1");
        }
        let expected = "as many as memory can address";
        if self.shuffle.is_some() && !is_allocatable::<f64>((data.len(), 1), 1) {
            return wrong("the number of examples", data.len().to_string(), expected);
        }
        match self.clip_norm {
            Some(norm) if !(norm > 0.0 && norm.is_finite()) => {
                wrong("clip_norm", norm.to_string(), "a finite number above 0")
            }
            _ => Ok(()),
        }
    }

    fn check_criterion(&self) -> Result<(), Error> {
        let metrics: Vec<&'static str> = self.metrics.iter().map(Metric::name).collect();
        match self.criterion.metric {
            Some(name) if !metrics.contains(&name) => Err(Error::UnknownMetric { name, metrics }),
            _ => Ok(()),
        }
    }

    fn check_schedule(&self, data: &Dataset<T>) -> Result<(), Error> {
        let Some((schedule, unit)) = &self.schedule else {
            return Ok(());
        };
        let (total, unit) = match unit {
            Unit::Epochs => (self.epochs as u64, "epochs"),
            Unit::Steps => (self.steps(data.len()), "steps"),
        };
        match schedule.rises_again(total) {
            None => Ok(()),
            Some(length) => Err(Error::ShortSchedule { length, total, unit }),
        }
    }

    /// Returns the number of steps of the whole training.
    pub(super) fn steps(&self, examples: usize) -> u64 {
        let batches = examples.div_ceil(self.batch) as u64;
        batches.saturating_mul(self.epochs as u64)
    }

    fn check_validation(
        &self,
        network: &dyn Module<T>,
        loss: &dyn Loss<T>,
        data: &Dataset<T>,
        validation: &Dataset<T>,
    ) -> Result<(), Error> {
        let columns = [
            ("inputs", validation.inputs().ncols(), data.inputs().ncols()),
            ("targets", validation.targets().ncols(), data.targets().ncols()),
        ];
        for (part, found, expected) in columns {
            if found != expected {
                return Err(Error::ValidationColumns {
                    part,
                    found,
                    expected,
                });
            }
        }
        self.evaluate_validation(network, loss, validation).map(drop)
    }

    /// Evaluates the network on the validation set; an error says so.
    pub(super) fn evaluate_validation(
        &self,
        network: &dyn Module<T>,
        loss: &dyn Loss<T>,
        validation: &Dataset<T>,
    ) -> Result<Evaluation<T>, Error> {
        evaluate(network, loss, validation, &self.metrics).map_err(|error| Error::Validation {
            source: Box::new(error),
        })
    }

    /// Returns whether the network gets the parameters of the best epoch back.
    pub(super) fn gives_best_back(&self) -> bool {
        self.keeps_best || self.patience.is_some()
    }
}
