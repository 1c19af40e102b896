//! The binary cross-entropy of logits.

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar, compile_once, exp, softplus};

use crate::checks::{check_targets, check_weight};
use crate::classes::weighted;
use crate::elementwise::{self, Elementwise};
use crate::options::reduction_option;
use crate::probabilities;

/// Computes the binary cross-entropy `Σ [w·y·softplus(−ŷ) + (1 − y)·softplus(ŷ)] / d` of logits ŷ. Its gradient is
/// `[(1 − y)·σ(ŷ) − w·y·σ(−ŷ)] / d`; with w = 1, this is `(σ(ŷ) − y) / d`.
///
/// The result is that of a sigmoid followed by [`BCELoss`](crate::BCELoss), but it is accurate for large logits too.
/// The loss does not compute the logarithm of a probability that is rounded to 0 or 1, and none of its terms is
/// negative. For y = 1 the gradient is computed as `−σ(−ŷ)`, because `σ(ŷ) − 1` would be 0 for large ŷ.
///
/// The divisor d is n·m for `Mean`, n for `BatchMean`, 1 for `Sum`. `w` is the weight of the positive class, 1 by
/// default; see [`pos_weight`](Self::pos_weight). This is PyTorch's `binary_cross_entropy_with_logits`.
/// [`probabilities`](Loss::probabilities) returns σ(ŷ).
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m).
///
/// # Errors
///
/// If the shapes differ; if a target is not from 0 to 1; if the reduction is a mean and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::BCEWithLogitsLoss;
/// use brique_tensor::exp;
/// use brique_tensor::ndarray::array;
///
/// let loss = BCEWithLogitsLoss::new();
/// assert_eq!(loss.forward(&array![[1.0]], &array![[0.0]])?, 2.0_f64.ln());
/// assert_eq!(loss.backward(&array![[1.0]], &array![[0.0]])?, array![[-0.5]]);
/// assert_eq!(loss.forward(&array![[0.0]], &array![[800.0]])?, 800.0);
/// assert_eq!(loss.backward(&array![[1.0]], &array![[100.0]])?, array![[-exp(-100.0)]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BCEWithLogitsLoss {
    reduction: Reduction,
    pos_weight: f64,
}

impl BCEWithLogitsLoss {
    reduction_option!();

    /// Sets the weight w of the positive class. Use a weight above 1 if the positive class is rare.
    ///
    /// # Errors
    ///
    /// If the weight is negative, NaN or infinite, also in `f32`.
    ///
    /// ```
    /// use brique_core::Loss;
    /// use brique_losses::BCEWithLogitsLoss;
    /// use brique_tensor::ndarray::array;
    ///
    /// let loss = BCEWithLogitsLoss::new().pos_weight(3.0)?;
    /// let gradient = loss.backward(&array![[1.0, 0.0]], &array![[0.0, 0.0]])?;
    /// assert_eq!(gradient, array![[-0.75, 0.25]]);
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    pub fn pos_weight(self, weight: f64) -> Result<Self, Error> {
        check_weight("weight", weight).map_err(|fault| Error::new(self, "pos_weight", fault))?;
        Ok(Self {
            pos_weight: weight,
            ..self
        })
    }
}

impl Default for BCEWithLogitsLoss {
    /// Creates the loss with the mean as its reduction and w = 1.
    fn default() -> Self {
        Self {
            reduction: Reduction::default(),
            pos_weight: 1.0,
        }
    }
}

impl<T: Scalar> Loss<T> for BCEWithLogitsLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        compile_once! {
            fn check<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
                check_targets(
                    y,
                    yhat,
                    |y| (T::zero()..=T::one()).contains(&y),
                    "a probability from 0 to 1",
                )
            }
        }
        check(y, yhat)
    }

    elementwise::kernels!(BCEWithLogitsLoss);

    fn probabilities(&self, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        probabilities::of_binary_logits(self, yhat)
    }
}

impl Elementwise for BCEWithLogitsLoss {
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        let weight = T::from_f64(self.pos_weight);
        move |y, x| {
            // Computes softplus(x) and softplus(−x) with a single logarithm:
            // softplus(±x) = max(±x, 0) + ln(1 + e^−|x|), where the logarithm is softplus(−|x|) in both cases.
            let common = softplus(-x.abs());
            let (of_x, of_minus_x) = if x < T::zero() {
                (T::zero(), -x)
            } else {
                (x, T::zero())
            };
            weighted(weight * y, of_minus_x + common) + weighted(T::one() - y, of_x + common)
        }
    }

    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        let weight = T::from_f64(self.pos_weight);
        move |y, x| {
            // Computes σ(x) and σ(−x) with a single exponential, up to the common denominator 1 + e^−|x|:
            // σ(|x|) = 1 / (1 + e^−|x|) and σ(−|x|) = e^−|x| / (1 + e^−|x|).
            let decay = exp(-x.abs());
            let (of_x, of_minus_x) = if x < T::zero() {
                (decay, T::one())
            } else {
                (T::one(), decay)
            };
            ((T::one() - y) * of_x - weight * y * of_minus_x) / (T::one() + decay)
        }
    }
}

impl fmt::Display for BCEWithLogitsLoss {
    #[expect(clippy::float_cmp, reason = "a weight of exactly 1 is not shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BCEWithLogitsLoss({}", self.reduction)?;
        if self.pos_weight != 1.0 {
            write!(f, ", pos weight {}", self.pos_weight)?;
        }
        write!(f, ")")
    }
}
