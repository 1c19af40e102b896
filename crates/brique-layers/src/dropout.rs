//! Dropout.

use std::fmt;

use brique_core::{Description, Error, Fault, Memory, Module, Shape, Step};
use brique_tensor::ndarray::Zip;
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::arithmetic::copy;

/// Computes `y = x ⊙ m / (1 − rate)`, with a mask m that is 0 with probability `rate` and otherwise 1. The backward
/// pass computes `δ_x = δ ⊙ m / (1 − rate)`.
///
/// The mask is a function of the seed, the path of the module in its network, the number of the step, the row and the
/// column. Nothing is saved between the passes: all passes of one step drop the same values. [`Module::begin_step`]
/// sets the step; a training loop calls it. Because the mask depends on the path, two dropouts with the same seed at
/// two positions of a network drop different values. A dropout outside a network uses its seed unchanged. In
/// prediction, nothing is dropped: [`Module::predict`] returns x.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Dropout;
/// use brique_layers::ndarray::{Array2, array};
///
/// let mut dropout = Dropout::new(0.5, 7)?;
/// let x = Array2::<f64>::ones((100, 100));
/// let y = dropout.forward(&x)?;
/// assert!(y.iter().all(|&y| y == 0.0 || y == 2.0));
/// assert!((y.sum() / 10_000.0 - 1.0).abs() < 0.05);
///
/// Module::<f64>::begin_step(&mut dropout, 1); // another step, another mask
/// assert_ne!(dropout.forward(&x)?, y);
/// assert_eq!(dropout.predict(&x)?, x);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Srivastava et al., 2014, scaled in training as in PyTorch's `nn.Dropout`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    rate: f64,
    seed: u64,
    step: Step,
}

impl Dropout {
    /// Creates a dropout with this rate, whose masks depend on this seed.
    ///
    /// # Errors
    ///
    /// If the rate is not in [0, 1).
    pub fn new(rate: f64, seed: u64) -> Result<Self, Error> {
        if (0.0..1.0).contains(&rate) {
            return Ok(Self {
                rate,
                seed,
                step: Step::default(),
            });
        }
        let fault = Fault::Value {
            argument: "rate".into(),
            found: rate.to_string(),
            expected: "a probability of at least 0 and below 1".into(),
        };
        Err(Error::new("Dropout", "new", fault))
    }

    /// Returns the factor of the value at this position: 0, or `1 / (1 − rate)`, which compensates for dropped values.
    fn factor<T: Scalar>(self, (row, column): (usize, usize)) -> T {
        let hash = mixed(
            mixed(self.step.seed(self.seed) ^ mixed(self.step.number()))
                ^ mixed((self.step.first_row() + row) as u64),
        ) ^ mixed(column as u64 ^ COLUMNS);
        // The upper 53 bits as a number in [0, 1).
        let uniform = (mixed(hash) >> 11) as f64 / 9_007_199_254_740_992.0;
        if uniform < self.rate {
            T::zero()
        } else {
            T::from_f64(1.0 / (1.0 - self.rate))
        }
    }
}

/// Distinguishes a column from the row with the same index.
const COLUMNS: u64 = 0x5851_F42D_4C95_7F2D;

/// Applies the finaliser of `SplitMix64`: every bit of the result depends on every bit of the number.
///
/// Source: Steele, Lea and Flood, 2014.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl<T: Scalar> Module<T> for Dropout {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        if memory.is_prediction() {
            return copy(output, input);
        }
        mask(self, input, output);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        mask(self, delta, input_delta);
    }

    fn set_step(&mut self, step: Step) {
        self.step = step;
    }

    fn description(&self) -> Description {
        Description::new("Dropout")
            .attribute("rate", self.rate)
            .detail("seed", self.seed)
    }
}

compile_once! {
    /// Writes each value, multiplied by its factor, into `masked`.
    fn mask<T: Scalar>(dropout: &Dropout, values: &Matrix<T>, masked: &mut Matrix<T>) {
        Zip::indexed(masked).and(values).for_each(|position, masked, &value| {
            *masked = value * dropout.factor(position);
        });
    }
}

impl fmt::Display for Dropout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Module::<f64>::description(self).fmt(f)
    }
}
