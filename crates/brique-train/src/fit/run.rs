//! The beginning and the end of a training.

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_optim::Optimizer;
use brique_tensor::Scalar;

use super::Fit;
use super::agreement::agree;
use super::epochs::train;
use crate::progress::Progress;
use crate::source::InMemory;
use crate::{Error, ExampleSource, FitError, History, Metric, SourceSizes};

impl<T: Scalar> Fit<'_, T> {
    /// Trains `network` to minimise `loss` on `data`. If the examples of `data` have weights, the loss is the
    /// [`WeightedLoss`](brique_core::WeightedLoss).
    ///
    /// # Errors
    ///
    /// * Before the first epoch: if an option is invalid or there are no examples; if the validation set has other
    ///   columns than `data`, or the network, the loss or a metric cannot evaluate it.
    /// * If a checkpoint cannot be written or read, or is that of another training; if an evaluation fails.
    /// * If a step fails, for example because a gradient is NaN or infinite. The error of a step contains its epoch and
    ///   batch.
    ///
    /// The error contains the history of the completed epochs. After an error, the network has the parameters of the
    /// last completed step.
    ///
    /// A step that makes a parameter NaN or infinite is not completed, either. This is found out at the end of its epoch
    /// or by the next step: then the fit goes back to the beginning of the epoch, of which it keeps a copy, and repeats
    /// the steps before the one that failed. No checkpoint contains such a parameter.
    ///
    /// The optimiser gets its original learning rate back, after an error too.
    pub fn run(
        self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        data: &Dataset<T>,
    ) -> Result<History, FitError> {
        self.run_with(network, loss, optimizer, &mut InMemory::new(data), Some(data))
    }

    /// Trains `network` as [`run`](Self::run) does, on examples that `source` gives one batch at a time. Metrics need a
    /// validation set.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); if there are metrics, but no validation set; if the source returns an error.
    pub fn run_on(
        self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        source: &mut dyn ExampleSource<T>,
    ) -> Result<History, FitError> {
        self.run_with(network, loss, optimizer, source, None)
    }

    fn run_with(
        mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        source: &mut dyn ExampleSource<T>,
        data: Option<&Dataset<T>>,
    ) -> Result<History, FitError> {
        let base_rate = optimizer.learning_rate();
        let sizes = source.sizes();
        let begun = self
            .check(network, loss, sizes, data.is_some())
            .and_then(|()| self.begin(network, loss, optimizer, sizes));
        let begun = agree(self.strategy.as_deref_mut(), begun);
        let mut progress = begun.map_err(|error| FitError::new(error, History::new(self.criterion)))?;
        let trained = train(&mut self, network, loss, optimizer, source, data, &mut progress);
        let restored = optimizer.set_learning_rate(base_rate).map_err(Error::from);
        match trained.and(restored) {
            Ok(()) => Ok(progress.history),
            Err(error) => Err(FitError::new(error, progress.history)),
        }
    }

    /// Returns the progress from which the training continues: that of the newest checkpoint, or none.
    fn begin(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        sizes: SourceSizes,
    ) -> Result<Progress<T>, Error> {
        let beginning = Progress::new(optimizer.learning_rate(), self.criterion);
        let Some(checkpoints) = &self.checkpoints else {
            return Ok(beginning);
        };
        let options = self.options(loss, optimizer, sizes, &beginning);
        let metrics: Vec<&'static str> = self.metrics.iter().map(Metric::name).collect();
        let record = (self.criterion, metrics.as_slice());
        let Some(progress) = checkpoints.resume(&options, network, optimizer, record)? else {
            return Ok(beginning);
        };
        if let Some(state) = progress.plateau
            && let Some(plateau) = self.plateau.take()
        {
            self.plateau = Some(plateau.with_state(state)?);
        }
        Ok(progress)
    }
}
