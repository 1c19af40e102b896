//! The contract of a module.

use std::fmt::{Debug, Display};

use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::{Error, Fault, Parameter, Shape};

/// A brick of a network: it goes forward, and hands its error back.
///
/// Users call the report's five methods: [`forward`](Self::forward), [`zero_grad`](Self::zero_grad),
/// [`backward_update_gradient`](Self::backward_update_gradient), [`backward_delta`](Self::backward_delta),
/// [`update_parameters`](Self::update_parameters). They check shapes, and where they return an error nothing has changed.
///
/// Authors write [`output_shape`](Self::output_shape) and the kernels, which write into buffers that the caller owns
/// and may rely on shapes that fit:
///
/// ```
/// use std::fmt;
///
/// use brique_core::{Error, Fault, Module, Shape};
/// use brique_tensor::ndarray::{Zip, array};
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
///     fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
///         Zip::from(output).and(input).for_each(|y, &x| *y = x * x);
///     }
///     fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
///         Zip::from(input_delta).and(input).and(delta).for_each(|d, &x, &delta| *d = (x + x) * delta);
///     }
/// }
///
/// let x = array![[1.0, -3.0]];
/// assert_eq!(Square.forward(&x)?, array![[1.0, 9.0]]);
/// assert_eq!(Square.backward_delta(&x, &array![[1.0, 0.5]])?, array![[2.0, -3.0]]);
/// # Ok::<(), Error>(())
/// ```
///
/// In `type` position `Module` is `Module<f64>`; the trait is object-safe, so a network is a list of
/// `Box<dyn Module>`. A module displays itself as one would write it down, `Linear(2 → 1)`: errors quote that.
///
/// Source: the `Module` of the report, which is Torch7's `nn.Module` with `updateOutput`, `updateGradInput` and
/// `accGradParameters`.
pub trait Module<T: Scalar = f64>: Debug + Display + Send + Sync {
    /// The inner shape of the output for examples of the inner shape `input`.
    ///
    /// # Errors
    ///
    /// A [`Fault::ExampleShape`] that says what would fit.
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault>;

