//! The binary cross-entropy of probabilities.

use std::fmt;

use brique_core::{Fault, Loss, Reduction};
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::checks::{check_numbers, check_targets};
use crate::elementwise::{self, Elementwise};

/// Logarithms are clipped here, so that a probability of 0 or 1 has a finite loss.
const LOWEST_LOGARITHM: f64 = -100.0;

/// And the gradient's denominator here.
const SMALLEST_VARIANCE: f64 = 1e-12;

/// The binary cross-entropy `−Σ [y·ln ŷ + (1 − y)·ln(1 − ŷ)] / d` of probabilities ŷ, whose gradient is
/// `(ŷ − y) / (ŷ·(1 − ŷ)) / d`.
///
/// Both logarithms are at least −100, and `ŷ·(1 − ŷ)` at least 10⁻¹²: what the course and PyTorch do. So the gradient is that of
/// the loss for ŷ from 10⁻¹² to 1 − 10⁻¹²; beyond, it is smaller but points the right way, where that of a clipped logarithm
/// is 0.
///
/// The divisor d is n·m for `Mean`, n for `BatchMean`, 1 for `Sum`. Where the probabilities are those of a sigmoid,
/// [`BCEWithLogitsLoss`](crate::BCEWithLogitsLoss) on its input needs no clipping.
///
/// # Shapes
///
/// `y` and `ŷ` are (n, m) both.
///
/// # Errors
///
/// Where the shapes differ; where a target or a prediction is not from 0 to 1, a prediction that is NaN aside; where a mean is
/// asked for and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::BCELoss;
/// use brique_tensor::ndarray::array;
///
/// let loss = BCELoss::default();
/// assert_eq!(loss.forward(&array![[1.0]], &array![[0.25]])?, 4.0_f64.ln());
/// assert_eq!(loss.backward(&array![[1.0]], &array![[0.25]])?, array![[-4.0]]);
/// assert_eq!(loss.forward(&array![[1.0]], &array![[0.0]])?, 100.0);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course, the reconstruction of its auto-encoder. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct BCELoss {
    reduction: Reduction,
}

impl BCELoss {
    /// The binary cross-entropy with this reduction.
    #[must_use]
    pub fn new(reduction: Reduction) -> Self {
        Self { reduction }
    }

    /// How the losses of a batch become one number.
    #[must_use]
    pub fn reduction(self) -> Reduction {
        self.reduction
    }
}

impl<T: Scalar> Loss<T> for BCELoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        compile_once! {
            fn check<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
                let is_probability = |number: T| (T::zero()..=T::one()).contains(&number);
                check_targets(y, yhat, is_probability, "a probability from 0 to 1")?;
                check_numbers(
                    "yhat",
                    yhat,
                    |p| is_probability(p) || p.is_nan(),
                    "a probability from 0 to 1; for logits there is BCEWithLogitsLoss",
                )
            }
        }
        check(y, yhat)
    }

    elementwise::kernels!(BCELoss);
}

impl Elementwise for BCELoss {
    /// `−y·ln p − (1 − y)·ln(1 − p)`: neither summand is negative.
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, p| -(y * clipped(p.ln())) - (T::one() - y) * clipped((-p).ln_1p())
    }

    /// `(p − y) / (p·(1 − p))`.
    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, p| (p - y) / at_least(T::from_f64(SMALLEST_VARIANCE), p * (T::one() - p))
    }
}

fn clipped<T: Scalar>(logarithm: T) -> T {
    at_least(T::from_f64(LOWEST_LOGARITHM), logarithm)
}

/// The larger of the two, and NaN of NaN, which `max` would drop.
fn at_least<T: Scalar>(bound: T, number: T) -> T {
    if number < bound { bound } else { number }
}

impl fmt::Display for BCELoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BCELoss({})", self.reduction)
    }
}
