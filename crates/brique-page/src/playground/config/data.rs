//! The examples of a configuration.

use serde::{Deserialize, Serialize};

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
