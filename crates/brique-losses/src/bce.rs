//! The binary cross-entropy of probabilities.

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::checks::{check_numbers, check_targets};
use crate::elementwise::{self, Elementwise};
use crate::options::reduction_option;
use crate::probabilities;

/// The smallest value of the logarithms: with it, a probability of 0 or 1 has a finite loss.
const LOWEST_LOGARITHM: f64 = -100.0;

/// The smallest value of the denominator of the gradient.
const SMALLEST_VARIANCE: f64 = 1e-12;

/// Computes the binary cross-entropy `−Σ [y·ln ŷ + (1 − y)·ln(1 − ŷ)] / d` of probabilities ŷ. Its gradient is
/// `(ŷ − y) / (ŷ·(1 − ŷ)) / d`.
///
/// As in the course and in PyTorch, both logarithms are clipped to at least −100, and `ŷ·(1 − ŷ)` to at least 10⁻¹².
/// For ŷ from 10⁻¹² to 1 − 10⁻¹², the gradient is that of the loss. Outside this range it is smaller but has the right
/// sign; the gradient of a clipped logarithm would be 0.
///
/// The divisor d is n·m for `Mean`, n for `BatchMean`, 1 for `Sum`. If the probabilities are the output of a sigmoid,
/// use [`BCEWithLogitsLoss`](crate::BCEWithLogitsLoss) on its input instead: it needs no clipping.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m).
///
/// # Errors
///
/// If the shapes differ; if a target is not from 0 to 1; if a prediction is neither from 0 to 1 nor NaN; if the
/// reduction is a mean and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::BCELoss;
/// use brique_tensor::ndarray::array;
///
/// let loss = BCELoss::new();
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
    reduction_option!();
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

    fn probabilities(&self, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        probabilities::of_probabilities(self, yhat)
    }
}

impl Elementwise for BCELoss {
    /// Returns the term `−y·ln p − (1 − y)·ln(1 − p)`. Neither summand is negative.
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, p| -(y * clipped(p, libm::log)) - (T::one() - y) * clipped(-p, libm::log1p)
    }

    /// Returns the derivative `(p − y) / (p·(1 − p))`.
    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        |y, p| (p - y) / at_least(T::from_f64(SMALLEST_VARIANCE), p * (T::one() - p))
    }
}

/// Returns a logarithm of x, but at least `LOWEST_LOGARITHM`.
fn clipped<T: Scalar>(x: T, logarithm: impl Fn(f64) -> f64) -> T {
    at_least(T::from_f64(LOWEST_LOGARITHM), T::from_f64(logarithm(x.as_f64())))
}

/// Returns the larger of the two, or NaN if `number` is NaN: `max` would return the bound.
fn at_least<T: Scalar>(bound: T, number: T) -> T {
    if number < bound { bound } else { number }
}

impl fmt::Display for BCELoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BCELoss({})", self.reduction)
    }
}
