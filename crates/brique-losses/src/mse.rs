//! The mean squared error.

use std::fmt;

use brique_core::{Loss, Reduction};
use brique_tensor::{Matrix, Scalar};

use crate::elementwise::{self, Elementwise};
use crate::options::reduction_option;

/// Computes the squared error `Σ (y − ŷ)² / d`. Its gradient is `∂/∂ŷ = −2·(y − ŷ) / d`.
///
/// The [`Reduction`] gives the divisor d: n·m for `Mean` (PyTorch's `MSELoss`), n for `BatchMean` (the report's loss,
/// for targets of any width), 1 for `Sum`. `per_example` is the course's vector ‖y − ŷ‖², before any division.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m). Nothing is broadcast: (n, 1) against (1, n) is an error, and a target with one
/// dimension does not compile:
///
/// ```compile_fail,E0308
/// use brique_core::Loss;
/// use brique_losses::MSELoss;
/// use brique_tensor::ndarray::array;
///
/// MSELoss::new().forward(&array![1.0, 2.0], &array![[1.0], [2.0]]);
/// ```
///
/// # Errors
///
/// If the shapes differ, or the reduction is a mean and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::{MSELoss, Reduction};
/// use brique_tensor::ndarray::array;
///
/// let (y, yhat) = (array![[0.0, 0.0], [0.0, 0.0]], array![[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(MSELoss::new().with_reduction(Reduction::Mean).forward(&y, &yhat)?, 7.5);
/// assert_eq!(MSELoss::new().with_reduction(Reduction::BatchMean).forward(&y, &yhat)?, 15.0);
/// assert_eq!(MSELoss::new().with_reduction(Reduction::Sum).forward(&y, &yhat)?, 30.0);
/// assert_eq!(MSELoss::new().per_example(&y, &yhat)?, array![5.0, 25.0]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the report, 3.1. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MSELoss {
    reduction: Reduction,
}

impl MSELoss {
    reduction_option!();
}

impl<T: Scalar> Loss<T> for MSELoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    elementwise::kernels!(MSELoss);
}

impl Elementwise for MSELoss {
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, yhat| {
            let residual = y - yhat;
            residual * residual
        }
    }

    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, yhat| {
            let residual = yhat - y;
            residual + residual
        }
    }
}

impl fmt::Display for MSELoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MSELoss({})", self.reduction)
    }
}
