//! The contract of a loss.

use std::fmt::{Debug, Display};

use brique_tensor::ndarray::{Array1, Array2, ArrayRef1};
use brique_tensor::{Matrix, Scalar};

use crate::{Error, Fault, Reduction};

/// How far predictions ŷ are from their targets y, and the gradient of that with respect to ŷ.
///
/// Users call [`forward`](Self::forward), [`backward`](Self::backward) and [`per_example`](Self::per_example), target
/// first; authors write the kernels, which may rely on arguments that passed [`check`](Self::check).
///
/// Both passes agree by contract: `backward` is the exact gradient of what `forward` returns, reduction included.
///
/// Source: the `Loss` of the report, Torch7's `nn.Criterion`; `per_example` is the vector of the course.
pub trait Loss<T: Scalar = f64>: Debug + Display + Send + Sync {
    /// How the losses of a batch become one number.
    fn reduction(&self) -> Reduction;

    /// Whether `y` can be the target of the prediction `yhat`. Left out, the two need the same shape.
    ///
    /// # Errors
    ///
    /// What does not fit.
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

    /// The reduced loss.
    fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T;

    /// `delta = ∂forward/∂yhat`, overwriting all of `delta`, which has the shape of `yhat`.
    fn backward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>);

    /// The loss of each example before any reduction, overwriting all of `losses`, one element a row of `yhat`.
    fn per_example_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>);

    /// The loss of the predictions `yhat` for the targets `y`, one number.
    ///
    /// # Errors
    ///
    /// Where `y` cannot be the target of `yhat`, or a mean is asked for and there is nothing to take it over.
    fn forward(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<T, Error> {
        check_reduced(self, y, yhat).map_err(|fault| Error::new(self, "forward", fault))?;
        Ok(self.forward_kernel(y, yhat))
    }

    /// ∂[`forward`](Self::forward)/∂`yhat`, of the shape of `yhat`.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    fn backward(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        check_reduced(self, y, yhat).map_err(|fault| Error::new(self, "backward", fault))?;
        let mut delta = Array2::zeros(yhat.dim());
        self.backward_kernel(y, yhat, &mut delta);
        Ok(delta)
    }

    /// The loss of each example before any reduction: a vector as long as the batch.
    ///
    /// # Errors
    ///
    /// Where `y` cannot be the target of `yhat`.
    fn per_example(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array1<T>, Error> {
        self.check(y, yhat)
            .map_err(|fault| Error::new(self, "per_example", fault))?;
        let mut losses = Array1::zeros(yhat.nrows());
        self.per_example_kernel(y, yhat, &mut losses);
        Ok(losses)
    }
}

fn check_reduced<T, L>(loss: &L, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault>
where
    T: Scalar,
    L: Loss<T> + ?Sized,
{
    loss.check(y, yhat)?;
    let (examples, terms) = yhat.dim();
    if loss.reduction().divisor(examples, terms) == 0 {
        return Err(Fault::NoMean { found: yhat.dim() });
    }
    Ok(())
}
