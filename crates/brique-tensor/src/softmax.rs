//! Softmax and its logarithm along the rows of a matrix, computed in `f64` whatever the matrix is.

#![allow(
    clippy::float_cmp,
    reason = "the largest number is one of those that it is compared with, and places are whole numbers"
)]

mod long;
mod short;
#[cfg(test)]
mod units;

use crate::inlined;
use crate::unit::{Unit, Work, on_best_unit};
use crate::{Matrix, Scalar};

/// Rows up to this long are computed several side by side, longer ones each by itself.
const SHORT: usize = 16;

/// `p_k = e^{x_k} / Σ_j e^{x_j}`, along each row.
///
/// # Shapes
///
/// `x` and `p` have the same.
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::softmax_forward;
///
/// let mut p = array![[0.0, 0.0]];
/// softmax_forward(&array![[1000.0, 1000.0]], &mut p);
/// assert_eq!(p, array![[0.5, 0.5]]);
/// ```
#[track_caller]
pub fn softmax_forward<T: Scalar>(x: &Matrix<T>, p: &mut Matrix<T>) {
    along_rows(Forward, x, x, p);
}

/// `δ_x = p ⊙ (δ − Σ_j p_j δ_j)` with p = softmax(x), along each row.
///
/// With m the place of the largest value it is computed as `p_k·((δ_k − δ_m) + Σ_j p_j (δ_m − δ_j))`, which keeps its
/// digits where `p_m` has reached 1.
///
/// # Shapes
///
/// `x`, `delta` and `delta_x` have the same.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn softmax_delta<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
    along_rows(Delta, x, delta, delta_x);
}

/// `y_k = x_k − ln Σ_j e^{x_j}`, along each row.
///
/// # Shapes
///
/// `x` and `y` have the same.
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use brique_tensor::log_softmax_forward;
/// use brique_tensor::ndarray::array;
///
/// let mut y = array![[0.0, 0.0]];
/// log_softmax_forward(&array![[0.0, -1000.0]], &mut y);
/// assert_eq!(y, array![[0.0, -1000.0]]);
/// ```
#[track_caller]
pub fn log_softmax_forward<T: Scalar>(x: &Matrix<T>, y: &mut Matrix<T>) {
    along_rows(LogForward, x, x, y);
}

/// `δ_x = δ − softmax(x)·Σ_j δ_j`, along each row.
///
/// # Shapes
///
/// `x`, `delta` and `delta_x` have the same.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn log_softmax_delta<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
    along_rows(LogDelta, x, delta, delta_x);
}

/// What is computed of the values of a row.
trait AlongRow: Copy {
    /// Whether there is an error δ beside the values; without one they stand in its place.
    const HAS_DELTA: bool;

    /// One term of the sum that is needed beside that of the powers.
    fn term(value: Value, delta_at_peak: f64) -> f64;

    /// Of that sum, and of the `others` powers, what all results of the row need.
    fn common(others: f64, terms: f64) -> f64;

    /// The result.
    fn result(value: Value, row: Row) -> f64;
}

/// One value of a row.
#[derive(Clone, Copy)]
struct Value {
    /// What it is beside the largest: `x − x_m`, rounded.
    below_peak: f64,
    /// `e^(x − x_m)`
    power: f64,
    delta: f64,
    is_peak: bool,
}

/// What all values of a row have in common.
#[derive(Clone, Copy)]
struct Row {
    delta_at_peak: f64,
    /// `Σ e^(x_j − x_m)` over all but the largest: beside its 1 they would lose their digits.
    others: f64,
    terms: f64,
    /// `1 / (1 + others)`
    reciprocal: f64,
    /// [`AlongRow::common`]
    common: f64,
}

impl Row {
    #[inline(always)]
    fn new<F: AlongRow>(delta_at_peak: f64, others: f64, terms: f64) -> Self {
        Self {
            delta_at_peak,
            others,
            terms,
            reciprocal: 1.0 / (1.0 + others),
            common: F::common(others, terms),
        }
    }

    /// `part / (1 + others)`, one division a row: the product with the reciprocal, and what that lacks.
    #[inline(always)]
    fn divide(self, part: f64) -> f64 {
        let quotient = part * self.reciprocal;
        let lacking = (-quotient).mul_add(1.0 + self.others, part);
        lacking.mul_add(self.reciprocal, quotient)
    }
}

#[derive(Clone, Copy)]
struct Forward;

impl AlongRow for Forward {
    const HAS_DELTA: bool = false;

