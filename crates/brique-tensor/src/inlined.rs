//! Functions of one number as inlined code, for use in an [`Elementwise`](crate::Elementwise).
//!
//! Each function gives the same bits as the function of the same name at the root of the crate, at the level of the
//! instruction set `simd`. No function has a branch, so LLVM can vectorize a loop over it.
//!
//! All instruction sets with fused multiply-add give the same bits, on all machines, and so do all without it.

mod power;

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use self::power::{Power, ln_2, one_and_small, power_of_two, rest_of_ln_2};
use crate::{Scalar, Simd};

/// Returns the same as [`exp`](crate::exp), inlined.
#[inline(always)]
pub fn exp<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let power = Power::of(simd, within_powers(x));
    power.times(simd, simd.multiply_add(-power.n, rest_of_ln_2(simd), power.r))
}

/// Returns the same as [`exp_m1`](crate::exp_m1), inlined.
#[inline(always)]
pub fn exp_m1<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let bounded = at_least(at_most(x, T::HIGHEST_POWER), T::LOWEST_BESIDE_ONE);
    // Half of the result, because 2^n may overflow although e^x − 1 does not.
    let half = Power::of(simd, bounded).half_beyond_one(simd);
    // Half of a subnormal number may not be representable.
    if x.abs() < T::min_positive_value() / T::epsilon() {
        x
    } else {
        half + half
    }
}

/// Returns the same as [`ln_1p_of_positive`](crate::ln_1p_of_positive), inlined.
#[inline(always)]
pub fn ln_1p_of_positive<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let (one, two) = (T::one(), T::from_f64(2.0));
    let sum = one + x;
    let added = sum - one;
    let rest = (one - (sum - added)) + (x - added);
    // 1 + x = 2^k·(1 + f), f within −¼ and ½
    let (k, shrink) = T::binary_order(sum);
    let f = simd.multiply_add(rest, shrink, simd.multiply_add(sum, shrink, -one));
    // ln(1 + f) = ln((2 + g) / (2 − g)), g within ±0.4
    let g = (f + f) / (f + two);
    let square = g * g;
    let small = simd.multiply_add(
        g * square,
        T::logarithm_tail(simd, square),
        k * rest_of_ln_2(simd),
    );
    simd.multiply_add(k, ln_2(simd), g + small)
}

/// Returns the same as [`tanh`](crate::tanh), inlined.
#[inline(always)]
pub fn tanh<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let fraction = tanh_as_fraction(simd, x);
    (fraction.numerator / fraction.denominator).copysign(x)
}

/// Returns the same as [`tanh_derivative`](crate::tanh_derivative), inlined.
///
/// The formula is `1 − t² = w·(2 − w)` with t = tanh |x| and w = 1 − t; w is computed without the subtraction.
#[inline(always)]
pub fn tanh_derivative<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let two = T::from_f64(2.0);
    let fraction = tanh_as_fraction(simd, x);
    let below_one = two / fraction.denominator;
    below_one * (two - below_one) * T::power_of_two(T::ROUND + fraction.missing_power, 0)
}

/// `tanh |x| = (E − 1) / (E + 1)` with `E = e^(2|x|)`.
struct Fraction<T> {
    numerator: T,
    denominator: T,
    /// E is limited to about 2^60. This is the exponent of the missing power of two, with its sign changed.
    missing_power: T,
}

/// Computes the part that tanh and its derivative have in common: a loop over both computes it once.
#[inline(always)]
fn tanh_as_fraction<S: Simd, T: Scalar>(simd: S, x: T) -> Fraction<T> {
    /// Adding 1 or 2 to 2^60 does not change it.
    const LARGEST_POWER: f64 = 60.0;
    let decay = Power::of(simd, at_least(x.abs() * T::from_f64(-2.0), T::LOWEST_POWER));
    let r = simd.multiply_add(-decay.n, rest_of_ln_2(simd), decay.r);
    let square = r * r;
    // e^2|x| − 1, from the parts of e^−2|x| with their signs changed
    let rest = decay.n * rest_of_ln_2(simd);
    let small = simd.multiply_add(square, T::exponential_tail(simd, -r, square), rest);
    let bounded = at_least(decay.n, T::from_f64(-LARGEST_POWER));
    let power = T::power_of_two(T::ROUND - bounded, 0);
    let large = simd.multiply_add(power, -decay.r, power - T::one());
    let numerator = simd.multiply_add(power, small, large);
    Fraction {
        numerator,
        denominator: numerator + T::from_f64(2.0),
        missing_power: decay.n - bounded,
    }
}

/// Returns the same as [`sigmoid`](crate::sigmoid), inlined.
#[inline(always)]
pub fn sigmoid<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let (large, small) = (power_of_two::<T>(T::SCALE), power_of_two::<T>(-T::SCALE));
    let numerator = power_of_negative(simd, -x.abs(), T::SCALE);
    let decay = numerator * small;
    let numerator = if x < T::zero() { numerator } else { large };
    numerator / (T::one() + decay) * small
}

/// Returns the same as [`sigmoid_derivative`](crate::sigmoid_derivative), inlined.
#[inline(always)]
pub fn sigmoid_derivative<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let small = power_of_two::<T>(-T::SCALE);
    let numerator = power_of_negative(simd, -x.abs(), T::SCALE);
    numerator / square_of_one_and(simd, numerator * small) * small
}

/// Returns the same as [`softplus`](crate::softplus), inlined.
#[inline(always)]
pub fn softplus<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    let decay = power_of_negative(simd, -x.abs(), T::SCALE) * power_of_two::<T>(-T::SCALE);
    at_least(x, T::zero()) + ln_1p_of_positive(simd, decay)
}

