//! The three products of a linear layer whose last parameter row is the bias.
//!
//! The layer is defined on the input with a column of ones appended, `[x 1] · W`.
//! No kernel builds this column: each multiplies by the weights `W[..in]` and adds the bias `W[in]`.

use std::ops::Range;

use ndarray::{Array1, ArrayViewMut1, ArrayViewMut2, Axis, Slice};

use crate::product::{Onto, multiply, multiply_in_groups, multiply_to_finite};
use crate::row_groups::{RowGroups, children};
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
        if let Some(groups) = RowGroups::current(x.nrows()) {
            multiply_in_groups(&x.t(), delta, true, &mut weight, &groups);
            bias += &grouped_column_sums(delta, &groups, &groups.all());
            return;
        }
        multiply(&x.t(), delta, Onto::Itself, &mut weight);
        add_column_sums(delta, &mut bias);
    }

    fn overwrite<T: Scalar>(x: &Matrix<T>, delta: &Matrix<T>, gradient: &mut Matrix<T>) -> bool {
        let (mut weight, mut bias) = weight_and_bias(gradient);
        let groups = RowGroups::current(x.nrows()).filter(|groups| groups.all().len() > 1);
        let is_finite = if let Some(groups) = groups {
            bias.assign(&grouped_column_sums(delta, &groups, &groups.all()));
            multiply_in_groups(&x.t(), delta, false, &mut weight, &groups)
        } else {
            bias.fill(T::zero());
            add_column_sums(delta, &mut bias);
            multiply_to_finite(&x.t(), delta, &mut weight)
        };
        // A fold without an early exit: the compiler checks several numbers at once.
        is_finite && bias.iter().fold(true, |is_finite, number| is_finite & number.is_finite())
    }
}

/// Returns the sum of each column over the rows of a node of the tree of groups.
fn grouped_column_sums<T: Scalar>(matrix: &Matrix<T>, groups: &RowGroups, node: &Range<usize>) -> Array1<T> {
    let rows = groups.rows(node);
    match children(node) {
        Some((left, right)) if !groups.rows(&left).is_empty() && !groups.rows(&right).is_empty() => {
            grouped_column_sums(matrix, groups, &left) + grouped_column_sums(matrix, groups, &right)
        }
        Some((left, right)) => {
            let child = if groups.rows(&left).is_empty() {
                right
            } else {
                left
            };
            grouped_column_sums(matrix, groups, &child)
        }
        None => {
            let mut sums = Array1::zeros(matrix.ncols());
            add_column_sums(&matrix.slice_axis(Axis(0), Slice::from(rows)), &mut sums);
            sums
        }
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
