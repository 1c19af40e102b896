//! The passes of a training loop, in a workspace of its own.

use brique_core::{Error, Fault, Module};
use brique_tensor::ndarray::ArrayView2;
use brique_tensor::{Matrix, Scalar};

use super::{Sequential, Workspace};

impl<T: Scalar> Sequential<T> {
    /// `f(input)`, the output of every module kept in `workspace`, and in place of the errors of the last way back what
    /// modules keep for the next; [`predict_in`](Self::predict_in) keeps the outputs alone. Allocates only where the
    /// workspace has to grow.
    ///
    /// # Errors
    ///
    /// Where the network does not take examples with that many values.
    pub fn forward_in<'a>(
        &self,
        input: &'a Matrix<T>,
        workspace: &'a mut Workspace<T>,
    ) -> Result<ArrayView2<'a, T>, Error> {
        self.check_input(input, "forward_in")?;
        Ok(self.walk_forward_keeping(input, workspace))
    }

    /// As [`forward_in`](Self::forward_in), but as the trained network answers: nothing is dropped.
    ///
    /// # Errors
    ///
    /// Where the network does not take examples with that many values.
    pub fn predict_in<'a>(
        &self,
        input: &'a Matrix<T>,
        workspace: &'a mut Workspace<T>,
    ) -> Result<ArrayView2<'a, T>, Error> {
        self.check_input(input, "predict_in")?;
        Ok(self.walk_forward(input, workspace, |module, x, y| module.predict_kernel(x, y)))
    }

    /// Adds `(∂f/∂W)ᵀ · delta` to the gradient of every parameter W, from what [`forward_in`](Self::forward_in) of this
    /// network has kept of the same `input`; its parameters have not changed since. The error of the input itself, which
    /// nobody reads, is not computed.
    ///
    /// # Errors
    ///
    /// Where `delta` does not fit the output, or the workspace is not that of a forward pass of as many rows. No gradient
    /// has changed then.
    pub fn backward_in(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        self.check_backward(input, delta, workspace, "backward_in")?;
        self.add_gradients(input, delta, workspace);
        Ok(())
    }

    /// Sets the gradient of every parameter W to `(∂f/∂W)ᵀ · delta`, whatever it was before: as
    /// [`zero_grad`](Module::zero_grad) and [`backward_in`](Self::backward_in) together, with one pass over the gradients less.
    ///
    /// # Errors
    ///
    /// As [`backward_in`](Self::backward_in).
    pub fn fresh_backward_in(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        self.check_backward(input, delta, workspace, "fresh_backward_in")?;
        self.walk_back(input, delta, workspace, |module, x, delta| {
            module.fresh_gradient_kernel(x, delta);
        });
        Ok(())
    }

    /// The number of the first module whose output for the batch in `workspace` has a NaN or an infinity.
    #[must_use]
    pub fn first_not_finite(&self, workspace: &Workspace<T>) -> Option<usize> {
        let is_wrong = |&number: &usize| workspace.output(number).iter().any(|y| !y.is_finite());
        (0..self.len()).find(is_wrong)
    }

    pub(super) fn add_gradients(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        workspace: &mut Workspace<T>,
    ) {
        self.walk_back(input, delta, workspace, |module, x, delta| {
            module.gradient_kernel(x, delta);
        });
    }

    fn walk_back(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        workspace: &mut Workspace<T>,
        gradient: impl Fn(&mut dyn Module<T>, &Matrix<T>, &Matrix<T>),
    ) {
        let modules = &mut self.modules;
        let has_kept = workspace.take_kept();
        workspace.walk_back(input, delta, None, &mut |number, x, delta, below| {
            let module = &mut *modules[number].module;
            gradient(module, x, delta);
            match below {
                Some(below) if has_kept => module.delta_from_kept_kernel(x, delta, below),
                Some(below) => module.delta_kernel(x, delta, below),
                None => {}
            }
        });
    }

    /// Whether `delta` and the workspace are those of a forward pass of `input`.
    fn check_backward(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        workspace: &Workspace<T>,
        operation: &'static str,
    ) -> Result<(), Error> {
        self.check_input(input, operation)?;
        let expected = (input.nrows(), self.output().size());
        let fault = if delta.dim() != expected {
            let reason = "the shape of the output";
            Fault::Shape {
                argument: "delta",
                found: delta.dim(),
                expected,
                reason,
            }
        } else if !workspace.holds(self, input.nrows()) {
            Fault::Value {
                argument: "the batch in the workspace".into(),
                found: format!("{} rows", workspace.rows()),
                expected: format!("the {} rows of the input: forward_in comes first", input.nrows()).into(),
            }
        } else {
            return Ok(());
        };
        Err(Error::new("Sequential", operation, fault))
    }

    fn check_input(&self, input: &Matrix<T>, operation: &'static str) -> Result<(), Error> {
        let shape = self.output_shape(input.ncols().into());
        shape
            .map(|_| ())
            .map_err(|fault| Error::new("Sequential", operation, fault))
    }
}
