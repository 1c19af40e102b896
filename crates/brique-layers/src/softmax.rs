//! Softmax and its logarithm.

use std::fmt;

use brique_core::{Fault, Memory, Module, Plan, Shape};
use brique_tensor::{
    Matrix, Scalar, log_softmax_delta, log_softmax_forward, softmax_delta_from_output, softmax_forward,
};

/// `p_k = e^{x_k} / Σ_j e^{x_j}`, along the values of each example.
///
/// With δ = ∂L/∂p, the whole Jacobian: `δ_x = p ⊙ (δ − Σ_j p_j δ_j)`. With m the place of the largest value it is computed
/// as `p_k·((δ_k − δ_m) + Σ_j p_j (δ_m − δ_j))`, which keeps its digits where `p_m` has reached 1. p is saved for the
/// backward pass, which computes no power.
///
/// # Shapes
///
/// Any with at least one value, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Softmax;
/// use brique_tensor::ndarray::array;
///
/// assert_eq!(Softmax.forward(&array![[1000.0, 1000.0]])?, array![[0.5, 0.5]]);
/// assert_eq!(Softmax.backward_delta(&array![[0.0, 0.0]], &array![[1.0, 0.0]])?, array![[0.25, -0.25]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// A classifier is trained on the logits themselves, with a cross-entropy that takes those.
///
/// Source: the course's `Softmax`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Softmax;

/// `y_k = x_k − ln Σ_j e^{x_j}`, along the values of each example: the logarithm of [`Softmax`], without taking one of it.
///
/// With δ = ∂L/∂y: `δ_x = δ − softmax(x)·Σ_j δ_j`. Nothing is saved for the backward pass: e^y has a relative error of |y|
/// units of the last place, and p would have to be computed in addition to y.
///
/// # Shapes
///
/// Any with at least one value, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LogSoftmax;
/// use brique_tensor::ndarray::array;
///
/// assert_eq!(LogSoftmax.forward(&array![[0.0, -1000.0]])?, array![[0.0, -1000.0]]);
/// assert_eq!(LogSoftmax.backward_delta(&array![[0.0, 0.0]], &array![[1.0, 0.0]])?, array![[0.5, -0.5]]);
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
            saved.assign(output);
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
