//! The binary cross-entropy of logits.

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::{Matrix, Scalar, compile_once, exp, softplus};

use crate::checks::{check_targets, check_weight};
use crate::classes::weighted;
use crate::elementwise::{self, Elementwise};

/// The binary cross-entropy `Σ [w·y·softplus(−ŷ) + (1 − y)·softplus(ŷ)] / d` of logits ŷ, whose gradient is
/// `[(1 − y)·σ(ŷ) − w·y·σ(−ŷ)] / d`: plainly, with w = 1, `(σ(ŷ) − y) / d`.
///
/// It is [`BCELoss`](crate::BCELoss) behind a sigmoid, without the logarithm of a number that has become 0 or 1: no term is
/// negative, and for y = 1 the gradient is `−σ(−ŷ)`, which has its digits where `σ(ŷ) − 1` has none left.
///
/// The divisor d is n·m for `Mean`, n for `BatchMean`, 1 for `Sum`. `w` is the weight of the positive class, 1 unless
/// [`pos_weight`](Self::pos_weight) says otherwise: PyTorch's `binary_cross_entropy_with_logits`.
///
/// # Shapes
///
/// `y` and `ŷ` are (n, m) both.
///
/// # Errors
///
/// Where the shapes differ; where a target is not from 0 to 1; where a mean is asked for and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::BCEWithLogitsLoss;
/// use brique_tensor::exp;
/// use brique_tensor::ndarray::array;
///
/// let loss = BCEWithLogitsLoss::default();
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
    /// The binary cross-entropy with this reduction and w = 1.
    #[must_use]
    pub fn new(reduction: Reduction) -> Self {
        Self {
            reduction,
            pos_weight: 1.0,
        }
    }

    /// Counts what is positive `weight` times: above 1 for a rare positive class.
    ///
    /// # Errors
    ///
    /// Where it is negative, infinite or NaN.
    ///
    /// ```
    /// use brique_core::Loss;
    /// use brique_losses::BCEWithLogitsLoss;
    /// use brique_tensor::ndarray::array;
    ///
    /// let loss = BCEWithLogitsLoss::default().pos_weight(3.0)?;
    /// assert_eq!(loss.backward(&array![[1.0, 0.0]], &array![[0.0, 0.0]])?, array![[-0.75, 0.25]]);
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    pub fn pos_weight(self, weight: f64) -> Result<Self, Error> {
        check_weight("weight", weight).map_err(|fault| Error::new(self, "pos_weight", fault))?;
        Ok(Self {
            pos_weight: weight,
            ..self
        })
    }

    /// How the losses of a batch become one number.
    #[must_use]
    pub fn reduction(self) -> Reduction {
        self.reduction
    }
}

impl Default for BCEWithLogitsLoss {
    /// The mean, with w = 1.
    fn default() -> Self {
        Self::new(Reduction::default())
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
}

impl Elementwise for BCEWithLogitsLoss {
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy {
        let weight = T::from_f64(self.pos_weight);
        move |y, x| {
            // softplus(±x) = max(±x, 0) + ln(1 + e^−|x|), and that logarithm is softplus(−|x|): one for both.
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
            // σ(|x|) = 1 / (1 + e^−|x|) and σ(−|x|) = e^−|x| / (1 + e^−|x|): one exponential for both.
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
    #[expect(clippy::float_cmp, reason = "exactly 1 is no weight")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BCEWithLogitsLoss({}", self.reduction)?;
        if self.pos_weight != 1.0 {
            write!(f, ", pos weight {}", self.pos_weight)?;
        }
        write!(f, ")")
    }
}
