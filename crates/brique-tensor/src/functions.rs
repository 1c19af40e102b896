//! Functions of one number, and their slopes, that keep their digits in the tails.
//!
//! Slopes are computed from the argument: `y·(1 − y)` and `1 − y²` have lost every digit where y has reached 1.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use crate::Scalar;

/// `1 / (1 + e^−x)`.
///
/// ```
/// assert_eq!(brique_tensor::sigmoid(0.0), 0.5);
/// assert_eq!(brique_tensor::sigmoid(-800.0), 0.0);
/// ```
pub fn sigmoid<T: Scalar>(x: T) -> T {
    let decay = (-x.abs()).exp();
    let numerator = if x < T::zero() { decay } else { T::one() };
    numerator / (T::one() + decay)
}

/// The slope of [`sigmoid`], `σ(x)·σ(−x)`, as `e^−|x| / (1 + e^−|x|)²`.
///
/// ```
/// assert_eq!(brique_tensor::sigmoid_slope(0.0), 0.25);
/// assert_eq!(brique_tensor::sigmoid_slope(40.0), (-40.0_f64).exp()); // 1 − σ(40) is 0 in f64
/// ```
pub fn sigmoid_slope<T: Scalar>(x: T) -> T {
    let decay = (-x.abs()).exp();
    let sum = T::one() + decay;
    decay / (sum * sum)
}

/// The slope of the hyperbolic tangent, `1 / cosh²(x)`, as `4·e^−2|x| / (1 + e^−2|x|)²`.
///
/// ```
/// assert_eq!(brique_tensor::tanh_slope(0.0), 1.0);
/// assert!(brique_tensor::tanh_slope(40.0) > 0.0); // 1 − tanh²(40) is 0 in f64
/// ```
pub fn tanh_slope<T: Scalar>(x: T) -> T {
    let four = T::from_f64(4.0);
    four * sigmoid_slope(x + x)
}

/// `ln(1 + e^x)`, as `max(x, 0) + ln(1 + e^−|x|)`. Its slope is [`sigmoid`].
///
/// ```
/// assert_eq!(brique_tensor::softplus(0.0), 2.0_f64.ln());
/// assert_eq!(brique_tensor::softplus(1000.0), 1000.0);
/// assert_eq!(brique_tensor::softplus(-100.0), (-100.0_f64).exp());
/// ```
pub fn softplus<T: Scalar>(x: T) -> T {
    // `max` would make a number of NaN.
    let positive = if x < T::zero() { T::zero() } else { x };
    positive + (-x.abs()).exp().ln_1p()
}

/// `ln Σ e^z` of some numbers, as `m + ln Σ e^(z − m)` with m the largest; −∞ of none.
///
/// ```
/// let sum = brique_tensor::log_sum_exp([1000.0, 1000.0].into_iter());
/// assert_eq!(sum, 1000.0 + 2.0_f64.ln());
/// ```
pub fn log_sum_exp<T: Scalar>(numbers: impl Iterator<Item = T> + Clone) -> T {
    let largest = largest(numbers.clone());
    if largest.is_infinite() {
        // All are −∞, or one is +∞: their difference from the largest is no number. NaN among them goes through below.
        return if numbers.clone().any(T::is_nan) {
            T::nan()
        } else {
            largest
        };
    }
    largest + numbers.map(|z| (z - largest).exp()).sum::<T>().ln()
}

/// The largest of some numbers; NaN where one is, −∞ of none.
pub fn largest<T: Scalar>(numbers: impl Iterator<Item = T>) -> T {
    numbers.fold(T::neg_infinity(), |largest, z| {
        if z > largest || z.is_nan() { z } else { largest }
    })
}

/// The density of the standard normal distribution, `e^(−x²/2) / √(2π)`.
///
/// Computed in `f64`, the rounding of x² made up for: in the tail it would cost digits.
pub fn normal_density<T: Scalar>(x: T) -> T {
    T::from_f64(density(x.as_f64()))
}

/// The distribution function of the standard normal distribution, `½·erfc(−x/√2)`.
///
/// Computed in `f64`, the rounding of x/√2 made up for: in the tail it would cost digits.
///
/// ```
/// assert_eq!(brique_tensor::normal_distribution(0.0), 0.5);
/// assert!(brique_tensor::normal_distribution(-30.0) > 0.0);
/// ```
pub fn normal_distribution<T: Scalar>(x: T) -> T {
    /// What √½ is larger than its nearest number.
    const REST_OF_ROOT: f64 = -4.833_646_656_726_457e-17;
    let x = x.as_f64();
    let z = -x * FRAC_1_SQRT_2;
    let rest = (-x).mul_add(FRAC_1_SQRT_2, -z) - x * REST_OF_ROOT;
    // d erfc(z) / dz = −2/√π · e^(−z²) = −2·√2 · density(x)
    let correction = if z.is_finite() {
        2.0 * SQRT_2 * density(x) * rest
    } else {
        0.0
    };
    T::from_f64(0.5 * (libm::erfc(z) - correction))
}

fn density(x: f64) -> f64 {
    const SCALE: f64 = 0.398_942_280_401_432_7; // 1 / √(2π)
    let square = x * x;
    let rest = if square.is_finite() {
        x.mul_add(x, -square)
    } else {
        0.0
    };
    SCALE * (-0.5 * square).exp() * (1.0 - 0.5 * rest)
}

/// `e^(a − b)`, the rounding of the difference made up for: an exponent of 300 would cost 150 units in the last place.
///
/// ```
/// assert_eq!(brique_tensor::exp_of_difference(2.0, 2.0), 1.0);
/// ```
pub fn exp_of_difference<T: Scalar>(a: T, b: T) -> T {
    let difference = a - b;
    let subtracted = a - difference;
    let rest = (a - (difference + subtracted)) + (subtracted - b);
    let power = difference.exp();
    if rest.is_finite() {
        power + power * rest
    } else {
        power
    }
}
