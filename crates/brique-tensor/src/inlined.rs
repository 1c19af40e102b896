//! Functions of one number as inlined code, for use in loops over many numbers.
//!
//! Each function gives the same bits as the function of the same name at the root of the crate.
//! No function has a branch, so LLVM can vectorize a loop over it. Multiplications and additions are fused only by
//! `mul_add`, which rounds once on every machine, so all machines compute the same bits.
//!
//! Outside of an [`Elementwise`](crate::Elementwise), such a function is compiled for the baseline of the architecture.
//! It is slow if the baseline has no fused multiply-add; the function at the root of the crate is not.

use std::f64::consts::{FRAC_1_SQRT_2, LOG2_E, SQRT_2};

use crate::Scalar;

/// Returns the same as [`exp`](crate::exp), inlined.
#[inline(always)]
pub fn exp<T: Scalar>(x: T) -> T {
    let power = Power::of(within_powers(x));
    power.times((-power.n).mul_add(T::LN_2_REST, power.r))
}

/// Returns the same as [`exp_m1`](crate::exp_m1), inlined.
#[inline(always)]
pub fn exp_m1<T: Scalar>(x: T) -> T {
    let bounded = at_least(at_most(x, T::HIGHEST_POWER), T::LOWEST_BESIDE_ONE);
    // Half of the result, because 2^n may overflow although e^x − 1 does not.
    let half = Power::of(bounded).half_beyond_one();
    // Half of a subnormal number may not be representable.
    if x.abs() < T::min_positive_value() / T::epsilon() {
        x
    } else {
        half + half
    }
}

/// Returns the same as [`ln_1p_of_positive`](crate::ln_1p_of_positive), inlined.
#[inline(always)]
pub fn ln_1p_of_positive<T: Scalar>(x: T) -> T {
    let (one, two) = (T::one(), T::from_f64(2.0));
    let sum = one + x;
    let added = sum - one;
    let rest = (one - (sum - added)) + (x - added);
    // 1 + x = 2^k·(1 + f), f within −¼ and ½
    let (k, shrink) = T::binary_order(sum);
    let f = rest.mul_add(shrink, sum.mul_add(shrink, -one));
    // ln(1 + f) = ln((2 + g) / (2 − g)), g within ±0.4
    let g = (f + f) / (f + two);
    let square = g * g;
    let small = (g * square).mul_add(T::logarithm_tail(square), k * T::LN_2_REST);
    k.mul_add(T::LN_2, g + small)
}

/// Returns the same as [`tanh`](crate::tanh), inlined.
#[inline(always)]
pub fn tanh<T: Scalar>(x: T) -> T {
    let fraction = tanh_as_fraction(x);
    (fraction.numerator / fraction.denominator).copysign(x)
}

