//! Everything that determines a training of the playground: its data, network, loss, optimiser and seeds.

mod data;
mod dtype;
mod network;
mod training;

use serde::{Deserialize, Serialize};

pub use self::data::{Data, Function, Task};
pub use self::dtype::Dtype;
pub use self::network::{Init, Module};
pub use self::training::{Loss, Optimizer, Schedule};

use super::Error;

/// Everything that determines a training. Its JSON is what a link of the playground contains: the same JSON gives the
/// same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The examples.
    pub data: Data,
    /// The fraction of the examples in the test set, in [0, 1).
    pub test_fraction: f64,
    /// The modules, from the input to the output.
    pub network: Vec<Module>,
    /// How weights and biases are drawn.
    pub init: Init,
    /// The loss.
    pub loss: Loss,
    /// The optimiser.
    pub optimizer: Optimizer,
    /// The factor of the learning rate at each step.
    pub schedule: Schedule,
    /// The largest 2-norm of all gradients together; without it, gradients are not clipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// The number of examples of a step.
    pub batch: usize,
    /// The number of epochs after which the training ends. Schedules that span the training need it.
    pub epochs: usize,
    /// The seed of the split, the initial weights, the order of the batches and dropout.
    pub seed: u64,
    /// The type of the numbers of the training. A configuration without it has 64 bits.
    #[serde(default, skip_serializing_if = "Dtype::is_default")]
    pub dtype: Dtype,
}

impl Config {
    /// Reads a configuration from its JSON.
    ///
    /// # Errors
    ///
    /// If the text is not the JSON of a configuration.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Ok(serde_json::from_str(text)?)
    }

    /// Returns the configuration as JSON: the same text for the same configuration.
    ///
    /// # Errors
    ///
    /// None in practice: every configuration has a JSON.
    pub fn to_json(&self) -> Result<String, Error> {
        Ok(serde_json::to_string(self)?)
    }
}
