//! The mean absolute error.

use std::fmt;

use brique_core::{Fault, Loss, Reduction};
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::checks::check_targets;
use crate::elementwise::{self, Elementwise, sign};
use crate::options::reduction_option;

/// Computes the absolute error `Σ |ŷ − y| / d`. Its gradient is `sign(ŷ − y) / d`, which is 0 if ŷ = y.
///
/// The divisor d is n·m for `Mean` (PyTorch's `L1Loss`), n for `BatchMean`, 1 for `Sum`.
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
/// use brique_losses::L1Loss;
/// use brique_tensor::ndarray::array;
///
/// let (y, yhat) = (array![[1.0], [2.0]], array![[4.0], [1.0]]);
/// assert_eq!(L1Loss::new().forward(&y, &yhat)?, 2.0);
/// assert_eq!(L1Loss::new().backward(&y, &yhat)?, array![[0.5], [-0.5]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Torch7's `nn.AbsCriterion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct L1Loss {
    reduction: Reduction,
}

impl L1Loss {
    reduction_option!();
}

impl<T: Scalar> Loss<T> for L1Loss {
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

    elementwise::kernels!(L1Loss);
}

impl Elementwise for L1Loss {
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, yhat| (yhat - y).abs()
    }

    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, yhat| sign(yhat - y)
    }
}

impl fmt::Display for L1Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L1Loss({})", self.reduction)
    }
}