/// Returns the same as [`tanh_derivative`](crate::tanh_derivative), inlined.
///
/// The formula is `1 − t² = w·(2 − w)` with t = tanh |x| and w = 1 − t; w is computed without the subtraction.
#[inline(always)]
pub fn tanh_derivative<T: Scalar>(x: T) -> T {
    let two = T::from_f64(2.0);
    let fraction = tanh_as_fraction(x);
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
fn tanh_as_fraction<T: Scalar>(x: T) -> Fraction<T> {
    /// Adding 1 or 2 to 2^60 does not change it.
    const LARGEST_POWER: f64 = 60.0;
    let decay = Power::of(at_least(x.abs() * T::from_f64(-2.0), T::LOWEST_POWER));
    let r = (-decay.n).mul_add(T::LN_2_REST, decay.r);
    let square = r * r;
    // e^2|x| − 1, from the parts of e^−2|x| with their signs changed
    let rest = decay.n * T::LN_2_REST;
    let small = square.mul_add(T::exponential_tail(-r, square), rest);
    let bounded = at_least(decay.n, T::from_f64(-LARGEST_POWER));
    let power = T::power_of_two(T::ROUND - bounded, 0);
    let large = power.mul_add(-decay.r, power - T::one());
    let numerator = power.mul_add(small, large);
    Fraction {
        numerator,
        denominator: numerator + T::from_f64(2.0),
        missing_power: decay.n - bounded,
    }
}

/// Returns the same as [`sigmoid`](crate::sigmoid), inlined.
#[inline(always)]
pub fn sigmoid<T: Scalar>(x: T) -> T {
    let (large, small) = (power_of_two::<T>(T::SCALE), power_of_two::<T>(-T::SCALE));
    let numerator = power_of_negative(-x.abs(), T::SCALE);
    let decay = numerator * small;
    let numerator = if x < T::zero() { numerator } else { large };
    numerator / (T::one() + decay) * small
}

/// Returns the same as [`sigmoid_derivative`](crate::sigmoid_derivative), inlined.
#[inline(always)]
pub fn sigmoid_derivative<T: Scalar>(x: T) -> T {
    let small = power_of_two::<T>(-T::SCALE);
    let numerator = power_of_negative(-x.abs(), T::SCALE);
    numerator / square_of_one_and(numerator * small) * small
}

/// Returns the same as [`softplus`](crate::softplus), inlined.
#[inline(always)]
pub fn softplus<T: Scalar>(x: T) -> T {
    let decay = power_of_negative(-x.abs(), T::SCALE) * power_of_two::<T>(-T::SCALE);
    at_least(x, T::zero()) + ln_1p_of_positive(decay)
}

/// Returns the same as [`normal_density`](crate::normal_density), inlined.
#[inline(always)]
pub fn normal_density<T: Scalar>(x: T) -> T {
    T::from_f64(density(x.as_f64()))
}

/// Returns the same as [`normal_distribution`](crate::normal_distribution), inlined except for the error function.
#[inline(always)]
pub fn normal_distribution<T: Scalar>(x: T) -> T {
    /// The difference between √½ and its nearest number.
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

#[inline(always)]
fn density(x: f64) -> f64 {
    const SCALE: f64 = 0.398_942_280_401_432_7; // 1 / √(2π)
    let square = x * x;
    let rest = x.mul_add(x, -square);
    SCALE * exp_of_sum(-0.5 * square, -0.5 * rest)
}

/// Returns the same as [`exp_of_difference`](crate::exp_of_difference), inlined.
#[inline(always)]
pub fn exp_of_difference<T: Scalar>(a: T, b: T) -> T {
    let (difference, rest) = difference_and_rest(a, b);
    exp_of_sum(difference, rest)
}

/// Returns the same as [`exp_of_difference`], for a difference of at most 0.
#[inline(always)]
pub(crate) fn exp_of_negative_difference<T: Scalar>(a: T, b: T) -> T {
    let (difference, rest) = difference_and_rest(a, b);
    let rest = if difference < T::LOWEST_POWER {
        -T::zero()
    } else {
        rest
    };
    let power = Power::of(at_least(difference, T::LOWEST_POWER));
    let rest = (-power.n).mul_add(T::LN_2_REST, rest);
    let mantissa = one_and_small(power.r + rest);
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
fn exp_of_sum<T: Scalar>(x: T, rest: T) -> T {
    let rest = if x.abs() <= -T::LOWEST_POWER {
        rest
    } else {
        -T::zero()
    };
    let power = Power::of(within_powers(x));
    power.times(power.r + (-power.n).mul_add(T::LN_2_REST, rest))
}

/// Returns x, limited to the bounds beyond which `e^x` is 0 or infinite.
#[inline(always)]
fn within_powers<T: Scalar>(x: T) -> T {
    at_least(at_most(x, T::HIGHEST_POWER), T::LOWEST_POWER)
}

/// Returns `e^x · 2^scale` for x of at most 0.
#[inline(always)]
fn power_of_negative<T: Scalar>(x: T, scale: i32) -> T {
    let power = Power::of(at_least(x, T::LOWEST_POWER));
    let mantissa = one_and_small((-power.n).mul_add(T::LN_2_REST, power.r));
    mantissa * T::power_of_two(power.rounded, scale)
}

/// `e^x` as `2^n · e^(r − n·rest of ln 2)`, with r within ±½·ln 2.
struct Power<T> {
    n: T,
    r: T,
    /// n as [`Exponential::ROUND`](crate::exponential::Exponential::ROUND) leaves it.
    rounded: T,
}

impl<T: Scalar> Power<T> {
    #[inline(always)]
    fn of(x: T) -> Self {
        let rounded = x.mul_add(T::from_f64(LOG2_E), T::ROUND);
        let n = rounded - T::ROUND;
        // Exact: both terms are multiples of the unit in the last place of the numbers from ¼ to ½, and their
        // difference is no larger than these.
        let r = (-n).mul_add(T::LN_2, x);
        Self { n, r, rounded }
    }

    /// Returns `2^n·e^r`. The power of two is split into two factors, so that a subnormal result is rounded only once
    /// and a large result does not overflow early.
    #[inline(always)]
    fn times(&self, r: T) -> T {
        let (scale, back) = if self.n < T::zero() {
            (T::SCALE, power_of_two::<T>(-T::SCALE))
        } else {
            (-T::SCALE, power_of_two::<T>(T::SCALE))
        };
        one_and_small(r) * T::power_of_two(self.rounded, scale) * back
    }

    /// Returns `½·(e^x − 1)`.
    ///
    /// The formula is `2^n·small + (2^n·r + (2^n − 1))`: at n = 1, with the most cancellation, the outer parentheses
    /// are exact.
    #[inline(always)]
    fn half_beyond_one(&self) -> T {
        let rest = -self.n * T::LN_2_REST;
        let r = self.r + rest;
        let square = r * r;
        let small = square.mul_add(T::exponential_tail(r, square), rest);
        let scaled = T::power_of_two(self.rounded, -1);
        let large = scaled.mul_add(self.r, scaled - power_of_two::<T>(-1));
        scaled.mul_add(small, large)
    }
}

/// Returns `e^r`, for r within ±½·ln 2.
#[inline(always)]
fn one_and_small<T: Scalar>(r: T) -> T {
    let square = r * r;
    T::one() + square.mul_add(T::exponential_tail(r, square), r)
}

/// Returns `(1 + e)²` for e from 0 to 1, with two roundings.
#[inline(always)]
fn square_of_one_and<T: Scalar>(e: T) -> T {
    e.mul_add(e + T::from_f64(2.0), T::one())
}

#[inline(always)]
fn power_of_two<T: Scalar>(exponent: i32) -> T {
    T::power_of_two(T::ROUND, exponent)
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
