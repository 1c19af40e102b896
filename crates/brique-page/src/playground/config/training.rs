//! What trains the network of a configuration.

use serde::{Deserialize, Serialize};

/// The loss. Its reduction is the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Loss {
    /// The cross-entropy of the softmax of the outputs, one output a class.
    CrossEntropyLoss {
        /// The probability that is spread over all classes.
        label_smoothing: f64,
    },
    /// The cross-entropy of the sigmoid of each output.
    BCEWithLogitsLoss {},
    /// The squared error.
    MSELoss {},
    /// The absolute error.
    L1Loss {},
    /// The squared error near 0, the absolute error elsewhere.
    HuberLoss {
        /// The error at which the one becomes the other.
        delta: f64,
    },
    /// max(0, 1 − y·ŷ), for targets −1 and 1.
    HingeLoss {},
}

/// The optimiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Optimizer {
    /// Stochastic gradient descent.
    SGD {
        /// The learning rate.
        learning_rate: f64,
        /// The factor of the velocity of the step before.
        momentum: f64,
        /// Whether the momentum is Nesterov's.
        nesterov: bool,
        /// The factor of the parameters that is added to the gradients.
        weight_decay: f64,
    },
    /// Adam.
    Adam {
        /// The learning rate.
        learning_rate: f64,
        /// The decay of the mean of the gradients.
        beta_1: f64,
        /// The decay of the mean of their squares.
        beta_2: f64,
        /// The factor of the parameters that is added to the gradients.
        weight_decay: f64,
    },
    /// Adam, with the weight decay apart from the gradients.
    AdamW {
        /// The learning rate.
        learning_rate: f64,
        /// The decay of the mean of the gradients.
        beta_1: f64,
        /// The decay of the mean of their squares.
        beta_2: f64,
        /// The fraction of the parameters, times the learning rate, that is subtracted in each step.
        weight_decay: f64,
    },
    /// `RMSprop`.
    RMSprop {
        /// The learning rate.
        learning_rate: f64,
        /// The decay of the mean of the squared gradients.
        alpha: f64,
        /// The factor of the velocity of the step before.
        momentum: f64,
        /// The factor of the parameters that is added to the gradients.
        weight_decay: f64,
    },
    /// Adagrad.
    Adagrad {
        /// The learning rate.
        learning_rate: f64,
        /// How fast the learning rate decreases.
        lr_decay: f64,
        /// The factor of the parameters that is added to the gradients.
        weight_decay: f64,
    },
}

/// The factor of the learning rate at each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Schedule {
    /// 1 at each step.
    Constant {},
    /// Times `gamma` after each `every` steps.
    Step {
        /// The number of steps with the same factor.
        every: u64,
        /// The ratio of one factor to the one before.
        gamma: f64,
    },
    /// Times `gamma` after each step.
    Exponential {
        /// The ratio of one factor to the one before.
        gamma: f64,
    },
    /// From 1 down to `lowest` along half a cosine, over the whole training.
    Cosine {
        /// The last factor.
        lowest: f64,
    },
    /// Up to 1 along a line, then down to `lowest` along half a cosine.
    WarmUp {
        /// The number of steps of the line.
        steps: u64,
        /// The last factor.
        lowest: f64,
    },
    /// Up to 1 and down again along cosines, over the whole training.
    OneCycle {},
}
