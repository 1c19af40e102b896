//! The three products of a linear layer whose last parameter row is the bias.
//!
//! The layer is defined on the input with a column of ones appended, `[x 1] · W`.
//! None of the kernels builds that column: the weights `W[..in]` are multiplied, the bias `W[in]` is added.

use ndarray::{ArrayViewMut1, ArrayViewMut2, Axis};

use crate::product::{Onto, multiply, multiply_to_finite};
use crate::sum::add_column_sums;
use crate::{Matrix, Scalar, compile_once};

/// `y = x · W[..in] + W[in]`, overwriting `y`.
///
/// # Shapes
///
/// `x` is (batch, in), `parameters` (in + 1, out), `y` (batch, out); any of them may be 0, but for the bias row.
///
/// # Panics
///
/// Where the shapes do not fit together.
#[track_caller]
pub fn affine_forward<T: Scalar>(x: &Matrix<T>, parameters: &Matrix<T>, y: &mut Matrix<T>) {
    let (inputs, outputs) = inputs_and_outputs(parameters);
    assert_shape("x", x, (x.nrows(), inputs));
    assert_shape("y", y, (x.nrows(), outputs));
    forward(x, parameters, y);
}

/// `delta_x = delta · W[..in]ᵀ`, overwriting `delta_x`.
///
/// # Shapes
///
/// `delta` is (batch, out), `parameters` (in + 1, out), `delta_x` (batch, in).
///
/// # Panics
///
/// Where the shapes do not fit together.
#[track_caller]
pub fn affine_delta<T: Scalar>(delta: &Matrix<T>, parameters: &Matrix<T>, delta_x: &mut Matrix<T>) {
    let (inputs, outputs) = inputs_and_outputs(parameters);
    assert_shape("delta", delta, (delta.nrows(), outputs));
    assert_shape("delta_x", delta_x, (delta.nrows(), inputs));
    propagate(delta, parameters, delta_x);
}

/// `gradient[..in] += xᵀ · delta` and `gradient[in] += Σ delta` over the batch.
///
/// # Shapes
///
/// `x` is (batch, in), `delta` (batch, out), `gradient` (in + 1, out).
///
/// # Panics
///
/// Where the shapes do not fit together.
#[track_caller]
pub fn affine_gradient<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &mut Matrix<T>) {
    assert_gradient(x, delta, gradient);
    accumulate(x, delta, gradient);
}

/// `gradient[..in] = xᵀ · delta` and `gradient[in] = Σ delta` over the batch, overwriting `gradient`; whether every number
/// of it is finite.
///
/// # Shapes
///
/// As [`affine_gradient`].
///
/// # Panics
///
/// Where the shapes do not fit together.
#[track_caller]
pub fn affine_fresh_gradient<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &mut Matrix<T>) -> bool {
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
        // All of them, without a branch after each: they are looked at several at once.
        is_finite && bias.iter().fold(true, |is_finite, number| is_finite & number.is_finite())
    }
}

/// The weights of a gradient and its last row.
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
