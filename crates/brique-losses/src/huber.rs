//! The Huber loss.

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::checks::{check_targets, value};
use crate::elementwise::{self, Elementwise, sign};
use crate::options::reduction_option;

/// Computes the Huber loss `Σ h(ŷ − y) / d`. h is a square for errors up to δ and a line for larger errors, which
/// limits the gradient of an outlier.
///
/// | | `h(e)` | its derivative |
/// |---|---|---|
/// | `\|e\| ≤ δ` | `½·e²` | `e` |
/// | `\|e\| > δ` | `δ·(\|e\| − ½·δ)` | `δ·sign(e)` |
///
/// The divisor d is n·m for `Mean`, n for `BatchMean`, 1 for `Sum`. δ is 1 unless [`delta`](Self::delta) sets it. This
/// is PyTorch's `HuberLoss`.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m).
///
/// # Errors
///
/// If the shapes differ; if a target is NaN; if the reduction is a mean and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::HuberLoss;
/// use brique_tensor::ndarray::array;
///
/// let (y, yhat) = (array![[0.0], [0.0]], array![[0.5], [-3.0]]);
/// assert_eq!(HuberLoss::new().per_example(&y, &yhat)?, array![0.125, 2.5]);
/// assert_eq!(HuberLoss::new().backward(&y, &yhat)?, array![[0.25], [-0.5]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Huber, 1964.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HuberLoss {
    reduction: Reduction,
    delta: f64,
}

impl HuberLoss {
    reduction_option!();

    /// Sets δ, the error at which the loss changes from the square to the line.
    ///
    /// # Errors
    ///
    /// If `delta` is not finite or not above 0, also in `f32`.
    ///
    /// ```
    /// use brique_core::Loss;
    /// use brique_losses::HuberLoss;
    /// use brique_tensor::ndarray::array;
    ///
    /// let loss = HuberLoss::new().delta(2.0)?;
    /// assert_eq!(loss.forward(&array![[0.0]], &array![[5.0]])?, 8.0); // 2 · (5 − 1)
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    pub fn delta(self, delta: f64) -> Result<Self, Error> {
        let rounded = <f32 as Scalar>::from_f64(delta);
        let expected = if !(delta.is_finite() && delta > 0.0) {
            "a finite number above 0"
        } else if !(rounded.is_finite() && rounded > 0.0) {
            "a number that is finite and above 0 in f32"
        } else {
            return Ok(Self { delta, ..self });
        };
        Err(Error::new(
            self,
            "delta",
            value("delta", delta.to_string(), expected),
        ))
    }
}

impl Default for HuberLoss {
    /// Creates the loss with the mean as its reduction and δ = 1.
    fn default() -> Self {
        Self {
            reduction: Reduction::default(),
            delta: 1.0,
        }
    }
}

impl<T: Scalar> Loss<T> for HuberLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        compile_once! {
            fn check<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
                check_targets(y, yhat, |y| !y.is_nan(), "a number")
            }
        }
        check(y, yhat)
    }

    elementwise::kernels!(HuberLoss);
}

impl Elementwise for HuberLoss {
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        let (delta, half) = (T::from_f64(self.delta), T::from_f64(0.5));
        move |y, yhat| {
            let distance = (yhat - y).abs();
            if distance <= delta {
                half * distance * distance
            } else {
                delta * (distance - half * delta)
            }
        }
    }

    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        let delta = T::from_f64(self.delta);
        move |y, yhat| {
            let residual = yhat - y;
            if residual.abs() <= delta {
                residual
            } else {
                delta * sign(residual)
            }
        }
    }
}

impl fmt::Display for HuberLoss {
    #[expect(clippy::float_cmp, reason = "the default of exactly 1 is not shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HuberLoss({}", self.reduction)?;
        if self.delta != 1.0 {
            write!(f, ", delta {}", self.delta)?;
        }
        write!(f, ")")
    }
}
