//! The linear layer.

use std::fmt;

use brique_core::{Description, Error, Fault, Gradient, Memory, Module, Parameter, Shape};
use brique_random::RandomSource;
use brique_tensor::ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use brique_tensor::{
    Matrix, Scalar, affine_delta, affine_forward, affine_gradient, affine_overwrite_gradient,
};

use crate::Init;
use crate::addressable::check_addressable;

/// Computes `y = x · W + b`. W and b are stored in one parameter of shape (in + 1, out), with b as the last row. W is
/// the transpose of the `weight` of PyTorch's `nn.Linear`.
///
/// The report appends a column of ones to the input and computes `y = [x 1] · parameters`. This layer computes the same
/// result without building that column. With δ = ∂L/∂y:
///
/// | pass | result |
/// |---|---|
/// | `forward` | `x · W + b` |
/// | `backward_delta` | `δ · Wᵀ` |
/// | `backward_update_gradient` | `∇W += xᵀ · δ`, `∇b += Σ δ` over the batch |
///
/// # Shapes
///
/// `x` is (batch, in), `y` and δ are (batch, out). Any of batch, in and out may be 0.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_layers::ndarray::array;
///
/// // Two weights, then the bias.
/// let linear = Linear::from_parameters(array![[10.0], [1.0], [0.5]])?;
/// assert_eq!(linear.to_string(), "Linear(2 → 1)");
/// assert_eq!(linear.weight(), array![[10.0], [1.0]]);
/// assert_eq!(linear.bias(), array![0.5]);
///
/// let x = array![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(linear.forward(&x)?, array![[12.5], [34.5]]);
/// let back = linear.backward_delta(&x, &array![[1.0], [2.0]])?;
/// assert_eq!(back, array![[10.0, 1.0], [20.0, 2.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the report, 3.2; Torch7's `nn.Linear`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear<T: Scalar = f64> {
    parameters: Parameter<T>,
}

impl<T: Scalar> Linear<T> {
    /// Creates a layer with `inputs` input values and `outputs` output values. The initial parameters are drawn from
    /// the distribution `init` with the generator `rng`.
    ///
    /// # Errors
    ///
    /// If `init` has a bound that is negative, NaN, or so large that its double is not finite; or if there are more
    /// parameters than memory can address.
    pub fn new(inputs: usize, outputs: usize, init: Init, rng: &mut dyn RandomSource) -> Result<Self, Error> {
        let refuse = |fault| Error::new(format_args!("Linear({inputs} → {outputs})"), "new", fault);
        check_addressable::<T>(inputs, outputs).map_err(refuse)?;
        Ok(Self {
            parameters: Parameter::with_weight_rows(init.draw(inputs, outputs, rng).map_err(refuse)?, inputs),
        })
    }

    /// Creates a layer with these parameters, (in + 1, out): one row of weights for each input, then the bias.
    ///
    /// # Errors
    ///
    /// If `parameters` has no row: the bias is missing.
    pub fn from_parameters(parameters: Array2<T>) -> Result<Self, Error> {
        if parameters.nrows() == 0 {
            let fault = Fault::Shape {
                argument: "parameters",
                found: parameters.dim(),
                expected: (1, parameters.ncols()),
                reason: "one row per input, and the bias as the last row",
            };
            return Err(Error::new("Linear", "from_parameters", fault));
        }
        let inputs = parameters.nrows() - 1;
        Ok(Self {
            parameters: Parameter::with_weight_rows(parameters, inputs),
        })
    }

    /// Returns value and gradient of the parameters, (in + 1, out).
    #[must_use]
    pub fn parameters(&self) -> &Parameter<T> {
        &self.parameters
    }

    /// Returns the weights W, (in, out).
    #[must_use]
    pub fn weight(&self) -> ArrayView2<'_, T> {
        self.parameters.value().view().split_at(Axis(0), self.inputs()).0
    }

    /// Returns the bias b, of length out.
    #[must_use]
    pub fn bias(&self) -> ArrayView1<'_, T> {
        self.parameters.value().row(self.inputs())
    }

    /// Returns the number of values in an example of the input.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.parameters.shape().0 - 1
    }

    /// Returns the number of values in an example of the output.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.parameters.shape().1
    }
}

impl<T: Scalar> Module<T> for Linear<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        let expected = Shape::from(self.inputs());
        if input == expected {
            return Ok(Shape::from(self.outputs()));
        }
        Err(Fault::example_shape(
            input,
            expected,
            "one value for each row of weights",
        ))
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        affine_forward(input, self.parameters.value(), output);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        affine_delta(delta, self.parameters.value(), input_delta);
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>, _: &mut Memory<T>) {
        affine_gradient(input, delta, &mut self.parameters.gradient_mut());
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
                let write = |gradient: &mut Matrix<T>| affine_overwrite_gradient(input, delta, gradient);
                self.parameters.overwrite_gradient(write);
            }
        }
        if let Some(input_delta) = input_delta {
            self.delta_kernel(input, delta, input_delta, memory);
        }
    }

    fn adds_in_row_groups(&self) -> bool {
        true
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        visit(&self.parameters);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        visit(&mut self.parameters);
    }

    fn description(&self) -> Description {
        Description::new("Linear")
            .attribute("in", self.inputs())
            .attribute("out", self.outputs())
    }
}

impl<T: Scalar> fmt::Display for Linear<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description().fmt(f)
    }
}
