//! The memory of a network for one batch: the values saved for the backward pass, and the matrices between inner
//! modules.

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
pub use node::{Link, Node};
pub use plan::Plan;

/// Runs the forward and backward passes of a module in buffers that are reused from batch to batch.
///
/// A training loop owns one workspace. [`forward`](Self::forward) stores the outputs and the values that modules save
/// for the backward pass; [`backward`](Self::backward) reads them. The buffers grow to fit the largest batch; after
/// that, nothing is allocated. They form a tree, with one [`Node`] for each module.
///
/// ```
/// # use brique_core::{Fault, Memory, Parameter, Shape};
/// use brique_core::{Gradient, Module, Workspace};
/// use brique_core::ndarray::array;
/// # use brique_tensor::Matrix;
/// # #[derive(Debug)]
/// # struct Scale(Parameter);
/// # impl std::fmt::Display for Scale {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         write!(f, "Scale")
/// #     }
/// # }
/// # impl Module for Scale {
/// #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
/// #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
/// #         y.assign(&(x * self.0.value()[[0, 0]]));
/// #     }
/// #     fn delta_kernel(
/// #         &self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory
/// #     ) {
/// #         d.assign(&(delta * self.0.value()[[0, 0]]));
/// #     }
/// #     fn gradient_kernel(&mut self, x: &Matrix, delta: &Matrix, _: &mut Memory) {
/// #         self.0.gradient_mut()[[0, 0]] += (x * delta).sum();
/// #     }
/// #     fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) { visit(&self.0); }
/// #     fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
/// #         visit(&mut self.0);
/// #     }
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
    /// Whether the workspace holds saved values that no backward pass has used yet.
    is_ready: bool,
    /// The largest number of rows for which memory was checked since the plan last changed.
    checked_rows: usize,
}

impl<T: Scalar> Workspace<T> {
    /// Computes `f(input)` as in training, and saves the values that [`backward`](Self::backward) needs.
    ///
    /// # Shapes
    ///
    /// `input` is (batch, in), the result is (batch, out).
    ///
    /// # Errors
    ///
    /// If the module does not take examples with `input.ncols()` values, or memory cannot hold the pass.
    pub fn forward<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
    ) -> Result<ArrayView2<'_, T>, Error> {
        self.run(module, input, Pass::Training, "forward")?;
        self.is_ready = true;
        Ok(self.root.output())
    }

    /// Computes the prediction `f(input)`: without the randomness of training, and without saving values.
    ///
    /// # Shapes
    ///
    /// `input` is (batch, in), the result is (batch, out).
    ///
    /// # Errors
    ///
    /// If the module does not take examples with `input.ncols()` values, or memory cannot hold the pass.
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
        self.prepare(module, columns, (rows, outputs), pass);
        if rows > self.checked_rows {
            self.check_memory(rows)
                .map_err(|fault| Error::new(module, operation, fault))?;
        }
        self.root.forward(module, input);
        Ok(())
    }

    /// Makes the memory fit `module`. Returns whether it already fitted, apart from the number of rows.
    #[inline]
    fn prepare<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: Shape,
        (rows, outputs): (usize, usize),
        pass: Pass,
    ) -> bool {
        let fits = self.root.prepare(module, input, outputs, rows, pass);
        if !fits {
            self.checked_rows = 0;
        }
        fits
    }

    /// Checks that memory for a training step on `rows` rows can be allocated. Only a larger batch needs a new check.
    #[cold]
    fn check_memory(&mut self, rows: usize) -> Result<(), Fault> {
        self.root.check_memory(Pass::Training)?;
        self.checked_rows = rows;
        Ok(())
    }

    /// Computes the gradient `(∂f/∂W)ᵀ · delta` of every parameter W. `gradient` says whether it is added to the stored
    /// gradient or overwrites it.
    ///
    /// The gradient with respect to the input is not computed. `module`, its parameters and `input` must be those of
    /// the last [`forward`](Self::forward). Every backward pass needs its own forward pass, because it may overwrite
    /// the saved values.
    ///
    /// # Shapes
    ///
    /// `input` is (batch, in), `delta` is (batch, out).
    ///
    /// # Errors
    ///
    /// If `input` or `delta` does not fit `module`; if there was no forward pass since the last backward pass or
    /// prediction; or if that forward pass had another number of rows, or ran a network that needs other buffers.
    /// Another network that needs the same buffers is not detected. In case of an error, no gradient has changed.
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

    /// As [`backward`](Self::backward), and also returns the gradient with respect to the input, (batch, in).
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

    /// As [`backward`](Self::backward), and calls `report` for modules whose gradients are complete while the pass goes on.
    ///
    /// If `module` is a [chain](Plan::chain), `report` gets each of its modules, from the last to the first. Any other module
    /// is reported as a whole at the end. `report` may change the gradients of a module, but not its values.
    ///
    /// # Errors
    ///
    /// As [`backward`](Self::backward).
    pub fn backward_with_reports(
        &mut self,
        module: &mut dyn Module<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        gradient: Gradient,
        report: &mut dyn FnMut(&mut dyn Module<T>),
    ) -> Result<(), Error> {
        self.check_backward(module, input, delta)?;
        self.root
            .backward_with_reports(module, input, delta, gradient, report);
        Ok(())
    }

    /// Checks that the workspace holds a forward pass of this module with the same number of rows, and that `delta`
    /// fits.
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
            // If the memory does not fit, `prepare` changes it and the saved values are lost.
            self.is_ready = false;
            let input = Shape::from(input.ncols());
            if self.prepare(module, input, (rows, outputs), Pass::Training) {
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

    /// Returns the output of the last forward pass, (batch, out).
    #[must_use]
    pub fn output(&self) -> ArrayView2<'_, T> {
        self.root.output()
    }

    /// Returns the memory of the inner modules, in their order.
    #[must_use]
    pub fn inner(&self) -> &[Node<T>] {
        self.root.inner()
    }

    /// Finds the first module whose output for `input` contains a NaN or an infinity, and returns its path and its
    /// `Display` text.
    ///
    /// It runs a forward pass in a new workspace, as in training, and checks the output of every module.
    #[must_use]
    pub fn first_not_finite(module: &dyn Module<T>, input: &Matrix<T>) -> Option<(String, String)> {
        let mut workspace = Self::default();
        workspace.run(module, input, Pass::Watched, "forward").ok()?;
        workspace.root.first_not_finite(module, String::new())
    }

    /// Fills every buffer with `number`. Tests use this to show that results do not depend on the earlier content of
    /// the buffers.
    #[doc(hidden)]
    pub fn fill(&mut self, number: T) {
        self.root.fill(number);
    }
}
