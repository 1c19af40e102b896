//! A training that goes on step by step.

mod typed;

use std::fmt;

use brique_datasets::Dataset;

use self::typed::TypedTraining;
use super::{Config, Dtype, Error, Examples};

/// A network and what trains it, in either type of numbers. The steps are those of
/// `Fit::new(epochs, batch).shuffle(seed).schedule_by_step(schedule)` on the training set, bit for bit.
pub(super) trait Training: fmt::Debug {
    /// Returns the number of completed steps.
    fn steps(&self) -> u64;

    /// Returns the number of completed epochs.
    fn epoch(&self) -> usize;

    /// Returns the number of completed steps of the epoch that has begun.
    fn batch(&self) -> usize;

    /// Returns the number of steps in an epoch.
    fn steps_per_epoch(&self) -> usize;

    /// Returns the loss of the last batch, before its step.
    fn last_loss(&self) -> Option<f64>;

    /// Returns the learning rate of the last step.
    fn learning_rate(&self) -> f64;

    /// Returns whether all epochs are completed.
    fn has_ended(&self) -> bool;

    /// Makes up to `most` steps, but none beyond the end of the epoch or of the training. Returns how many.
    ///
    /// # Errors
    ///
    /// If a step fails, for example because a number is NaN. The parameters are those of the last step that succeeded.
    fn run(&mut self, most: usize) -> Result<usize, Error>;

    /// Replaces the content of `parameters` by the parameters, in the order of the network. Every `f32` is an `f64` too.
    fn copy_parameters(&self, parameters: &mut Vec<f64>);

    /// Returns a digest in 16 hexadecimal digits: FNV-1a over the number of steps and the bits of all parameters, as
    /// little-endian bytes.
    fn digest(&self) -> String;
}

/// Begins the training of a configuration on this training set.
pub(super) fn begin(
    config: &Config,
    examples: &Examples,
    train: &Dataset,
) -> Result<Box<dyn Training>, Error> {
    Ok(match config.dtype {
        Dtype::Float32 => Box::new(TypedTraining::<f32>::new(config, examples.input, train.cast())?),
        Dtype::Float64 => Box::new(TypedTraining::<f64>::new(config, examples.input, train.clone())?),
    })
}
