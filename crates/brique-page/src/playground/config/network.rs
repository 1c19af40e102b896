//! The network of a configuration.

use serde::{Deserialize, Serialize};

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
