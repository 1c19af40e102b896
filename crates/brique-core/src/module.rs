//! The `Module` trait.

use std::fmt::{Debug, Display};

use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::path::{self, Step};
use crate::single_pass::{filled, prepared};
use crate::workspace::{Gradient, Memory, Node, Pass, Plan};
use crate::{Description, Error, Fault, InnerDescription, Parameter, Shape, TensorDescription};

/// A network or a part of one, as PyTorch's `nn.Module`: computes an output from an input, and in the backward pass the
/// gradients with respect to its input and its parameters.
///
/// In every method, `delta` is ∂L/∂output: the gradient of the loss L with respect to the module's output.
/// `input_delta` is ∂L/∂input.
///
/// Users call five methods, which have the names of the report that Brique reproduces: [`forward`](Self::forward),
/// [`zero_grad`](Self::zero_grad), [`backward_update_gradient`](Self::backward_update_gradient),
/// [`backward_delta`](Self::backward_delta), [`update_parameters`](Self::update_parameters). They check shapes. If one
/// of them returns an error, it has changed nothing.
///
/// Authors of modules write *kernels*. A kernel writes into buffers that the caller owns, and may assume that the
/// shapes fit. Authors implement:
///
/// | in | methods |
/// |---|---|
/// | every module | [`output_shape`], [`forward_kernel`], [`delta_kernel`] |
/// | modules with parameters | [`gradient_kernel`], [`own_parameters`], [`own_parameters_mut`] |
/// | modules with inner modules | [`inner`], [`inner_mut`], [`plan_memory`], [`backward_kernel`] |
///
/// [`output_shape`]: Self::output_shape
/// [`forward_kernel`]: Self::forward_kernel
/// [`delta_kernel`]: Self::delta_kernel
/// [`gradient_kernel`]: Self::gradient_kernel
/// [`own_parameters`]: Self::own_parameters
/// [`own_parameters_mut`]: Self::own_parameters_mut
/// [`inner`]: Self::inner
/// [`inner_mut`]: Self::inner_mut
/// [`plan_memory`]: Self::plan_memory
/// [`backward_kernel`]: Self::backward_kernel
///
/// Modules without inner modules can also implement `plan_memory`, to save values for the backward pass, and
/// `backward_kernel`, to write large gradients in a single pass. [`set_step`](Self::set_step) is for modules that are
/// random in training, [`description`](Self::description) for attributes that files need. The trait implements every
/// other method with these. This is a complete module:
///
/// ```
/// use std::fmt;
///
/// use brique_core::{Error, Fault, Memory, Module, Shape};
/// use brique_core::ndarray::{Zip, array};
/// use brique_tensor::{Matrix, Scalar};
///
/// /// y = x², element by element.
/// #[derive(Debug)]
/// struct Square;
///
/// impl fmt::Display for Square {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         write!(f, "Square")
///     }
/// }
///
/// impl<T: Scalar> Module<T> for Square {
///     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
///         Ok(input)
///     }
///     fn forward_kernel(
///         &self,
///         input: &Matrix<T>,
///         output: &mut Matrix<T>,
///         _: &mut Memory<T>,
///     ) {
///         Zip::from(output).and(input).for_each(|y, &x| *y = x * x);
///     }
///     fn delta_kernel(
///         &self,
///         input: &Matrix<T>,
///         delta: &Matrix<T>,
///         input_delta: &mut Matrix<T>,
///         _: &mut Memory<T>,
///     ) {
///         let values = Zip::from(input_delta).and(input).and(delta);
///         values.for_each(|d, &x, &delta| *d = (x + x) * delta);
///     }
/// }
///
/// let x = array![[1.0, -3.0]];
/// assert_eq!(Square.forward(&x)?, array![[1.0, 9.0]]);
/// assert_eq!(Square.backward_delta(&x, &array![[1.0, 0.5]])?, array![[2.0, -3.0]]);
/// # Ok::<(), Error>(())
/// ```
///
/// Numbers are `f64` by default: `dyn Module` means `dyn Module<f64>`. The trait is object-safe, so a network can store
/// its modules as `Box<dyn Module>`.
///
/// Source: the `Module` of the report, which is Torch7's `nn.Module` with `updateOutput`, `updateGradInput` and
/// `accGradParameters`.
pub trait Module<T: Scalar = f64>: Debug + Display + Send + Sync {
    // For users, and first in the documentation. They follow from the methods below; authors need not write them.

    /// Computes `f(input)` as in training: (batch, in) to (batch, out), one example per row.
    ///
    /// # Errors
    ///
    /// If the module does not take examples with `input.ncols()` values, or memory cannot hold its output.
    fn forward(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        let prepared = prepared(self, input, Pass::Forward);
        let (mut node, shape) = prepared.map_err(|fault| Error::new(self, "forward", fault))?;
        let mut output = Array2::zeros(shape);
        node.forward_into(self, input, &mut output);
        Ok(output)
    }

