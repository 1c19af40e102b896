//! Functions of one number and their derivatives, accurate in the tails.
//!
//! Derivatives are computed from the argument: `y·(1 − y)` and `1 − y²` have no correct digit if y is rounded to 1.

use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::{Scalar, compile_once, inlined};

/// Functions of [`inlined`](crate::inlined), called at the current SIMD level.
macro_rules! dispatched {
    ($($(#[$documentation:meta])* $name:ident($($x:ident),*);)*) => {$(
        compile_once! {
            $(#[$documentation])*
            #[must_use]
            pub fn $name<T: Scalar>($($x: T),*) -> T {
                struct Call<T> {
                    $($x: T),*
                }

                impl<T: Scalar> Work for Call<T> {
                    type Output = T;

                    #[inline(always)]
                    fn run<S: Simd>(self, simd: S) -> T {
                        inlined::$name(simd, $(self.$x),*)
                    }
                }

                dispatch(Call { $($x),* })
            }
        }
    )*};
}

dispatched! {
    /// Returns `e^x`.
    ///
    /// ```
    /// assert_eq!(brique_tensor::exp(0.0), 1.0);
    /// assert_eq!(brique_tensor::exp(1000.0), f64::INFINITY);
    /// ```
    exp(x);

    /// Returns `e^x − 1`, with all its digits near 0.
    ///
    /// ```
    /// assert_eq!(brique_tensor::exp_m1(1e-20), 1e-20);
    /// ```
    exp_m1(x);

    /// Returns `e^(a − b)`, corrected for the rounding error of the difference.
    ///
    /// Without the correction, the error at an exponent of 300 would be 150 units in the last place.
    ///
    /// ```
    /// assert_eq!(brique_tensor::exp_of_difference(2.0, 2.0), 1.0);
    /// ```
    exp_of_difference(a, b);

    /// Returns `ln(1 + x)`, with all its digits near 0, for x from 0 to a quarter of the largest number.
    ///
    /// ```
    /// assert_eq!(brique_tensor::ln_1p_of_positive(1e-20), 1e-20);
    /// ```
    ln_1p_of_positive(x);

    /// Returns the hyperbolic tangent, `(e^2x − 1) / (e^2x + 1)`. Its derivative is [`tanh_derivative`].
    ///
    /// ```
    /// assert_eq!(brique_tensor::tanh(-1e-20), -1e-20);
    /// assert_eq!(brique_tensor::tanh(40.0), 1.0);
    /// ```
    tanh(x);

    /// Returns the derivative of the hyperbolic tangent, `1 / cosh²(x)`, as `4·e^−2|x| / (1 + e^−2|x|)²`.
    ///
    /// ```
    /// assert_eq!(brique_tensor::tanh_derivative(0.0), 1.0);
    /// assert!(brique_tensor::tanh_derivative(40.0) > 0.0); // 1 − tanh²(40) is 0 in f64
    /// ```
    tanh_derivative(x);

    /// Returns `1 / (1 + e^−x)`.
    ///
    /// ```
    /// assert_eq!(brique_tensor::sigmoid(0.0), 0.5);
    /// assert_eq!(brique_tensor::sigmoid(-800.0), 0.0);
    /// ```
    sigmoid(x);

    /// Returns the derivative of [`sigmoid`], `σ(x)·σ(−x)`, as `e^−|x| / (1 + e^−|x|)²`.
    ///
    /// ```
    /// assert_eq!(brique_tensor::sigmoid_derivative(0.0), 0.25);
    /// // 1 − σ(40) is 0 in f64.
    /// assert_eq!(brique_tensor::sigmoid_derivative(40.0), brique_tensor::exp(-40.0));
    /// ```
    sigmoid_derivative(x);

    /// Returns `ln(1 + e^x)`, as `max(x, 0) + ln(1 + e^−|x|)`. Its derivative is [`sigmoid`].
    ///
    /// ```
    /// assert_eq!(brique_tensor::softplus(0.0), 2.0_f64.ln());
    /// assert_eq!(brique_tensor::softplus(1000.0), 1000.0);
    /// assert_eq!(brique_tensor::softplus(-100.0), brique_tensor::exp(-100.0));
    /// ```
    softplus(x);

    /// Returns the density of the standard normal distribution, `e^(−x²/2) / √(2π)`.
    ///
    /// It is computed in `f64` and corrected for the rounding error of x², which would cost digits in the tail.
    normal_density(x);

    /// Returns the distribution function of the standard normal distribution, `½·erfc(−x/√2)`.
    ///
    /// It is computed in `f64` and corrected for the rounding error of x/√2, which would cost digits in the tail.
    ///
    /// ```
    /// assert_eq!(brique_tensor::normal_distribution(0.0), 0.5);
    /// assert!(brique_tensor::normal_distribution(-30.0) > 0.0);
    /// ```
    normal_distribution(x);
}

/// Returns `ln Σ e^z` over the numbers z, as `m + ln Σ e^(z − m)` with m the largest. Returns −∞ if there are no
/// numbers.
///
/// ```
/// let sum = brique_tensor::log_sum_exp([1000.0, 1000.0].into_iter());
/// assert_eq!(sum, 1000.0 + 2.0_f64.ln());
/// ```
pub fn log_sum_exp<T: Scalar>(numbers: impl Iterator<Item = T> + Clone) -> T {
    let largest = largest(numbers.clone());
    if largest.is_infinite() {
        // All are −∞, or one is +∞: the difference between infinities would be NaN. The result is NaN only if a number
        // is.
        return if numbers.clone().any(T::is_nan) {
            T::nan()
        } else {
            largest
        };
    }
    // The largest number contributes 1 to the sum.
    let sum = numbers.map(|z| exp(z - largest)).sum::<T>();
    largest + ln_1p_of_positive(sum - T::one())
}

/// Returns the largest of the numbers; NaN if one is NaN, −∞ if there are none.
pub fn largest<T: Scalar>(numbers: impl Iterator<Item = T>) -> T {
    numbers.fold(T::neg_infinity(), |largest, z| {
        if z > largest || z.is_nan() { z } else { largest }
    })
}
