//! The memory of a network for one batch: what forward saves for backward, and what lies between inner modules.

mod buffer;
mod memory;
mod node;
mod plan;

use brique_tensor::ndarray::ArrayView2;
use brique_tensor::{Matrix, Scalar};

use crate::check::{batch_output, check_delta};
use crate::{Error, Fault, Module, Shape};

pub(crate) use memory::Pass;
pub use memory::{Gradient, Memory};
pub use node::Node;
pub use plan::Plan;

/// The memory that a module needs for one batch, with the memory of its inner modules: a tree of buffers.
///
/// A training loop owns one. [`forward`](Self::forward) fills it with the outputs and with the values that modules save for
/// the backward pass, [`backward`](Self::backward) reads them. It grows with the largest batch; after that, nothing is
/// allocated.
///
/// ```
/// use brique_core::{Gradient, Module, Workspace};
/// use brique_tensor::ndarray::array;
/// # use brique_core::{Fault, Memory, Parameter, Shape};
/// # use brique_tensor::Matrix;
/// # #[derive(Debug)]
/// # struct Scale(Parameter);
/// # impl std::fmt::Display for Scale {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "Scale") }
/// # }
/// # impl Module for Scale {
/// #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
/// #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) { y.assign(&(x * self.0.value()[[0, 0]])); }
/// #     fn delta_kernel(&self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory) { d.assign(&(delta * self.0.value()[[0, 0]])); }
/// #     fn gradient_kernel(&mut self, x: &Matrix, delta: &Matrix, _: &mut Memory) { self.0.gradient_mut()[[0, 0]] += (x * delta).sum(); }
/// #     fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) { visit(&self.0); }
/// #     fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) { visit(&mut self.0); }
/// # }
/// let mut scale = Scale(Parameter::new(array![[3.0]])); // y = 3x
/// let mut workspace = Workspace::default();
/// let x = array![[1.0, 2.0]];
/// assert_eq!(workspace.forward(&scale, &x)?, array![[3.0, 6.0]]);
/// workspace.backward(&mut scale, &x, &array![[1.0, 10.0]], Gradient::Overwrite)?;
/// assert_eq!(scale.0.gradient(), array![[21.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Workspace<T: Scalar = f64> {
    root: Node<T>,
    /// Whether the values that a forward pass saved are there and not used yet.
    is_ready: bool,
}

impl<T: Scalar> Workspace<T> {
    /// Computes `f(input)` as in training, and saves what [`backward`](Self::backward) needs.
    ///
    /// # Shapes
    ///
    /// `input` is (batch, in), the result (batch, out).
    ///
    /// # Errors
    ///
    /// If the module does not take examples with that many values.
    pub fn forward<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
    ) -> Result<ArrayView2<'_, T>, Error> {
        self.run(module, input, Pass::Training, "forward")?;
        self.is_ready = true;
        Ok(self.root.output())
    }

    /// Computes `f(input)` as in prediction: nothing is dropped, and nothing is saved.
    ///
    /// # Shapes
    ///
    /// `input` is (batch, in), the result (batch, out).
    ///
    /// # Errors
    ///
    /// If the module does not take examples with that many values.
    pub fn predict<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
    ) -> Result<ArrayView2<'_, T>, Error> {
        self.run(module, input, Pass::Prediction, "predict")?;
        Ok(self.root.output())
    }

    fn run<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
        pass: Pass,
        operation: &'static str,
    ) -> Result<(), Error> {
        self.is_ready = false;
        let (rows, outputs) =
            batch_output(module, input).map_err(|fault| Error::new(module, operation, fault))?;
        let columns = Shape::from(input.ncols());
        self.root.prepare(module, columns, outputs, rows, pass);
        self.root.forward(module, input);
        Ok(())
    }

    /// Computes the gradient of every parameter W, `(∂f/∂W)ᵀ · delta`, and adds it or overwrites with it.
    ///
    /// The gradient with respect to the input is not computed. `module`, its parameters and `input` are those of the
    /// last [`forward`](Self::forward). The saved values are used up: the next backward pass needs another forward pass.
    ///
    /// # Shapes
    ///
    /// `input` is (batch, in), `delta` is (batch, out).
    ///
    /// # Errors
    ///
    /// If `input` or `delta` does not fit, or the workspace does not hold a forward pass of as many rows of a network with
    /// the same memory: the same modules, up to the values of their parameters. No gradient has changed then.
    pub fn backward<M: Module<T> + ?Sized>(
        &mut self,
        module: &mut M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        gradient: Gradient,
    ) -> Result<(), Error> {
        self.check_backward(module, input, delta)?;
        self.root.backward_into(module, input, delta, None, gradient);
        Ok(())
    }

    /// As [`backward`](Self::backward), and computes the gradient with respect to the input, (batch, in), too.
    ///
    /// # Errors
    ///
    /// As [`backward`](Self::backward).
    pub fn backward_with_delta<M: Module<T> + ?Sized>(
        &mut self,
        module: &mut M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        gradient: Gradient,
    ) -> Result<ArrayView2<'_, T>, Error> {
        self.check_backward(module, input, delta)?;
        self.root.backward(module, input, delta, gradient);
        Ok(self.root.input_delta())
    }

    /// Whether the workspace holds a forward pass of this module on as many rows, to which `delta` fits.
    fn check_backward<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
    ) -> Result<(), Error> {
        let found = self.find_fault(module, input, delta);
        found.map_err(|fault| Error::new(module, "backward", fault))
    }

    #[inline]
    fn find_fault<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
    ) -> Result<(), Fault> {
        let (rows, outputs) = check_delta(module, input, delta)?;
        let held = self.root.rows();
        let found = if !self.is_ready {
            "none".to_owned()
        } else if held != rows {
            format!("{held} rows")
        } else {
            self.is_ready = false;
            let input = Shape::from(input.ncols());
            if self.root.prepare(module, input, outputs, rows, Pass::Training) {
                return Ok(());
            }
            "that of another network".to_owned()
        };
        Err(Fault::Value {
            argument: "the batch in the workspace".into(),
            found,
            expected: format!("the {rows} rows of the input: forward comes first").into(),
        })
    }

    /// The output of the last forward pass, (batch, out).
    #[must_use]
    pub fn output(&self) -> ArrayView2<'_, T> {
        self.root.output()
    }

    /// The memory of the inner modules, in their order.
    #[must_use]
    pub fn inner(&self) -> &[Node<T>] {
        self.root.inner()
    }

    /// The path of the first module whose output for `input` has a NaN or an infinity, and the module as it displays itself.
    ///
    /// It runs forward again, as in training, and looks at every output.
    #[must_use]
    pub fn first_not_finite(module: &dyn Module<T>, input: &Matrix<T>) -> Option<(String, String)> {
        let mut workspace = Self::default();
        workspace.run(module, input, Pass::Watched, "forward").ok()?;
        workspace.root.first_not_finite(module, String::new())
    }

    /// Fills every buffer with `number`: a test that a result depends on no earlier content.
    #[doc(hidden)]
    pub fn fill(&mut self, number: T) {
        self.root.fill(number);
    }
}
