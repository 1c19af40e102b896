//! The `Loss` trait.

use std::fmt::{Debug, Display};

use brique_tensor::ndarray::{Array1, Array2, ArrayRef1};
use brique_tensor::{Matrix, Scalar};

use crate::check::{check_allocatable, check_reduced};
use crate::{Error, Fault, Reduction};

/// Measures how far predictions ŷ are from their targets y, and computes the gradient of that with respect to ŷ.
///
/// Users call [`forward`](Self::forward), [`backward`](Self::backward) and [`per_example`](Self::per_example), with the
/// target as the first argument. Authors write the kernels, whose arguments have passed [`check`](Self::check).
///
/// `backward` must return the exact gradient of the number that `forward` returns, including the reduction.
///
/// Source: the `Loss` of the report, Torch7's `nn.Criterion`; `per_example` is the vector of the course.
pub trait Loss<T: Scalar = f64>: Debug + Display + Send + Sync {
    /// Returns the loss of the predictions `yhat` for the targets `y` as one number.
    ///
    /// # Errors
    ///
    /// If `y` cannot be the target of `yhat`, or the reduction is a mean and the batch has no terms.
    fn forward(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<T, Error> {
        check_reduced(self, y, yhat).map_err(|fault| Error::new(self, "forward", fault))?;
        Ok(self.forward_kernel(y, yhat))
    }

    /// Returns ∂[`forward`](Self::forward)/∂`yhat`, of the shape of `yhat`.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward), and if memory cannot hold the gradient.
    fn backward(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        let refuse = |fault| Error::new(self, "backward", fault);
        check_allocatable::<T>("the number of values of the gradient", yhat.dim()).map_err(refuse)?;
        check_reduced(self, y, yhat).map_err(refuse)?;
        let mut delta = Array2::zeros(yhat.dim());
        self.backward_kernel(y, yhat, &mut delta);
        Ok(delta)
    }

    /// Returns the loss of each example before any reduction: a vector with one element per example.
    ///
    /// # Errors
    ///
    /// If `y` cannot be the target of `yhat`, or memory cannot hold the losses.
    fn per_example(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array1<T>, Error> {
        let refuse = |fault| Error::new(self, "per_example", fault);
        check_allocatable::<T>("the number of losses", (yhat.nrows(), 1)).map_err(refuse)?;
        self.check(y, yhat).map_err(refuse)?;
        let mut losses = Array1::zeros(yhat.nrows());
        self.per_example_kernel(y, yhat, &mut losses);
        Ok(losses)
    }

    /// Returns how the losses of a batch are reduced to one number.
    fn reduction(&self) -> Reduction;

    /// Returns the divisor d of the reduced loss: `forward = Σ per_example / d`. The default implementation is for losses
    /// with one term per element of `yhat`.
    fn divisor(&self, _y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        T::from_usize(self.reduction().divisor(yhat.nrows(), yhat.ncols()))
    }

    /// Checks whether `y` can be the target of the prediction `yhat`. The default implementation requires that both
    /// have the same shape.
    ///
    /// # Errors
    ///
    /// If `y` cannot be the target of `yhat`.
    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        if y.dim() == yhat.dim() {
            return Ok(());
        }
        Err(Fault::Shape {
            argument: "yhat",
            found: yhat.dim(),
            expected: y.dim(),
            reason: "the shape of the target y; nothing is broadcast",
        })
    }

    /// Returns the reduced loss.
    fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T;

    /// Computes `delta = ∂forward/∂yhat`, overwriting all of `delta`, which has the shape of `yhat`.
    fn backward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>);

    /// Computes the loss of each example before any reduction, overwriting all of `losses`, which has one element per
    /// row of `yhat`.
    fn per_example_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>);

    /// Returns the probabilities that the predictions `yhat` stand for, of the same shape: of logits, their softmax or
    /// sigmoid. The default implementation returns an error.
    ///
    /// # Errors
    ///
    /// If predictions of this loss do not stand for probabilities, or memory cannot hold them.
    fn probabilities(&self, _yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        Err(Error::new(self, "probabilities", Fault::NoProbabilities))
    }
}
