//! The two types of number.

use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;

use ndarray::{LinalgScalar, ScalarOperand};
use num_traits::{Float, NumAssign};

use crate::exponential::Exponential;
use crate::kernels::Kernels;
use crate::simd_number::SimdNumber;

/// A floating-point number: `f32` for speed, `f64` for results that agree with NumPy to the last digit.
///
/// The trait is sealed by a supertrait that no other crate can name. Kernels can rely on exactly these two types.
///
/// ```
/// use brique_tensor::Scalar;
///
/// fn mean<T: Scalar>(values: &[T]) -> T {
///     values.iter().copied().sum::<T>() / T::from_usize(values.len())
/// }
///
/// assert_eq!(mean(&[1.0_f32, 2.0]), 1.5);
/// assert_eq!(f32::NAME, "f32");
/// ```
pub trait Scalar:
    Float
    + NumAssign
    + LinalgScalar
    + ScalarOperand
    + Sum
    + Debug
    + Display
    + LowerExp
    + Default
    + Send
    + Sync
    + SimdNumber
    + Kernels
    + Exponential
{
    /// The type's name, `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// Returns the nearest number of this type.
    #[must_use]
    fn from_f64(value: f64) -> Self;

    /// Returns the nearest number of this type.
    #[must_use]
    fn from_usize(value: usize) -> Self;

    /// Returns the same number as `f64`, exactly.
    #[must_use]
    fn as_f64(self) -> f64;
}

impl Scalar for f32 {
    const NAME: &'static str = "f32";

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the conversion rounds to f32 on purpose"
    )]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    fn from_usize(value: usize) -> Self {
        value as Self
    }

    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    const NAME: &'static str = "f64";

    fn from_f64(value: f64) -> Self {
        value
    }

    fn from_usize(value: usize) -> Self {
        value as Self
    }

    fn as_f64(self) -> f64 {
        self
    }
}
