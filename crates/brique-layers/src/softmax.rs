//! Softmax and its logarithm.

use std::fmt;

use brique_core::{Fault, Memory, Module, Plan, Shape};
use brique_tensor::{
    Matrix, Scalar, log_softmax_delta, log_softmax_forward, softmax_delta_from_output, softmax_forward,
};

use crate::arithmetic::copy;

/// Computes `p_k = e^{x_k} / Σ_j e^{x_j}` over the values of each example.
///
/// With δ = ∂L/∂p, the backward pass uses the whole Jacobian: `δ_x = p ⊙ (δ − Σ_j p_j δ_j)`. With m the index of the
/// largest value, it is computed as `p_k·((δ_k − δ_m) + Σ_j p_j (δ_m − δ_j))`, which remains accurate if `p_m` has been
/// rounded to 1. p is saved for the backward pass, which therefore computes no exponential.
///
/// # Shapes
///
/// The input has any shape with at least one value; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ndarray::array;
/// use brique_layers::Softmax;
///
/// assert_eq!(Softmax.forward(&array![[1000.0, 1000.0]])?, array![[0.5, 0.5]]);
/// let back = Softmax.backward_delta(&array![[0.0, 0.0]], &array![[1.0, 0.0]])?;
/// assert_eq!(back, array![[0.25, -0.25]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// To train a classifier, leave this module out of the network and use a cross-entropy that takes logits.
///
/// Source: the course's `Softmax`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Softmax;

/// Computes `y_k = x_k − ln Σ_j e^{x_j}` over the values of each example. This is the logarithm of [`Softmax`], but the
/// softmax itself is not computed.
///
/// With δ = ∂L/∂y, the backward pass computes `δ_x = δ − softmax(x)·Σ_j δ_j`. Nothing is saved for it: e^y has a
/// relative error of |y| units in the last place, and p would have to be computed in addition to y.
///
/// # Shapes
///
/// The input has any shape with at least one value; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LogSoftmax;
/// use brique_layers::ndarray::array;
///
/// assert_eq!(LogSoftmax.forward(&array![[0.0, -1000.0]])?, array![[0.0, -1000.0]]);
/// let back = LogSoftmax.backward_delta(&array![[0.0, 0.0]], &array![[1.0, 0.0]])?;
/// assert_eq!(back, array![[0.5, -0.5]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: PyTorch's `nn.LogSoftmax` along the last dimension. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LogSoftmax;

fn at_least_one_value(input: Shape) -> Result<Shape, Fault> {
    if input.size() > 0 {
        return Ok(input);
    }
    Err(Fault::example_shape(
        input,
        "at least one value",
        "a softmax of nothing has no sum to divide by",
    ))
}

impl<T: Scalar> Module<T> for Softmax {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        at_least_one_value(input)
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_, T>) {
        plan.save(input.size());
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        softmax_forward(input, output);
        if let Some(mut saved) = memory.save() {
            copy(&mut saved, output);
        }
    }

    fn delta_kernel(
        &self,
        _: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        softmax_delta_from_output(&memory.saved(), delta, input_delta);
    }
}

impl<T: Scalar> Module<T> for LogSoftmax {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        at_least_one_value(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        log_softmax_forward(input, output);
    }

    fn delta_kernel(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        _: &mut Memory<T>,
    ) {
        log_softmax_delta(input, delta, input_delta);
    }
}

impl fmt::Display for Softmax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Softmax")
    }
}

impl fmt::Display for LogSoftmax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSoftmax")
    }
}
