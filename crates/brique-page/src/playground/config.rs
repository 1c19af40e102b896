//! Everything that determines a training of the playground: its data, network, loss, optimiser and seeds.

use serde::{Deserialize, Serialize};

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
}

/// The examples, and how they are generated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Data {
    /// `gen_arti` with two Gaussians, around (1, 1) and (−1, −1).
    TwoGaussians {
        /// The number of examples.
        examples: usize,
        /// The variance of each coordinate.
        sigma: f64,
        /// The standard deviation of the noise that is added to each coordinate.
        noise: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// `gen_arti` with four Gaussians, around (±1, ±1): XOR.
    FourGaussians {
        /// The number of examples.
        examples: usize,
        /// The variance of each coordinate.
        sigma: f64,
        /// The standard deviation of the noise that is added to each coordinate.
        noise: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// `gen_arti` with a checkerboard on [−4, 4]².
    Checkerboard {
        /// The number of examples.
        examples: usize,
        /// The standard deviation of the noise that is added to each coordinate.
        noise: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// `moons`: two half circles that reach into each other.
    Moons {
        /// The number of examples.
        examples: usize,
        /// The standard deviation of the noise that is added to each coordinate.
        noise: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// `circles`: a circle around a smaller one.
    Circles {
        /// The number of examples.
        examples: usize,
        /// The standard deviation of the noise that is added to each coordinate.
        noise: f64,
        /// The radius of the inner circle, in [0, 1).
        factor: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// `blobs`: Gaussians around drawn centres, on [−10, 10]².
    Blobs {
        /// The number of examples.
        examples: usize,
        /// The number of classes.
        classes: usize,
        /// The standard deviation of each coordinate.
        deviation: f64,
        /// The seed of the centres and the examples.
        seed: u64,
    },
    /// `spirals` that wind around one another.
    Spirals {
        /// The number of examples.
        examples: usize,
        /// The number of classes, one a spiral.
        classes: usize,
        /// The standard deviation of the noise that is added to each coordinate.
        noise: f64,
        /// The number of turns of a spiral.
        turns: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// Regression: `LinearProblem` with two weights and a bias, on [−1, 1]².
    Plane {
        /// The number of examples.
        examples: usize,
        /// The weight of x₁.
        weight_1: f64,
        /// The weight of x₂.
        weight_2: f64,
        /// The bias.
        bias: f64,
        /// The standard deviation of the noise that is added to the target.
        noise: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// Regression on a function of two variables, on [−1, 1]².
    Function {
        /// The function.
        function: Function,
        /// The number of examples.
        examples: usize,
        /// The standard deviation of the noise that is added to the target.
        noise: f64,
        /// The seed of the examples.
        seed: u64,
    },
    /// `digits`: 8 × 8 pixels, divided by 16.
    Digits {
        /// The number of examples, at most 1797.
        examples: usize,
        /// The seed that chooses the examples.
        seed: u64,
    },
    /// A table of one's own. Columns are chosen by name.
    Csv {
        /// The table: comma-separated values with a header.
        text: String,
        /// The column of x₁.
        x_1: String,
        /// The column of x₂.
        x_2: String,
        /// The column of the target.
        target: String,
        /// Whether the target is a class or a number.
        task: Task,
        /// Whether inputs, and targets that are numbers, are scaled to mean 0 and deviation 1 on the training set.
        #[serde(default)]
        standardize: bool,
    },
    /// Points that were set by clicking: `[x_1, x_2, target]`.
    Points {
        /// The points.
        points: Vec<[f64; 3]>,
        /// Whether the target is a class or a number.
        task: Task,
    },
}

/// Whether the target is a class or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// The target is a class.
    Classification,
    /// The target is a number.
    Regression,
}

/// A function of two variables, on [−1, 1]².
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// x₁·x₂.
    Product,
    /// sin(π·x₁)·cos(π·x₂).
    Waves,
    /// exp(−4·(x₁² + x₂²)).
    Bell,
    /// |x₁| + |x₂|.
    Pyramid,
    /// x₁² − x₂².
    Saddle,
}

/// A module of the network. The number of its inputs follows from the module before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Module {
    /// A linear layer.
    Linear {
        /// The number of outputs.
        out: usize,
    },
    /// max(x, 0).
    ReLU {},
    /// x for x > 0, else `negative_slope`·x.
    LeakyReLU {
        /// The derivative below 0.
        negative_slope: f64,
    },
    /// x for x > 0, else `alpha`·(eˣ − 1).
    ELU {
        /// Minus the limit of the outputs for small x.
        alpha: f64,
    },
    /// tanh(x).
    Tanh {},
    /// 1 / (1 + e⁻ˣ).
    Sigmoid {},
    /// x·σ(x).
    SiLU {},
    /// x·Φ(x).
    GELU {},
    /// ln(1 + eˣ).
    Softplus {},
    /// Sets values to 0 at random in training.
    Dropout {
        /// The probability of a 0.
        rate: f64,
    },
    /// Normalises the values of an example.
    LayerNorm {},
    /// Normalises the values of groups of channels.
    GroupNorm {
        /// The number of groups.
        groups: usize,
    },
    /// Adds its input to the output of the inner modules.
    Residual {
        /// The inner modules.
        inner: Vec<Module>,
    },
    /// A convolution along both axes of an image.
    Conv2D {
        /// The number of output channels.
        channels: usize,
        /// The height and width of a window.
        kernel: usize,
        /// The distance from one window to the next.
        stride: usize,
        /// The number of zeros around the image.
        padding: usize,
    },
    /// The largest value of each window.
    MaxPool2D {
        /// The height and width of a window, and the distance from one to the next.
        kernel: usize,
    },
    /// The mean of each window.
    AvgPool2D {
        /// The height and width of a window, and the distance from one to the next.
        kernel: usize,
    },
    /// The mean of each channel.
    GlobalAvgPool {},
    /// The values of an image as one row.
    Flatten {},
}

/// How weights and biases are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Init {
    /// Weights and biases are standard normal.
    StandardNormal,
    /// As PyTorch: uniform, with the bound 1/√in.
    PyTorch,
    /// Uniform, with the bound √(6 / (in + out)).
    XavierUniform,
    /// Normal, with the variance 2 / (in + out).
    XavierNormal,
    /// Uniform, with the bound √(6 / in).
    HeUniform,
    /// Normal, with the variance 2 / in.
    HeNormal,
}

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
