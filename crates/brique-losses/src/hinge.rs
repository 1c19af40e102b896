//! The hinge loss.

use std::fmt;

use brique_core::{Fault, Loss, Reduction};
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::checks::check_targets;
use crate::elementwise::{self, Elementwise};
use crate::options::reduction_option;

/// Computes the hinge loss `Σ max(0, 1 − y·ŷ) / d` of targets ±1. Its gradient is `−y / d` if y·ŷ < 1, and 0 otherwise.
///
/// The loss of a correct prediction with a margin of at least 1 is 0. The divisor d is n·m for `Mean`, n for
/// `BatchMean`, 1 for `Sum`.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m).
///
/// # Errors
///
/// If the shapes differ; if a target is neither −1 nor 1; if the reduction is a mean and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::HingeLoss;
/// use brique_tensor::ndarray::array;
///
/// let (y, yhat) = (array![[1.0], [-1.0]], array![[3.0], [0.5]]);
/// assert_eq!(HingeLoss::new().per_example(&y, &yhat)?, array![0.0, 1.5]);
/// assert_eq!(HingeLoss::new().backward(&y, &yhat)?, array![[0.0], [0.5]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Torch7's `nn.MarginCriterion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HingeLoss {
    reduction: Reduction,
}

impl HingeLoss {
    reduction_option!();
}

impl<T: Scalar> Loss<T> for HingeLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        compile_once! {
            fn check<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
                check_targets(y, yhat, |y| y.abs() == T::one(), "-1 or 1")
            }
        }
        check(y, yhat)
    }

    elementwise::kernels!(HingeLoss);
}

impl Elementwise for HingeLoss {
    /// Returns the larger of 0 and `1 − y·ŷ`. `max` would turn NaN into 0.
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, yhat| {
            let missing = T::one() - y * yhat;
            if missing <= T::zero() { T::zero() } else { missing }
        }
    }

    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, yhat| {
            let missing = T::one() - y * yhat;
            if missing <= T::zero() {
                T::zero()
            } else if missing.is_nan() {
                missing
            } else {
                -y
            }
        }
    }
}

impl fmt::Display for HingeLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HingeLoss({})", self.reduction)
    }
}
