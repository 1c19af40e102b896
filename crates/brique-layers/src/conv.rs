//! Convolutions.

mod build;

use std::fmt;

use brique_core::{Description, Fault, Gradient, Memory, Module, Parameter, Shape};
use brique_tensor::ndarray::{ArrayView1, ArrayView2, Axis};
use brique_tensor::{
    Convolution, Matrix, Scalar, convolution_delta, convolution_forward, convolution_gradient,
    convolution_overwrite_gradient,
};

use crate::Window;
use crate::window::output_for;

/// A convolution along one axis: see [`Conv`].
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Conv1D;
/// use brique_tensor::ndarray::array;
///
/// // The difference of neighbours: two weights, then the bias.
/// let parameters = array![[-1.0], [1.0], [0.5]];
/// let conv = Conv1D::from_parameters([4, 1], 2, parameters)?;
/// assert_eq!(conv.to_string(), "Conv1D((4, 1) → (3, 1), kernel (2))");
/// let y = conv.forward(&array![[1.0, 2.0, 4.0, 8.0]])?;
/// assert_eq!(y, array![[1.5, 2.5, 4.5]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
pub type Conv1D<T = f64> = Conv<1, T>;

/// A convolution along two axes: see [`Conv`].
///
/// ```
/// use brique_layers::{Conv2D, Init, Window};
/// use brique_random::portable;
///
/// let window = Window::new(5).padding(2).stride(2);
/// let conv: Conv2D =
///     Conv2D::new([28, 28, 1], 6, window, Init::HeUniform, &mut portable(1))?;
/// assert_eq!(
///     conv.to_string(),
///     "Conv2D((28, 28, 1) → (14, 14, 6), kernel (5, 5), stride (2, 2), padding (2, 2))"
/// );
/// assert_eq!(conv.weight().dim(), (5 * 5, 6));
/// # Ok::<(), brique_core::Error>(())
/// ```
pub type Conv2D<T = f64> = Conv<2, T>;

/// Computes `y[p, j] = Σ_k Σ_c x[p · stride + k · dilation − padding, c] · W[(k, c), j] + b[j]` over the elements k of a
/// window and the input channels c. Outside of the input, x is 0. Use it as [`Conv1D`] or [`Conv2D`].
///
/// With g groups, output channel j sees only the input channels of its own group: the first of g parts of the output
/// channels sees the first of g parts of the input channels, and so on. As many groups as input channels make a depthwise
/// convolution.
///
/// W and b are stored in one parameter of shape (kernel · in / groups + 1, out), with b as the last row. The rows of W
/// are in the order (row of the window, column of the window, channel). Files store W as PyTorch does, (out, in / groups,
/// kernel). With δ = ∂L/∂y:
///
/// | pass | result |
/// |---|---|
/// | `backward_delta` | `δ_x[q, c] = Σ δ[p, j] · W[(k, c), j]` over p, k, j with `p · stride + k · dilation − padding = q` |
/// | `backward_update_gradient` | `∇W[(k, c), j] += Σ x[p · stride + k · dilation − padding, c] · δ[p, j]`, `∇b += Σ δ` |
///
/// # Shapes
///
/// An example of `x` has the shape (length, in) or (height, width, in), an example of `y` and δ (windows, out) or (windows
/// along the height, along the width, out): the channels come last. The batch may be 0. A flat example of as many values
/// is accepted too.
///
/// # PyTorch
///
/// PyTorch has the channels first. A file converts the weights; the values of examples are not converted. A
/// [`Linear`](crate::Linear) behind a [`Flatten`](crate::Flatten) has one row per value in the order (height, width,
/// channel), and its weights from PyTorch, in the order (channel, height, width), have to be reordered once:
/// `weight.reshape(out, c, h, w).permute(0, 2, 3, 1).reshape(out, -1)`.
///
/// # Memory
///
/// No value is saved for the backward pass. Each thread has a buffer with one example and its padding, or a few small
/// ones, one with the weights or one with a part of δ, and one index per position; `brique-tensor` allocates them once.
///
/// Source: LeCun, Bottou, Bengio and Haffner, 1998; PyTorch's `nn.Conv1d` and `nn.Conv2d`. Derived in
/// `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv<const N: usize, T: Scalar = f64> {
    input: Shape,
    output: Shape,
    window: Window<N>,
    convolution: Convolution,
    parameters: Parameter<T>,
}

impl<const N: usize, T: Scalar> Conv<N, T> {
    /// Returns value and gradient of the parameters, (kernel · in / groups + 1, out).
    #[must_use]
    pub fn parameters(&self) -> &Parameter<T> {
        &self.parameters
    }

    /// Returns the weights W, (kernel · in / groups, out).
    #[must_use]
    pub fn weight(&self) -> ArrayView2<'_, T> {
        let rows = self.convolution.weight_rows();
        self.parameters.value().view().split_at(Axis(0), rows).0
    }

    /// Returns the bias b, of length out.
    #[must_use]
    pub fn bias(&self) -> ArrayView1<'_, T> {
        self.parameters.value().row(self.convolution.weight_rows())
    }

    /// Returns the shape of an example of the input.
    #[must_use]
    pub fn input(&self) -> Shape {
        self.input
    }

    /// Returns the shape of an example of the output.
    #[must_use]
    pub fn output(&self) -> Shape {
        self.output
    }
}

impl<const N: usize, T: Scalar> Module<T> for Conv<N, T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        output_for(input, self.input, self.output)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        convolution_forward(&self.convolution, input, self.parameters.value(), output);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        convolution_delta(&self.convolution, delta, self.parameters.value(), input_delta);
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>, _: &mut Memory<T>) {
        convolution_gradient(
            &self.convolution,
            input,
            delta,
            &mut self.parameters.gradient_mut(),
        );
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        match gradient {
            Gradient::Add => self.gradient_kernel(input, delta, memory),
            Gradient::Overwrite => {
                let convolution = self.convolution;
                self.parameters.overwrite_gradient(|gradient| {
                    convolution_overwrite_gradient(&convolution, input, delta, gradient)
                });
            }
        }
        if let Some(input_delta) = input_delta {
            self.delta_kernel(input, delta, input_delta, memory);
        }
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        visit(&self.parameters);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        visit(&mut self.parameters);
    }

    fn description(&self) -> Description {
        let description = Description::new(Self::kind())
            .attribute("in", self.input)
            .attribute("out", self.output);
        let description = self.window.describe(description, 1.into());
        match self.convolution.groups() {
            1 => description.detail("groups", 1_usize),
            groups => description.attribute("groups", groups),
        }
    }
}

impl<const N: usize, T: Scalar> fmt::Display for Conv<N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description().fmt(f)
    }
}
