//! Powers of e, split into a power of two and a factor near 1.

use std::f64::consts::LOG2_E;

use crate::{Scalar, Simd};

/// `e^x` as `2^n · e^(r − n·rest of ln 2)`, with r within ±½·ln 2.
pub(super) struct Power<T> {
    pub(super) n: T,
    pub(super) r: T,
    /// n as [`Exponential::ROUND`](crate::exponential::Exponential::ROUND) leaves it.
    pub(super) rounded: T,
}

impl<T: Scalar> Power<T> {
    #[inline(always)]
    pub(super) fn of<S: Simd>(simd: S, x: T) -> Self {
        let rounded = simd.multiply_add(x, T::from_f64(LOG2_E), T::ROUND);
        let n = rounded - T::ROUND;
        // Exact: both terms are multiples of the unit in the last place of the numbers from ¼ to ½, and their
        // difference is no larger than these.
        let r = simd.multiply_add(-n, ln_2(simd), x);
        Self { n, r, rounded }
    }

    /// Returns `2^n·e^r`. The power of two is split into two factors, so that a subnormal result is rounded only once
    /// and a large result does not overflow early.
    #[inline(always)]
    pub(super) fn times<S: Simd>(&self, simd: S, r: T) -> T {
        let (scale, back) = if self.n < T::zero() {
            (T::SCALE, power_of_two::<T>(-T::SCALE))
        } else {
            (-T::SCALE, power_of_two::<T>(T::SCALE))
        };
        one_and_small(simd, r) * T::power_of_two(self.rounded, scale) * back
    }

    /// Returns `½·(e^x − 1)`.
    ///
    /// The formula is `2^n·small + (2^n·r + (2^n − 1))`: at n = 1, with the most cancellation, the outer parentheses
    /// are exact.
    #[inline(always)]
    pub(super) fn half_beyond_one<S: Simd>(&self, simd: S) -> T {
        let rest = -self.n * rest_of_ln_2(simd);
        let r = self.r + rest;
        let square = r * r;
        let small = simd.multiply_add(square, T::exponential_tail(simd, r, square), rest);
        let scaled = T::power_of_two(self.rounded, -1);
        let large = simd.multiply_add(scaled, self.r, scaled - power_of_two::<T>(-1));
        simd.multiply_add(scaled, small, large)
    }
}

/// Returns ln 2 for a product with an exponent, which is exact: it is rounded once with fused multiply-add, and has few
/// digits without.
#[inline(always)]
pub(super) fn ln_2<S: Simd, T: Scalar>(_: S) -> T {
    parts_of_ln_2::<S, T>()[0]
}

/// Returns the difference between ln 2 and [`ln_2`].
#[inline(always)]
pub(super) fn rest_of_ln_2<S: Simd, T: Scalar>(_: S) -> T {
    parts_of_ln_2::<S, T>()[1]
}

#[inline(always)]
fn parts_of_ln_2<S: Simd, T: Scalar>() -> [T; 2] {
    if S::HAS_FUSED_MULTIPLY_ADD {
        T::LN_2
    } else {
        T::LN_2_OF_FEW_DIGITS
    }
}

/// Returns `e^r`, for r within ±½·ln 2.
#[inline(always)]
pub(super) fn one_and_small<S: Simd, T: Scalar>(simd: S, r: T) -> T {
    let square = r * r;
    T::one() + simd.multiply_add(square, T::exponential_tail(simd, r, square), r)
}

#[inline(always)]
pub(super) fn power_of_two<T: Scalar>(exponent: i32) -> T {
    T::power_of_two(T::ROUND, exponent)
}
