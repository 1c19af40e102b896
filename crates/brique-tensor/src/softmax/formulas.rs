//! The formulas of softmax, its logarithm and their deltas: two sums along a row, and the result for each value.

use crate::{Scalar, Simd, inlined};

/// A function of the values of a row.
pub(super) trait AlongRow<T: Scalar>: Copy {
    /// Whether the function also takes δ; if not, the values are passed instead of δ.
    const HAS_DELTA: bool;

    /// Whether the values are probabilities, the output of a softmax; they are then used instead of the powers.
    const HAS_PROBABILITIES: bool = false;

    /// Returns one term of the second sum along the row; the first is the sum of the powers.
    fn term(value: Value<T>, delta_at_peak: T) -> T;

    /// Returns a number that all results of the row use, from the sum `terms` and from [`Row::others`].
    fn common<S: Simd>(simd: S, others: T, terms: T) -> T;

    /// Returns the result for one value.
    fn result<S: Simd>(simd: S, value: Value<T>, row: Row<T>) -> T;
}

/// One value of a row.
#[derive(Clone, Copy)]
pub(super) struct Value<T> {
    /// The difference from the largest value: `x − x_m`, rounded.
    pub(super) below_peak: T,
    /// `e^(x − x_m)`, or the probability.
    pub(super) power: T,
    pub(super) delta: T,
    pub(super) is_peak: bool,
}

/// The numbers that all values of a row have in common.
#[derive(Clone, Copy)]
pub(super) struct Row<T> {
    pub(super) delta_at_peak: T,
    /// `Σ e^(x_j − x_m)` over all values except the largest: added to its 1, small powers would lose their digits.
    pub(super) others: T,
    pub(super) terms: T,
    /// `1 / (1 + others)`
    pub(super) reciprocal: T,
    /// [`AlongRow::common`]
    pub(super) common: T,
}

impl<T: Scalar> Row<T> {
    #[inline(always)]
    pub(super) fn new<S: Simd, F: AlongRow<T>>(simd: S, delta_at_peak: T, others: T, terms: T) -> Self {
        Self {
            delta_at_peak,
            others,
            terms,
            reciprocal: T::one() / (T::one() + others),
            common: F::common(simd, others, terms),
        }
    }

    /// Returns `part / (1 + others)`: the product with the reciprocal plus a correction of its rounding error.
    ///
    /// This needs one division per row instead of one per value. The rounding error is known only with fused
    /// multiply-add.
    #[inline(always)]
    fn divide<S: Simd>(self, simd: S, part: T) -> T {
        if !S::HAS_FUSED_MULTIPLY_ADD {
            return part / (T::one() + self.others);
        }
        let quotient = part * self.reciprocal;
        let lacking = simd.multiply_add(-quotient, T::one() + self.others, part);
        simd.multiply_add(lacking, self.reciprocal, quotient)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Forward;

impl<T: Scalar> AlongRow<T> for Forward {
    const HAS_DELTA: bool = false;

    #[inline(always)]
    fn term(_: Value<T>, _: T) -> T {
        T::zero()
    }

    #[inline(always)]
    fn common<S: Simd>(_: S, _: T, _: T) -> T {
        T::zero()
    }

    #[inline(always)]
    fn result<S: Simd>(simd: S, value: Value<T>, row: Row<T>) -> T {
        row.divide(simd, value.power)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Delta;

impl<T: Scalar> AlongRow<T> for Delta {
    const HAS_DELTA: bool = true;

    #[inline(always)]
    fn term(value: Value<T>, delta_at_peak: T) -> T {
        value.power * (delta_at_peak - value.delta)
    }

    #[inline(always)]
    fn common<S: Simd>(_: S, others: T, terms: T) -> T {
        terms / (T::one() + others)
    }

    #[inline(always)]
    fn result<S: Simd>(simd: S, value: Value<T>, row: Row<T>) -> T {
        row.divide(simd, value.power) * ((value.delta - row.delta_at_peak) + row.common)
    }
}

/// As [`Delta`]; the largest probability has the same index as the largest value.
#[derive(Clone, Copy)]
pub(super) struct DeltaFromOutput;

impl<T: Scalar> AlongRow<T> for DeltaFromOutput {
    const HAS_DELTA: bool = true;
    const HAS_PROBABILITIES: bool = true;

    #[inline(always)]
    fn term(value: Value<T>, delta_at_peak: T) -> T {
        value.power * (delta_at_peak - value.delta)
    }

    #[inline(always)]
    fn common<S: Simd>(_: S, _: T, terms: T) -> T {
        terms
    }

    #[inline(always)]
    fn result<S: Simd>(_: S, value: Value<T>, row: Row<T>) -> T {
        value.power * ((value.delta - row.delta_at_peak) + row.common)
    }
}

#[derive(Clone, Copy)]
pub(super) struct LogForward;

impl<T: Scalar> AlongRow<T> for LogForward {
    const HAS_DELTA: bool = false;

    #[inline(always)]
    fn term(_: Value<T>, _: T) -> T {
        T::zero()
    }

    #[inline(always)]
    fn common<S: Simd>(simd: S, others: T, _: T) -> T {
        inlined::ln_1p_of_positive(simd, others)
    }

    #[inline(always)]
    fn result<S: Simd>(_: S, value: Value<T>, row: Row<T>) -> T {
        value.below_peak - row.common
    }
}

#[derive(Clone, Copy)]
pub(super) struct LogDelta;

impl<T: Scalar> AlongRow<T> for LogDelta {
    const HAS_DELTA: bool = true;

    #[inline(always)]
    fn term(value: Value<T>, _: T) -> T {
        value.delta
    }

    #[inline(always)]
    fn common<S: Simd>(_: S, others: T, _: T) -> T {
        others / (T::one() + others)
    }

    /// Returns `δ − p·Σδ`, or `δ·(1 − p) − p·(Σδ − δ)`, which is mathematically equal: the one with less cancellation.
    #[inline(always)]
    fn result<S: Simd>(simd: S, value: Value<T>, row: Row<T>) -> T {
        let (delta, sum) = (value.delta, row.terms);
        let p = row.divide(simd, value.power);
        let rest = if value.is_peak { row.common } else { T::one() - p };
        let (own_part, others_part) = (delta * rest, p * (sum - delta));
        if delta.abs() + (p * sum).abs() < own_part.abs() + others_part.abs() {
            delta - p * sum
        } else {
            own_part - others_part
        }
    }
}
