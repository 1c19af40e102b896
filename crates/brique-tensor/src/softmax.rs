//! Softmax and its logarithm along the rows of a matrix.

#![allow(
    clippy::float_cmp,
    reason = "the largest number is one of those that it is compared with, and indices are whole numbers"
)]

mod formulas;
pub(crate) mod function;
mod long;
mod short;

use self::formulas::{AlongRow, Delta, DeltaFromOutput, Forward, LogDelta, LogForward};
use self::function::Function;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::simd_number::SimdNumber;
use crate::{Matrix, Scalar};

/// Computes `p_k = e^{x_k} / Σ_j e^{x_j}` along each row.
///
/// # Shapes
///
/// `x` and `p` have the same shape.
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
    along_rows(Function::Softmax, x, x, p);
}

/// Computes `δ_x = p ⊙ (δ − Σ_j p_j δ_j)` with p = softmax(x) along each row.
///
/// With m the index of the largest value, the formula used is `p_k·((δ_k − δ_m) + Σ_j p_j (δ_m − δ_j))`. It does not
/// lose digits if `p_m` is rounded to 1.
///
/// # Shapes
///
/// `x`, `delta` and `delta_x` have the same shape.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn softmax_delta<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
    along_rows(Function::SoftmaxDelta, x, delta, delta_x);
}

/// Computes [`softmax_delta`] from the output p of [`softmax_forward`] instead of its input.
///
/// The exponentials are not computed a second time.
///
/// # Shapes
///
/// `p`, `delta` and `delta_x` have the same shape.
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::softmax_delta_from_output;
///
/// let mut delta_x = array![[0.0, 0.0]];
/// softmax_delta_from_output(&array![[0.5, 0.5]], &array![[1.0, 0.0]], &mut delta_x);
/// assert_eq!(delta_x, array![[0.25, -0.25]]);
/// ```
#[track_caller]
pub fn softmax_delta_from_output<T: Scalar>(p: &Matrix<T>, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
    along_rows(Function::SoftmaxDeltaFromOutput, p, delta, delta_x);
}

/// Computes `y_k = x_k − ln Σ_j e^{x_j}` along each row.
///
/// # Shapes
///
/// `x` and `y` have the same shape.
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
    along_rows(Function::LogSoftmax, x, x, y);
}

/// Computes `δ_x = δ − softmax(x)·Σ_j δ_j` along each row.
///
/// # Shapes
///
/// `x`, `delta` and `delta_x` have the same shape.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn log_softmax_delta<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
    along_rows(Function::LogSoftmaxDelta, x, delta, delta_x);
}

/// Computes the function for rows of `columns` numbers that are stored one after the other.
pub(crate) fn compute<T: Scalar>(function: Function, columns: usize, x: &[T], delta: &[T], y: &mut [T]) {
    match function {
        Function::Softmax => rows(Forward, columns, x, delta, y),
        Function::SoftmaxDelta => rows(Delta, columns, x, delta, y),
        Function::SoftmaxDeltaFromOutput => rows(DeltaFromOutput, columns, x, delta, y),
        Function::LogSoftmax => rows(LogForward, columns, x, delta, y),
        Function::LogSoftmaxDelta => rows(LogDelta, columns, x, delta, y),
    }
}

fn rows<T: Scalar, F: AlongRow<T>>(f: F, columns: usize, x: &[T], delta: &[T], y: &mut [T]) {
    dispatch(Rows {
        f,
        columns,
        x,
        delta,
        y,
    });
}

/// Computes the function along the rows of `x`. A function that takes no δ gets `x` as `delta`.
#[track_caller]
fn along_rows<T: Scalar>(function: Function, x: &Matrix<T>, delta: &Matrix<T>, y: &mut Matrix<T>) {
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
        return T::along_rows(function, columns, x, delta, y);
    }
    // Matrices in any other layout are copied. Only sliced columns and transposed matrices need this.
    let (x, delta) = (x.as_standard_layout(), delta.as_standard_layout());
    let mut copy = y.to_owned().as_standard_layout().into_owned();
    if let (Some(x), Some(delta), Some(copy)) = (x.as_slice(), delta.as_slice(), copy.as_slice_mut()) {
        T::along_rows(function, columns, x, delta, copy);
    }
    y.assign(&copy);
}

/// Rows that are stored one after the other.
struct Rows<'a, T, F> {
    f: F,
    columns: usize,
    x: &'a [T],
    delta: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar, F: AlongRow<T>> Work for Rows<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            f,
            columns,
            x,
            delta,
            y,
        } = self;
        if columns > short::MOST {
            long::rows(simd, f, columns, x, delta, y);
        } else if S::HAS_WIDE_VECTORS {
            short::rows::<<T as SimdNumber>::Vector<S>, F, 16>(simd, f, columns, x, delta, y);
        } else {
            short::rows::<<T as SimdNumber>::Vector<S>, F, 4>(simd, f, columns, x, delta, y);
        }
    }
}
