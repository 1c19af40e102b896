//! Other shapes for the same values.

use std::fmt;

use brique_core::{Description, Fault, Memory, Module, Plan, Shape};
use brique_tensor::{Matrix, Scalar};

use crate::arithmetic::copy;

/// Gives an example of any shape the shape (n), with the same n values in the same order: `y = x`.
///
/// A [`Linear`](crate::Linear) behind a convolution or a pool needs it. The order is (height, width, channel), with the
/// channels last; in PyTorch it is (channel, height, width): see [`Conv`](crate::Conv).
///
/// # Shapes
///
/// Any shape of n values to (n).
///
/// ```
/// use brique_core::{Module, Shape};
/// use brique_layers::Flatten;
///
/// let output = Module::<f64>::output_shape(&Flatten, Shape::from([4, 4, 16]));
/// assert_eq!(output, Ok(Shape::from(256)));
/// ```
///
/// Source: PyTorch's `nn.Flatten`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flatten;

/// Gives an example another shape with the same values in the same order: `y = x`.
///
/// # Shapes
///
/// Any shape with as many values as the given one.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{AvgPool1D, Reshape, Sequential};
/// use brique_tensor::ndarray::array;
///
/// let network: Sequential = Sequential::new(4)
///     .then(Reshape::new([2, 2]))?
///     .then(AvgPool1D::new([2, 2], 2)?)?;
/// assert_eq!(network.forward(&array![[1.0, 2.0, 3.0, 4.0]])?, array![[2.0, 3.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: PyTorch's `nn.Unflatten`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reshape {
    shape: Shape,
}

impl Reshape {
    /// Creates a module whose output has this shape.
    #[must_use]
    pub fn new(shape: impl Into<Shape>) -> Self {
        Self { shape: shape.into() }
    }
}

impl<T: Scalar> Module<T> for Flatten {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(Shape::from(input.size()))
    }

    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.keep_values();
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        copy(output, input);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        copy(input_delta, delta);
    }
}

impl<T: Scalar> Module<T> for Reshape {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        if input.size() == self.shape.size() {
            return Ok(self.shape);
        }
        let expected = format!("{} values", self.shape.size());
        let reason = format!("as many as in the shape {} of the output", self.shape);
        Err(Fault::example_shape(input, expected, reason))
    }

    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.keep_values();
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        copy(output, input);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        copy(input_delta, delta);
    }

    fn description(&self) -> Description {
        Description::new("Reshape").attribute("shape", self.shape)
    }
}

impl fmt::Display for Flatten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flatten")
    }
}

impl fmt::Display for Reshape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Module::<f64>::description(self).fmt(f)
    }
}