    /// Computes the prediction of the trained module: `f(input)` without the randomness of training.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn predict(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        let prepared = prepared(self, input, Pass::Prediction);
        let (mut node, shape) = prepared.map_err(|fault| Error::new(self, "predict", fault))?;
        let mut output = Array2::zeros(shape);
        node.forward_into(self, input, &mut output);
        Ok(output)
    }

    /// Sets the gradient of every parameter to zero.
    fn zero_grad(&mut self) {
        self.visit_parameters_mut(&mut Parameter::zero_grad);
    }

    /// Adds `(∂f/∂W)ᵀ · delta` to the gradient of every parameter W.
    ///
    /// `input` is the input of the forward pass, (batch, in); `delta` is ∂L/∂output, (batch, out). If the module needs
    /// saved values, this method runs the forward pass again. A training loop avoids that with a
    /// [`Workspace`](crate::Workspace).
    ///
    /// # Errors
    ///
    /// If `input` does not fit the module, `delta` does not fit its output, or memory cannot hold the saved values. In
    /// that case no gradient has changed.
    fn backward_update_gradient(&mut self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<(), Error> {
        let filled = filled(self, input, delta);
        let mut node = filled.map_err(|fault| Error::new(&*self, "backward_update_gradient", fault))?;
        node.backward_into(self, input, delta, None, Gradient::Add);
        Ok(())
    }

    /// Computes `(∂f/∂input)ᵀ · delta`: ∂L/∂input, (batch, in). It does not change the module.
    ///
    /// `input` is the input of the forward pass, (batch, in); `delta` is ∂L/∂output, (batch, out). If the module needs
    /// saved values, this method runs the forward pass again.
    ///
    /// # Errors
    ///
    /// If `input` does not fit the module, `delta` does not fit its output, or memory cannot hold the saved values.
    fn backward_delta(&self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<Array2<T>, Error> {
        let filled = filled(self, input, delta);
        let mut node = filled.map_err(|fault| Error::new(self, "backward_delta", fault))?;
        let mut input_delta = Array2::zeros(input.dim());
        node.delta_into(self, input, delta, &mut input_delta);
        Ok(input_delta)
    }

    /// Computes `W −= gradient_step · ∇W` for every parameter W: `gradient_step` is the learning rate. The method does
    /// not reset the gradient; call [`zero_grad`](Self::zero_grad) for that.
    ///
    /// Gradients are not checked: a NaN or an infinity in a gradient makes its parameter NaN or infinite.
    ///
    /// # Errors
    ///
    /// If `gradient_step` is NaN or infinite, which would make every parameter NaN or infinite. In that case no
    /// parameter has changed.
    fn update_parameters(&mut self, gradient_step: T) -> Result<(), Error> {
        if !gradient_step.is_finite() {
            let fault = Fault::Value {
                argument: "gradient_step".into(),
                found: gradient_step.to_string(),
                expected: "a finite number".into(),
            };
            return Err(Error::new(&*self, "update_parameters", fault));
        }
        self.visit_parameters_mut(&mut |parameter| parameter.update(gradient_step));
        Ok(())
    }

    /// Returns the shape of one example of the output. `input` is the shape of one example of the input; neither shape
    /// contains the batch size.
    ///
    /// # Errors
    ///
    /// If the module does not take such examples: a [`Fault::ExampleShape`] with the shape that would fit.
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault>;

    /// Computes `output = f(input)`, overwriting all of `output`.
    ///
    /// `input` is (batch, in), `output` is (batch, out). `memory` holds the buffers that
    /// [`plan_memory`](Self::plan_memory) requested. If [`Memory::is_prediction`] returns true, f must not be random: a
    /// dropout, for example, returns its input.
    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>);

    /// Computes `input_delta = (∂f/∂input)ᵀ · delta`, overwriting all of `input_delta`.
    ///
    /// `input` and `input_delta` are (batch, in), `delta` is (batch, out). `memory` holds the values that the forward
    /// kernel saved for the same `input`. The parameters have not changed since then.
    fn delta_kernel(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    );

    /// Adds `(∂f/∂W)ᵀ · delta` to the gradient of every parameter W of the module itself. The default implementation
    /// does nothing.
    ///
    /// `input` is (batch, in), `delta` is (batch, out). `memory` is the same as for
    /// [`delta_kernel`](Self::delta_kernel).
    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>, memory: &mut Memory<T>) {
        let _ = (input, delta, memory);
    }

    /// Calls `visit` for each parameter of the module itself, always in the same order. It does not visit the
    /// parameters of inner modules.
    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        let _ = visit;
    }

    /// As [`own_parameters`](Self::own_parameters), in the same order, with mutable parameters.
    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        let _ = visit;
    }

    /// Returns the name of the inner module with the index `number`, and the module. Indices start at 0; after the last
    /// inner module, the result is `None`.
    ///
    /// A composite module lists its inner modules here and nowhere else. The methods for parameters, steps,
    /// descriptions and paths use this list.
    fn inner(&self, number: usize) -> Option<(&str, &dyn Module<T>)> {
        let _ = number;
        None
    }

    /// As [`inner`](Self::inner), with a mutable module.
    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module<T>)> {
        let _ = number;
        None
    }

    /// Requests memory for a batch of examples of the shape `input`: buffers for the values that are saved for the
    /// backward pass, scratch matrices, and the memory of each inner module. The default implementation requests none.
    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_, T>) {
        let _ = (input, plan);
    }

    /// Runs the whole backward pass: computes the gradients of all parameters and, if `input_delta` is given, the
    /// gradient with respect to the input, as [`delta_kernel`](Self::delta_kernel) does. `gradient` says whether the
    /// gradients of the parameters are added to the stored gradients or overwrite them.
    ///
    /// The default implementation sets the gradients to zero for [`Gradient::Overwrite`], then calls the gradient
    /// kernel and, if `input_delta` is given, the delta kernel. Override it to write large gradients in a single pass.
    /// A module with inner modules must override it.
    fn backward_kernel(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        assert!(
            self.inner(0).is_none(),
            "{self} has inner modules, but no backward_kernel"
        );
        if gradient == Gradient::Overwrite {
            self.own_parameters_mut(&mut Parameter::zero_grad);
        }
        self.gradient_kernel(input, delta, memory);
        if let Some(input_delta) = input_delta {
            self.delta_kernel(input, delta, input_delta, memory);
        }
    }

    /// Stores the training step that begins. The random numbers of a module are a function of its seed, the step and
    /// the module's path: see [`Step::seed`]. The default implementation does nothing.
    fn set_step(&mut self, step: Step) {
        let _ = step;
    }

    /// Returns whether the gradients of its own parameters are added in `brique_tensor::RowGroups`; false by default.
    /// A training in many processes is faster if all modules do.
    fn adds_in_row_groups(&self) -> bool {
        false
    }

    /// Returns the module's kind and attributes; [`describe`](Self::describe) adds tensors and inner modules. The
    /// default implementation returns the name of the type as the kind, and no attributes.
    fn description(&self) -> Description {
        Description::of_type::<Self>()
    }

    // The methods below are for users too, and follow from the methods above.

    /// Calls `visit` for each parameter: the module's own, then those of its inner modules in order.
    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        self.own_parameters(visit);
        let mut number = 0;
        while let Some((_, inner)) = self.inner(number) {
            inner.visit_parameters(visit);
            number += 1;
        }
    }

    /// As [`visit_parameters`](Self::visit_parameters), in the same order, with mutable parameters.
    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        self.own_parameters_mut(visit);
        let mut number = 0;
        while let Some((_, inner)) = self.inner_mut(number) {
            inner.visit_parameters_mut(visit);
            number += 1;
        }
    }

    /// Begins training step `step` in this module and in all modules inside it. Modules that are random in training
    /// draw new numbers in each step. Each inner module mixes its path into its seed, so that two modules with the same
    /// seed draw different numbers.
    fn begin_step(&mut self, step: u64) {
        let step = Step::new(step);
        self.set_step(step);
        let mut number = 0;
        while let Some((name, inner)) = self.inner_mut(number) {
            let step = step.inside(name);
            path::begin_step(inner, step);
            number += 1;
        }
    }

    /// Describes the module as plain data: kind, attributes, named tensors, inner modules.
    fn describe(&self) -> Description {
        let mut description = self.description();
        self.own_parameters(&mut |parameter| {
            let tensors = parameter.tensors().map(|tensor| TensorDescription {
                name: tensor.name.to_owned(),
                shape: tensor.values.dim(),
                layout: tensor.layout,
            });
            description.tensors.extend(tensors);
        });
        let mut number = 0;
        while let Some((name, inner)) = self.inner(number) {
            description.is_composite = true;
            description.inner.push(InnerDescription {
                name: name.to_owned(),
                output: None,
                module: inner.describe(),
            });
            number += 1;
        }
        // If the input shape is known, planning the memory gives the output shapes of the inner modules.
        if let Ok(input) = description.shape("in") {
            let mut node = Node::default();
            node.prepare(self, input, 0, 0, Pass::Forward);
            node.annotate(&mut description);
        }
        description
    }
}
