//! A module whose input is added to its output.

use std::fmt;

use brique_core::{Description, Error, Fault, Gradient, Memory, Module, Plan, Shape};
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::arithmetic::add;

/// Computes `y = x + f(x)`, with a module f whose output has the shape of its input. The backward pass computes
/// `δ_x = δ + (∂f/∂x)ᵀ δ`.
///
/// # Shapes
///
/// `x`, `y` and δ are (batch, in).
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{Linear, Residual};
/// use brique_layers::ndarray::array;
///
/// let double = Linear::from_parameters(array![[2.0], [0.0]])?;
/// let residual = Residual::new(1, double)?;
/// assert_eq!(residual.forward(&array![[5.0]])?, array![[15.0]]);
/// assert_eq!(residual.backward_delta(&array![[5.0]], &array![[1.0]])?, array![[3.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: He, Zhang, Ren and Sun, 2016.
#[derive(Debug)]
pub struct Residual<T: Scalar = f64> {
    shape: Shape,
    module: Box<dyn Module<T>>,
}

impl<T: Scalar> Residual<T> {
    /// Creates the module `x + module(x)` for examples of this shape.
    ///
    /// # Errors
    ///
    /// If `module` does not take this shape, or its output has another size.
    pub fn new(shape: impl Into<Shape>, module: impl Module<T> + 'static) -> Result<Self, Error> {
        let shape = shape.into();
        let refuse = |fault| Error::new(format_args!("Residual({module})"), "new", fault);
        let output = module.output_shape(shape).map_err(refuse)?;
        if output.size() != shape.size() {
            let fault = Fault::Value {
                argument: "the output of the module".into(),
                found: format!("of shape {output}"),
                expected: format!("of shape {shape}, that of its input, to which it is added").into(),
            };
            return Err(refuse(fault));
        }
        let mut residual = Self {
            shape,
            module: Box::new(module),
        };
        residual.begin_step(0);
        Ok(residual)
    }
}

impl<T: Scalar> Module<T> for Residual<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        if input == self.shape || input == Shape::from(self.shape.size()) {
            return Ok(self.shape);
        }
        Err(Fault::example_shape(
            input,
            self.shape,
            "the shape that the inner module takes",
        ))
    }

    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.inner(&*self.module, self.shape, self.shape);
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        forward(self, input, output, memory);
    }

    fn delta_kernel(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        propagate(self, input, delta, input_delta, memory);
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        backward(self, input, delta, input_delta, gradient, memory);
    }

    fn inner(&self, number: usize) -> Option<(&str, &dyn Module<T>)> {
        (number == 0).then_some(("module", &*self.module))
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module<T>)> {
        (number == 0).then_some(("module", &mut *self.module))
    }

    fn description(&self) -> Description {
        Description::new("Residual").attribute("in", self.shape)
    }
}

compile_once! {
    fn forward<T: Scalar>(
        residual: &Residual<T>,
        input: &Matrix<T>,
        output: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        memory.inner()[0].forward_into(&*residual.module, input, output);
        add(output, input);
    }

    fn propagate<T: Scalar>(
        residual: &Residual<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        memory.inner()[0].delta_into(&*residual.module, input, delta, input_delta);
        add(input_delta, delta);
    }

    fn backward<T: Scalar>(
        residual: &mut Residual<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        let mut input_delta = input_delta;
        let node = &mut memory.inner()[0];
        node.backward_into(
            &mut *residual.module,
            input,
            delta,
            input_delta.as_deref_mut(),
            gradient,
        );
        if let Some(input_delta) = input_delta {
            add(input_delta, delta);
        }
    }
}

impl<T: Scalar> fmt::Display for Residual<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe().fmt(f)
    }
}
