//! The three products of a linear layer whose last parameter row is the bias.
//!
//! The layer is defined on the input with a column of ones appended, `[x 1] · W`.
//! No kernel builds this column: each multiplies by the weights `W[..in]` and adds the bias `W[in]`.

use ndarray::{ArrayViewMut1, ArrayViewMut2, Axis};

use crate::product::{Onto, multiply, multiply_to_finite};
use crate::sum::add_column_sums;
use crate::{Matrix, Scalar, compile_once};

/// Computes `y = x · W[..in] + W[in]`, overwriting `y`.
///
/// # Shapes
///
/// `x` is (batch, in), `parameters` (in + 1, out), `y` (batch, out). Batch, in and out may be 0; the bias row always
/// exists.
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn affine_forward<T: Scalar>(x: &Matrix<T>, parameters: &Matrix<T>, y: &mut Matrix<T>) {
    let (inputs, outputs) = inputs_and_outputs(parameters);
    assert_shape("x", x, (x.nrows(), inputs));
    assert_shape("y", y, (x.nrows(), outputs));
    forward(x, parameters, y);
}

/// Computes `delta_x = delta · W[..in]ᵀ`, overwriting `delta_x`.
///
/// # Shapes
///
/// `delta` is (batch, out), `parameters` (in + 1, out), `delta_x` (batch, in).
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn affine_delta<T: Scalar>(delta: &Matrix<T>, parameters: &Matrix<T>, delta_x: &mut Matrix<T>) {
    let (inputs, outputs) = inputs_and_outputs(parameters);
    assert_shape("delta", delta, (delta.nrows(), outputs));
    assert_shape("delta_x", delta_x, (delta.nrows(), inputs));
    propagate(delta, parameters, delta_x);
}

/// Computes `gradient[..in] += xᵀ · delta` and `gradient[in] += Σ delta` over the batch.
///
/// # Shapes
///
/// `x` is (batch, in), `delta` (batch, out), `gradient` (in + 1, out).
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn affine_gradient<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &mut Matrix<T>) {
    assert_gradient(x, delta, gradient);
    accumulate(x, delta, gradient);
}

/// Computes `gradient[..in] = xᵀ · delta` and `gradient[in] = Σ delta` over the batch, overwriting `gradient`.
///
/// Returns whether every number of the gradient is finite.
///
/// # Shapes
///
/// As for [`affine_gradient`].
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn affine_overwrite_gradient<T: Scalar>(
    x: &Matrix<T>,
    delta: &Matrix<T>,
    gradient: &mut Matrix<T>,
) -> bool {
    assert_gradient(x, delta, gradient);
    overwrite(x, delta, gradient)
}

compile_once! {
    fn forward<T: Scalar>(x: &Matrix<T>, parameters: &Matrix<T>, y: &mut Matrix<T>) {
        let (weight, bias) = parameters.view().split_at(Axis(0), x.ncols());
        multiply(x, &weight, Onto::Row(bias.row(0)), y);
    }

    fn propagate<T: Scalar>(delta: &Matrix<T>, parameters: &Matrix<T>, delta_x: &mut Matrix<T>) {
        let (weight, _) = parameters.view().split_at(Axis(0), delta_x.ncols());
        multiply(delta, &weight.t(), Onto::Nothing, delta_x);
    }

    fn accumulate<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &mut Matrix<T>) {
        let (mut weight, mut bias) = weight_and_bias(gradient);
        multiply(&x.t(), delta, Onto::Itself, &mut weight);
        add_column_sums(delta, &mut bias);
    }

    fn overwrite<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &mut Matrix<T>) -> bool {
        let (mut weight, mut bias) = weight_and_bias(gradient);
        let is_finite = multiply_to_finite(&x.t(), delta, &mut weight);
        bias.fill(T::zero());
        add_column_sums(delta, &mut bias);
        // A fold without an early exit: the compiler checks several numbers at once.
        is_finite && bias.iter().fold(true, |is_finite, number| is_finite & number.is_finite())
    }
}

/// Returns the rows of a gradient for the weights, and its last row for the bias.
fn weight_and_bias<T: Scalar>(gradient: &mut Matrix<T>) -> (ArrayViewMut2<'_, T>, ArrayViewMut1<'_, T>) {
    let inputs = gradient.nrows() - 1;
    let (weight, bias) = gradient.view_mut().split_at(Axis(0), inputs);
    (weight, bias.index_axis_move(Axis(0), 0))
}

#[track_caller]
fn assert_gradient<T>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &Matrix<T>) {
    let (inputs, outputs) = inputs_and_outputs(gradient);
    assert_shape("x", x, (x.nrows(), inputs));
    assert_shape("delta", delta, (x.nrows(), outputs));
}

#[track_caller]
fn inputs_and_outputs<T>(parameters: &Matrix<T>) -> (usize, usize) {
    let (rows, outputs) = parameters.dim();
    assert!(
        rows > 0,
        "parameters have no row for the bias: their shape is (0, {outputs})"
    );
    (rows - 1, outputs)
}

#[track_caller]
fn assert_shape<T>(name: &str, matrix: &Matrix<T>, expected: (usize, usize)) {
    let found = matrix.dim();
    assert!(
        found == expected,
        "{name} has shape {found:?}, expected {expected:?}"
    );
}
