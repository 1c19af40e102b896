//! The parts of exponentials and logarithms that depend on the type of number: polynomials, and powers of two as bits.

use num_traits::Float;

use crate::simd::Simd;

/// A type of number whose exponential and logarithm are computed without a branch, so that they can be vectorized.
///
/// Polynomials are evaluated by Horner's rule, separately for the even and the odd powers: the chain of additions is
/// half as long, and there are no more additions.
pub trait Exponential: Sized {
    /// `1.5·2^m` with m the number of bits of the fraction.
    ///
    /// Adding it to a number rounds the number to the nearest integer and leaves this integer in the last bits of the
    /// sum.
    #[doc(hidden)]
    const ROUND: Self;

    /// ln 2 as the sum of two numbers, the first of which is ln 2 rounded to the nearest.
    #[doc(hidden)]
    const LN_2: [Self; 2];

    /// ln 2 as the sum of two numbers, the first of which has so few digits that its product with an exponent is exact.
    #[doc(hidden)]
    const LN_2_OF_FEW_DIGITS: [Self; 2];

    /// For x up to this number, `4·e^x` is rounded to 0.
    #[doc(hidden)]
    const LOWEST_POWER: Self;

    /// For x from this number on, `e^x` is infinite.
    #[doc(hidden)]
    const HIGHEST_POWER: Self;

    /// For x up to this number, `1 + e^x` is rounded to 1.
    #[doc(hidden)]
    const LOWEST_BESIDE_ONE: Self;

    /// Multiplying a subnormal number by `2^SCALE` makes it normal, with all its digits.
    #[doc(hidden)]
    const SCALE: i32;

    /// Returns `(e^r − 1 − r) / r²` for r within ±0.3466, with `square` = r².
    #[doc(hidden)]
    fn exponential_tail<S: Simd>(simd: S, r: Self, square: Self) -> Self;

    /// Returns `(ln((2 + f) / (2 − f)) − f) / f³` for f within ±0.4, with `square` = f².
    #[doc(hidden)]
    fn logarithm_tail<S: Simd>(simd: S, square: Self) -> Self;

    /// Returns `2^(n + more)` for `rounded` = `n + ROUND`.
    #[doc(hidden)]
    fn power_of_two(rounded: Self, more: i32) -> Self;

    /// Returns `(k, 2^−k)` with `x·2^−k` in [0.75, 1.5), for x from 0.75 on.
    #[doc(hidden)]
    fn binary_order(x: Self) -> (Self, Self);
}

impl Exponential for f32 {
    const ROUND: Self = 12_582_912.0;
    const LN_2: [Self; 2] = [std::f32::consts::LN_2, -1.904_654_2e-9];
    const LN_2_OF_FEW_DIGITS: [Self; 2] = [0.693_145_75, 1.428_606_8e-6];
    const LOWEST_POWER: Self = -108.0;
    const HIGHEST_POWER: Self = 89.0;
    const LOWEST_BESIDE_ONE: Self = -20.0;
    const SCALE: i32 = 64;

    /// Minimax polynomial by Remez' algorithm: the relative error of `e^r − 1` is at most 1.5e-8.
    #[inline(always)]
    fn exponential_tail<S: Simd>(simd: S, r: Self, square: Self) -> Self {
        let even = polynomial(simd, [0.001_394_600_3, 0.041_666_29, 0.5], square);
        let odd = polynomial(simd, [0.008_366_345, 0.166_665_45], square);
        simd.multiply_add(odd, r, even)
    }

    /// Minimax polynomial by Remez' algorithm: the relative error of the logarithm is at most 3e-9.
    #[inline(always)]
    fn logarithm_tail<S: Simd>(simd: S, square: Self) -> Self {
        polynomial(simd, [0.002_372_010_4, 0.012_486_803, 0.083_333_686], square)
    }

    #[inline(always)]
    fn power_of_two(rounded: Self, more: i32) -> Self {
        let exponent = (127 + more).cast_unsigned() << 23;
        Self::from_bits((rounded.to_bits() << 23).wrapping_add(exponent))
    }

    #[inline(always)]
    fn binary_order(x: Self) -> (Self, Self) {
        const TWO_TO_23: f32 = 8_388_608.0;
        let k = x.to_bits().wrapping_sub(0.75_f32.to_bits()) >> 23;
        (
            Self::from_bits(TWO_TO_23.to_bits().wrapping_add(k)) - TWO_TO_23,
            Self::from_bits(1.0_f32.to_bits().wrapping_sub(k << 23)),
        )
    }
}

impl Exponential for f64 {
    const ROUND: Self = 6_755_399_441_055_744.0;
    const LN_2: [Self; 2] = [std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17];
    const LN_2_OF_FEW_DIGITS: [Self; 2] = [0.693_147_180_559_890_3, 5.497_923_018_708_371e-14];
    const LOWEST_POWER: Self = -750.0;
    const HIGHEST_POWER: Self = 710.0;
    const LOWEST_BESIDE_ONE: Self = -40.0;
    const SCALE: i32 = 128;

    /// Minimax polynomial by Remez' algorithm: the relative error of `e^r − 1` is at most 2.1e-17.
    #[inline(always)]
    fn exponential_tail<S: Simd>(simd: S, r: Self, square: Self) -> Self {
        let even = polynomial(
            simd,
            [
                2.762_554_228_746_117e-7,
                2.480_150_669_860_682e-5,
                0.001_388_888_893_016_54,
                0.041_666_666_666_582_08,
                0.500_000_000_000_000_4,
            ],
            square,
        );
        let odd = polynomial(
            simd,
            [
                2.511_396_516_627_407_8e-8,
                2.755_722_967_846_079_7e-6,
                1.984_126_990_094_420_1e-4,
                0.008_333_333_333_315_637,
                0.166_666_666_666_666_85,
            ],
            square,
        );
        simd.multiply_add(odd, r, even)
    }

    /// Minimax polynomial by Remez' algorithm: the relative error of the logarithm is at most 1.6e-17.
    #[inline(always)]
    fn logarithm_tail<S: Simd>(simd: S, square: Self) -> Self {
        let fourth = square * square;
        let even = polynomial(
            simd,
            [
                4.690_422_437_071_871e-6,
                8.880_061_014_730_519e-5,
                0.002_232_142_921_714_422_6,
                0.083_333_333_333_340_92,
            ],
            fourth,
        );
        let odd = polynomial(
            simd,
            [
                1.861_573_560_636_085e-5,
                4.340_261_383_719_769e-4,
                0.012_499_999_998_795_901,
            ],
            fourth,
        );
        simd.multiply_add(odd, square, even)
    }

    #[inline(always)]
    fn power_of_two(rounded: Self, more: i32) -> Self {
        let exponent = u64::from((1023 + more).cast_unsigned()) << 52;
        Self::from_bits((rounded.to_bits() << 52).wrapping_add(exponent))
    }

    #[inline(always)]
    fn binary_order(x: Self) -> (Self, Self) {
        const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
        let k = x.to_bits().wrapping_sub(0.75_f64.to_bits()) >> 52;
        (
            Self::from_bits(TWO_TO_52.to_bits().wrapping_add(k)) - TWO_TO_52,
            Self::from_bits(1.0_f64.to_bits().wrapping_sub(k << 52)),
        )
    }
}

/// Returns the polynomial in x with these coefficients, that of the highest power first.
#[inline(always)]
fn polynomial<S: Simd, T: Float, const N: usize>(simd: S, coefficients: [T; N], x: T) -> T {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = simd.multiply_add(sum, x, coefficient);
    }
    sum
}
