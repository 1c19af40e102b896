//! Linear data with noise, which a linear layer can learn.

use brique_random::RandomSource;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::checks::{check_finite, check_not_negative};
use crate::memory::check_memory;
use crate::{Dataset, Error};

/// Targets that are linear in their inputs, plus noise: `y = x · weights + bias + noise · N(0, 1)`.
///
/// ```
/// use brique_datasets::LinearProblem;
/// use brique_random::portable;
/// use brique_tensor::ndarray::array;
///
/// let problem = LinearProblem { weights: vec![2.0, -1.0], bias: 5.0, noise: 0.0 };
/// let data = problem.dataset(array![[1.0, 0.0], [0.0, 1.0]], &mut portable(1))?;
/// assert_eq!(data.targets(), array![[7.0], [4.0]]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProblem {
    /// One weight for each column of the inputs.
    pub weights: Vec<f64>,
    /// The constant that is added to every target.
    pub bias: f64,
    /// The standard deviation of the noise.
    pub noise: f64,
}

impl LinearProblem {
    /// Creates a data set of these inputs, of shape (n, weights), with noisy targets of shape (n, 1). The noise is
    /// drawn row by row.
    ///
    /// # Errors
    ///
    /// If the inputs do not have one column per weight, a weight or the bias is not finite, the noise is negative, or
    /// memory cannot hold the targets; nothing is drawn then.
    pub fn dataset(&self, inputs: Array2<f64>, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
        self.check(&inputs)?;
        Ok(self.dataset_of_fitting(inputs, rng))
    }

    fn check(&self, inputs: &Matrix) -> Result<(), Error> {
        if inputs.ncols() != self.weights.len() {
            return Err(Error::Columns {
                what: "the inputs",
                found: inputs.ncols(),
                expected: self.weights.len(),
                reason: "one for each weight of the linear problem",
            });
        }
        if let Some(index) = self.weights.iter().position(|weight| !weight.is_finite()) {
            let found = format!("{} at index {index}", self.weights[index]);
            let expected = "finite numbers";
            return Err(Error::Parameter {
                function: "LinearProblem",
                parameter: "weights",
                found,
                expected,
            });
        }
        check_finite("LinearProblem", "bias", self.bias)?;
        check_not_negative("LinearProblem", "noise", self.noise)?;
        check_memory("LinearProblem", "inputs", (inputs.nrows(), 1), 1)
    }

    fn dataset_of_fitting(&self, inputs: Array2<f64>, rng: &mut dyn RandomSource) -> Dataset {
        let exact = |row: usize| -> f64 {
            inputs
                .row(row)
                .iter()
                .zip(&self.weights)
                .map(|(x, weight)| x * weight)
                .sum::<f64>()
                + self.bias
        };
        let targets = Array2::from_shape_fn((inputs.nrows(), 1), |(row, _)| {
            exact(row) + rng.normal(0.0, self.noise)
        });
        Dataset::of_equal_lengths(inputs, targets)
    }
}

/// Generates the report's line: `y = 3x + 4 + 2·N(0, 1)` at 100 points from 0 to 10.
#[must_use]
pub fn line(rng: &mut dyn RandomSource) -> Dataset {
    let problem = LinearProblem {
        weights: vec![3.0],
        bias: 4.0,
        noise: 2.0,
    };
    let points = linspace(0.0, 10.0, 100);
    let inputs = Array2::from_shape_fn((points.len(), 1), |(row, _)| points[row]);
    problem.dataset_of_fitting(inputs, rng)
}

/// Generates the report's plane: `y = 3x₁ + 1.5x₂ − 2x₃ + 4 + 0.5·N(0, 1)` at 100 points drawn from [ 0, 1)³.
#[must_use]
pub fn plane(rng: &mut dyn RandomSource) -> Dataset {
    let problem = LinearProblem {
        weights: vec![3.0, 1.5, -2.0],
        bias: 4.0,
        noise: 0.5,
    };
    let inputs = Array2::from_shape_simple_fn((100, 3), || rng.uniform(0.0, 1.0));
    problem.dataset_of_fitting(inputs, rng)
}

/// Returns `n` equally spaced numbers from `start` to `stop`, both included, rounded as by NumPy's `linspace`.
///
/// # Panics
///
/// If memory cannot address `n` numbers, as [`Vec::with_capacity`].
///
/// ```
/// use brique_datasets::linspace;
///
/// assert_eq!(linspace(0.0, 1.0, 5), [0.0, 0.25, 0.5, 0.75, 1.0]);
/// assert_eq!(linspace(3.0, 9.0, 1), [3.0]);
/// ```
#[must_use]
pub fn linspace(start: f64, stop: f64, n: usize) -> Vec<f64> {
    let steps = n.saturating_sub(1);
    let step = (stop - start) / steps as f64;
    let point = |i: usize| match i {
        0 => start,
        i if i == steps => stop,
        i => i as f64 * step + start,
    };
    (0..n).map(point).collect()
}
