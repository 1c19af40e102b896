//! The passes of a training loop, in a workspace of its own.

use brique_core::{Error, Fault, Module};
use brique_tensor::ndarray::ArrayView2;
use brique_tensor::{Matrix, Scalar};

use super::{Sequential, Workspace};

impl<T: Scalar> Sequential<T> {
    /// `f(input)`, the output of every module kept in `workspace`. Allocates only where the workspace has to grow.
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
        Ok(self.walk_forward(input, workspace, |module, x, y| module.forward_kernel(x, y)))
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

    /// Adds `(∂f/∂W)ᵀ · delta` to the gradient of every parameter W, from what [`forward_in`](Self::forward_in) has kept
    /// of the same `input`. The error of the input itself, which nobody reads, is not computed.
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
        self.check_input(input, "backward_in")?;
        let expected = (input.nrows(), self.output().size());
        let fault = if delta.dim() != expected {
            let reason = "the shape of the output";
            Some(Fault::Shape {
                argument: "delta",
                found: delta.dim(),
                expected,
                reason,
            })
        } else if !workspace.holds(self, input.nrows()) {
            Some(Fault::Value {
                argument: "the batch in the workspace".into(),
                found: format!("{} rows", workspace.rows()),
                expected: format!("the {} rows of the input: forward_in comes first", input.nrows()).into(),
            })
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err(Error::new("Sequential", "backward_in", fault));
        }
        self.add_gradients(input, delta, workspace);
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
        let modules = &mut self.modules;
        workspace.walk_back(input, delta, None, &mut |number, x, delta, below| {
            let module = &mut modules[number].module;
            module.gradient_kernel(x, delta);
            if let Some(below) = below {
                module.delta_kernel(x, delta, below);
            }
        });
    }

    fn check_input(&self, input: &Matrix<T>, operation: &'static str) -> Result<(), Error> {
        let shape = self.output_shape(input.ncols().into());
        shape
            .map(|_| ())
            .map_err(|fault| Error::new("Sequential", operation, fault))
    }
}