/// Returns the same as [`normal_density`](crate::normal_density), inlined.
#[inline(always)]
pub fn normal_density<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    T::from_f64(density(simd, x.as_f64()))
}

/// Returns the same as [`normal_distribution`](crate::normal_distribution), inlined except for the error function.
#[inline(always)]
pub fn normal_distribution<S: Simd, T: Scalar>(simd: S, x: T) -> T {
    /// The difference between √½ and its nearest number.
    const REST_OF_ROOT: f64 = -4.833_646_656_726_457e-17;
    /// From this |z| on, the density is 0, and the error of a product may be NaN.
    const ENDS: f64 = 40.0;
    let x = x.as_f64();
    let z = -x * FRAC_1_SQRT_2;
    let rest = product_error(simd, -x, FRAC_1_SQRT_2) - x * REST_OF_ROOT;
    // d erfc(z) / dz = −2/√π · e^(−z²) = −2·√2 · density(x)
    let correction = if z.abs() < ENDS {
        2.0 * SQRT_2 * density(simd, x) * rest
    } else {
        0.0
    };
    T::from_f64(0.5 * (libm::erfc(z) - correction))
}

/// Returns `a·b` minus the rounded product. The result is NaN if a factor is infinite or nearly so.
///
/// Source of the formula without fused multiply-add: Dekker, 1971.
#[inline(always)]
fn product_error<S: Simd>(simd: S, a: f64, b: f64) -> f64 {
    let product = a * b;
    if S::HAS_FUSED_MULTIPLY_ADD {
        return simd.multiply_add(a, b, -product);
    }
    let ((a_high, a_low), (b_high, b_low)) = (in_halves(a), in_halves(b));
    ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
}

/// Returns two numbers of at most 26 digits whose sum is x. Source: Veltkamp, 1968.
#[inline(always)]
fn in_halves(x: f64) -> (f64, f64) {
    const TWO_TO_27_AND_1: f64 = 134_217_729.0;
    let large = x * TWO_TO_27_AND_1;
    let high = large - (large - x);
    (high, x - high)
}

#[inline(always)]
fn density<S: Simd>(simd: S, x: f64) -> f64 {
    const SCALE: f64 = 0.398_942_280_401_432_7; // 1 / √(2π)
    let square = x * x;
    let rest = product_error(simd, x, x);
    SCALE * exp_of_sum(simd, -0.5 * square, -0.5 * rest)
}

/// Returns the same as [`exp_of_difference`](crate::exp_of_difference), inlined.
#[inline(always)]
pub fn exp_of_difference<S: Simd, T: Scalar>(simd: S, a: T, b: T) -> T {
    let (difference, rest) = difference_and_rest(a, b);
    exp_of_sum(simd, difference, rest)
}

/// Returns the same as [`exp_of_difference`], for a difference of at most 0.
#[inline(always)]
pub(crate) fn exp_of_negative_difference<S: Simd, T: Scalar>(simd: S, a: T, b: T) -> T {
    let (difference, rest) = difference_and_rest(a, b);
    let rest = if difference < T::LOWEST_POWER {
        -T::zero()
    } else {
        rest
    };
    let power = Power::of(simd, at_least(difference, T::LOWEST_POWER));
    let rest = simd.multiply_add(-power.n, rest_of_ln_2(simd), rest);
    let mantissa = one_and_small(simd, power.r + rest);
    mantissa * T::power_of_two(power.rounded, T::SCALE) * power_of_two::<T>(-T::SCALE)
}

/// Returns a − b and its rounding error.
#[inline(always)]
fn difference_and_rest<T: Scalar>(a: T, b: T) -> (T, T) {
    let difference = a - b;
    let subtracted = a - difference;
    (difference, (a - (difference + subtracted)) + (subtracted - b))
}

/// Returns `e^(x + rest)`, with `rest` the rounding error of x.
///
/// `rest` is ignored if the result is 0 or infinite for every `rest`.
#[inline(always)]
fn exp_of_sum<S: Simd, T: Scalar>(simd: S, x: T, rest: T) -> T {
    let rest = if x.abs() <= -T::LOWEST_POWER {
        rest
    } else {
        -T::zero()
    };
    let power = Power::of(simd, within_powers(x));
    power.times(
        simd,
        power.r + simd.multiply_add(-power.n, rest_of_ln_2(simd), rest),
    )
}

/// Returns x, limited to the bounds beyond which `e^x` is 0 or infinite.
#[inline(always)]
fn within_powers<T: Scalar>(x: T) -> T {
    at_least(at_most(x, T::HIGHEST_POWER), T::LOWEST_POWER)
}

/// Returns `e^x · 2^scale` for x of at most 0.
#[inline(always)]
fn power_of_negative<S: Simd, T: Scalar>(simd: S, x: T, scale: i32) -> T {
    let power = Power::of(simd, at_least(x, T::LOWEST_POWER));
    let mantissa = one_and_small(simd, simd.multiply_add(-power.n, rest_of_ln_2(simd), power.r));
    mantissa * T::power_of_two(power.rounded, scale)
}

/// Returns `(1 + e)²` for e from 0 to 1, with two roundings.
#[inline(always)]
fn square_of_one_and<S: Simd, T: Scalar>(simd: S, e: T) -> T {
    simd.multiply_add(e, e + T::from_f64(2.0), T::one())
}

/// Returns the larger of `x` and `bound`. NaN stays NaN; `max` would replace it by `bound`.
#[inline(always)]
fn at_least<T: Scalar>(x: T, bound: T) -> T {
    if x < bound { bound } else { x }
}

/// Returns the smaller of `x` and `bound`. NaN stays NaN; `min` would replace it by `bound`.
#[inline(always)]
fn at_most<T: Scalar>(x: T, bound: T) -> T {
    if x > bound { bound } else { x }
}