    #[inline(always)]
    fn term(_: Value, _: f64) -> f64 {
        0.0
    }

    #[inline(always)]
    fn common(_: f64, _: f64) -> f64 {
        0.0
    }

    #[inline(always)]
    fn result(value: Value, row: Row) -> f64 {
        row.divide(value.power)
    }
}

#[derive(Clone, Copy)]
struct Delta;

impl AlongRow for Delta {
    const HAS_DELTA: bool = true;

    #[inline(always)]
    fn term(value: Value, delta_at_peak: f64) -> f64 {
        value.power * (delta_at_peak - value.delta)
    }

    #[inline(always)]
    fn common(others: f64, terms: f64) -> f64 {
        terms / (1.0 + others)
    }

    #[inline(always)]
    fn result(value: Value, row: Row) -> f64 {
        row.divide(value.power) * ((value.delta - row.delta_at_peak) + row.common)
    }
}

#[derive(Clone, Copy)]
struct LogForward;

impl AlongRow for LogForward {
    const HAS_DELTA: bool = false;

    #[inline(always)]
    fn term(_: Value, _: f64) -> f64 {
        0.0
    }

    #[inline(always)]
    fn common(others: f64, _: f64) -> f64 {
        inlined::ln_1p_of_positive(others)
    }

    #[inline(always)]
    fn result(value: Value, row: Row) -> f64 {
        value.below_peak - row.common
    }
}

#[derive(Clone, Copy)]
struct LogDelta;

impl AlongRow for LogDelta {
    const HAS_DELTA: bool = true;

    #[inline(always)]
    fn term(value: Value, _: f64) -> f64 {
        value.delta
    }

    #[inline(always)]
    fn common(others: f64, _: f64) -> f64 {
        others / (1.0 + others)
    }

    /// `δ − p·Σδ`, or `δ·(1 − p) − p·(Σδ − δ)`, which is the same: whichever cancels less.
    #[inline(always)]
    fn result(value: Value, row: Row) -> f64 {
        let (delta, sum) = (value.delta, row.terms);
        let p = row.divide(value.power);
        let rest = if value.is_peak { row.common } else { 1.0 - p };
        let (kept, handed_on) = (delta * rest, p * (sum - delta));
        if delta.abs() + (p * sum).abs() < kept.abs() + handed_on.abs() {
            delta - p * sum
        } else {
            kept - handed_on
        }
    }
}

/// Without a δ, `delta` is x.
#[track_caller]
fn along_rows<T: Scalar, F: AlongRow>(f: F, x: &Matrix<T>, delta: &Matrix<T>, y: &mut Matrix<T>) {
    for (name, dimensions) in [("delta", delta.dim()), ("the result", y.dim())] {
        assert!(
            dimensions == x.dim(),
            "{name} has shape {dimensions:?}, expected {:?}: that of x",
            x.dim()
        );
    }
    let columns = x.ncols();
    if x.is_empty() {
        return;
    }
    if let (Some(x), Some(delta), Some(y)) = (x.as_slice(), delta.as_slice(), y.as_slice_mut()) {
        return on_best_unit(Rows {
            f,
            columns,
            x,
            delta,
            y,
        });
    }
    // In any other layout they are copied: only whoever slices columns or transposes pays for it.
    let (x, delta) = (x.as_standard_layout(), delta.as_standard_layout());
    let mut copy = y.to_owned().as_standard_layout().into_owned();
    if let (Some(x), Some(delta), Some(copy)) = (x.as_slice(), delta.as_slice(), copy.as_slice_mut()) {
        on_best_unit(Rows {
            f,
            columns,
            x,
            delta,
            y: copy,
        });
    }
    y.assign(&copy);
}

/// Rows that lie one behind the other.
struct Rows<'a, T, F> {
    f: F,
    columns: usize,
    x: &'a [T],
    delta: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar, F: AlongRow> Work for Rows<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<U: Unit>(self, _: U) {
        let Self {
            f,
            columns,
            x,
            delta,
            y,
        } = self;
        if columns <= SHORT {
            short::rows(f, columns, x, delta, y);
        } else {
            long::rows(f, columns, x, delta, y);
        }
    }
}

/// `e^(x − peak)`, of a number that is not above the peak.
#[inline(always)]
fn power<T: Scalar>(x: f64, peak: f64) -> f64 {
    if T::NAME == f32::NAME {
        // The difference of two numbers of f32 is rounded, if at all, far behind the digits of the result.
        inlined::exp_of_negative(x - peak)
    } else {
        inlined::exp_of_negative_difference(x, peak)
    }
}