    /// `output = f(input)`, overwriting all of `output`.
    ///
    /// `input` is (batch, in), `output` (batch, out), as [`output_shape`](Self::output_shape) says.
    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>);

    /// `input_delta = (∂f/∂input)ᵀ · delta`, overwriting all of `input_delta`.
    ///
    /// `input` and `input_delta` are (batch, in), `delta` is (batch, out).
    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>);

    /// `output = f(input)`, as [`forward_kernel`](Self::forward_kernel), and in `kept` whatever makes
    /// [`delta_from_kept_kernel`](Self::delta_from_kept_kernel) fast.
    ///
    /// Left out, it keeps nothing. A function that has most of its work in common with its slope keeps the slope.
    /// `input` and `kept`, which holds anything, are (batch, in), `output` is (batch, out).
    fn forward_keeping_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, kept: &mut Matrix<T>) {
        let _ = kept;
        self.forward_kernel(input, output);
    }

    /// What [`delta_kernel`](Self::delta_kernel) gives, to the last bit, where `input_delta` holds what
    /// [`forward_keeping_kernel`](Self::forward_keeping_kernel) has kept of the same `input`, and is overwritten.
    /// No parameter has changed in between.
    ///
    /// Left out, it makes no use of what is kept. The two are written together, or neither.
    fn delta_from_kept_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        self.delta_kernel(input, delta, input_delta);
    }

    /// `gradient += (∂f/∂W)ᵀ · delta` for every parameter W. A module without parameters leaves this out.
    ///
    /// `input` is (batch, in), `delta` is (batch, out).
    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>) {
        let _ = (input, delta);
    }

    /// `gradient = (∂f/∂W)ᵀ · delta` for every parameter W, whatever it held before: what [`zero_grad`](Self::zero_grad) and
    /// [`gradient_kernel`](Self::gradient_kernel) give together.
    ///
    /// Left out, it calls the two. A module whose gradients are large overwrites them in one pass.
    fn fresh_gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>) {
        self.zero_grad();
        self.gradient_kernel(input, delta);
    }

    /// Shows every parameter to `visit`, always in one order. A module without parameters leaves this out.
    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        let _ = visit;
    }

    /// Hands every parameter to `visit`, in the order of [`visit_parameters`](Self::visit_parameters).
    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        let _ = visit;
    }

    /// `output =` what the trained module answers, overwriting all of `output`: `f(input)`, unless chance is part of f.
    ///
    /// Left out, it is the forward pass. A module that draws in training, as a dropout does, writes what it answers
    /// without drawing.
    fn predict_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        self.forward_kernel(input, output);
    }

    /// Begins step number `step` of a training. What a module draws is a function of its seed and of this number; a
    /// module that draws nothing leaves this out.
    fn begin_step(&mut self, step: u64) {
        let _ = step;
    }

    /// `f(input)`: (batch, in) to (batch, out), one example a row.
    ///
    /// # Errors
    ///
    /// Where the module does not take examples with that many values.
    fn forward(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        let shape = batch_output(self, input).map_err(|fault| Error::new(self, "forward", fault))?;
        let mut output = Array2::zeros(shape);
        self.forward_kernel(input, &mut output);
        Ok(output)
    }

    /// What the trained module answers: `f(input)` without any chance that is part of f in training.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn predict(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        let shape = batch_output(self, input).map_err(|fault| Error::new(self, "predict", fault))?;
        let mut output = Array2::zeros(shape);
        self.predict_kernel(input, &mut output);
        Ok(output)
    }

    /// Sets the gradient of every parameter to zero.
    fn zero_grad(&mut self) {
        self.visit_parameters_mut(&mut Parameter::zero_grad);
    }

    /// Adds `(∂f/∂W)ᵀ · delta` to the gradient of every parameter W.
    ///
    /// `input` is what went forward, (batch, in); `delta` is ∂L/∂output, (batch, out).
    ///
    /// # Errors
    ///
    /// Where `input` does not fit the module, or `delta` not its output. No gradient has changed then.
    fn backward_update_gradient(&mut self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<(), Error> {
        check_delta(self, input, delta)
            .map_err(|fault| Error::new(&*self, "backward_update_gradient", fault))?;
        self.gradient_kernel(input, delta);
        Ok(())
    }

    /// `(∂f/∂input)ᵀ · delta`: ∂L/∂input, (batch, in). Changes nothing.
    ///
    /// `input` is what went forward, (batch, in); `delta` is ∂L/∂output, (batch, out).
    ///
    /// # Errors
    ///
    /// Where `input` does not fit the module, or `delta` not its output.
    fn backward_delta(&self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<Array2<T>, Error> {
        check_delta(self, input, delta).map_err(|fault| Error::new(self, "backward_delta", fault))?;
        let mut input_delta = Array2::zeros(input.dim());
        self.delta_kernel(input, delta, &mut input_delta);
        Ok(input_delta)
    }

    /// `W −= gradient_step · ∇W` for every parameter W. The gradient stays until [`zero_grad`](Self::zero_grad).
    ///
    /// Gradients are taken as they are: a NaN or an infinity among them goes into its parameter, NaN in, NaN out.
    ///
    /// # Errors
    ///
    /// Where `gradient_step` is NaN or infinite, which would lose every parameter. None has changed then.
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
}

/// A boxed module is a module: networks are lists of `Box<dyn Module>`.
impl<T: Scalar, M: Module<T> + ?Sized> Module<T> for Box<M> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        (**self).output_shape(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        (**self).forward_kernel(input, output);
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        (**self).delta_kernel(input, delta, input_delta);
    }

    fn forward_keeping_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, kept: &mut Matrix<T>) {
        (**self).forward_keeping_kernel(input, output, kept);
    }

    fn delta_from_kept_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        (**self).delta_from_kept_kernel(input, delta, input_delta);
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>) {
        (**self).gradient_kernel(input, delta);
    }

    fn fresh_gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>) {
        (**self).fresh_gradient_kernel(input, delta);
    }

    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        (**self).visit_parameters(visit);
    }

    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        (**self).visit_parameters_mut(visit);
    }

    fn predict_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        (**self).predict_kernel(input, output);
    }

    fn begin_step(&mut self, step: u64) {
        (**self).begin_step(step);
    }

    fn forward(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        (**self).forward(input)
    }

    fn predict(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        (**self).predict(input)
    }

    fn zero_grad(&mut self) {
        (**self).zero_grad();
    }

    fn backward_update_gradient(&mut self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<(), Error> {
        (**self).backward_update_gradient(input, delta)
    }

    fn backward_delta(&self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<Array2<T>, Error> {
        (**self).backward_delta(input, delta)
    }

    fn update_parameters(&mut self, gradient_step: T) -> Result<(), Error> {
        (**self).update_parameters(gradient_step)
    }
}

fn batch_output<T, M>(module: &M, input: &Matrix<T>) -> Result<(usize, usize), Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let (rows, columns) = input.dim();
    let outputs = module.output_shape(Shape::from(columns))?.size();
    let bytes = rows
        .checked_mul(outputs)
        .and_then(|values| values.checked_mul(size_of::<T>()));
    if bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        return Err(Fault::Value {
            argument: "the number of output values".into(),
            found: format!("{rows} · {outputs}"),
            expected: "as many as memory can address".into(),
        });
    }
    Ok((rows, outputs))
}

fn check_delta<T, M>(module: &M, input: &Matrix<T>, delta: &Matrix<T>) -> Result<(), Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let expected = batch_output(module, input)?;
    if delta.dim() == expected {
        return Ok(());
    }
    let reason = if delta.nrows() == expected.0 {
        "as many columns as the module's output"
    } else {
        "as many rows as the input has examples"
    };
    Err(Fault::Shape {
        argument: "delta",
        found: delta.dim(),
        expected,
        reason,
    })
}
