//! The checks of a fit before its first epoch.

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_tensor::{Scalar, is_allocatable};

use super::{Fit, Unit};
use crate::{Error, Evaluation, Metric, SourceSizes, evaluate};

impl<T: Scalar> Fit<'_, T> {
    /// Checks the options, the number of examples, and whether the validation set can be evaluated.
    pub(super) fn check(
        &self,
        network: &dyn Module<T>,
        loss: &dyn Loss<T>,
        sizes: SourceSizes,
        is_in_memory: bool,
    ) -> Result<(), Error> {
        self.check_options(sizes, is_in_memory)?;
        if !is_in_memory && self.validation.is_none() && !self.metrics.is_empty() {
            return Err(Error::MetricsWithoutValidation);
        }
        self.check_criterion()?;
        self.check_schedule(sizes)?;
        self.validation.map_or(Ok(()), |validation| {
            self.check_validation(network, loss, sizes, validation)
        })
    }

    fn check_options(&self, sizes: SourceSizes, is_in_memory: bool) -> Result<(), Error> {
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
        if sizes.examples == 0 {
            return wrong("the number of examples", "0".to_owned(), "at least 1");
        }
        let expected = "as many as memory can address";
        // A source need not hold its order.
        let holds_order = self.shuffle.is_some() && is_in_memory;
        if holds_order && !is_allocatable::<f64>((sizes.examples, 1), 1) {
            return wrong("the number of examples", sizes.examples.to_string(), expected);
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

    fn check_schedule(&self, sizes: SourceSizes) -> Result<(), Error> {
        let Some((schedule, unit)) = &self.schedule else {
            return Ok(());
        };
        let (total, unit) = match unit {
            Unit::Epochs => (self.epochs as u64, "epochs"),
            Unit::Steps => (self.steps(sizes.examples), "steps"),
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
        sizes: SourceSizes,
        validation: &Dataset<T>,
    ) -> Result<(), Error> {
        let columns = [
            ("inputs", validation.inputs().ncols(), sizes.inputs),
            ("targets", validation.targets().ncols(), sizes.targets),
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
