//! A loss from a formula.

use std::fmt;

use brique_core::{Loss, Reduction};
use brique_tensor::ndarray::ArrayRef1;
use brique_tensor::{Matrix, Scalar};

use crate::elementwise;

/// A loss of your own, from the formula of one element and its derivative: `Σ term(y, ŷ) / d`, with the gradient
/// `derivative(y, ŷ) / d`. The [`Reduction`] gives the divisor d.
///
/// `term` and `derivative` are functions of y and ŷ; `derivative` is ∂term/∂ŷ. Nothing checks that it is: let
/// `brique_gradcheck::Judge` check it.
///
/// # Shapes
///
/// `y` and `ŷ` are both (n, m).
///
/// # Errors
///
/// If the shapes differ, or the reduction is a mean and the batch has no terms.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::ElementwiseLoss;
/// use brique_tensor::ndarray::array;
///
/// let log_cosh = ElementwiseLoss::new(
///     "LogCosh",
///     |y: f64, yhat: f64| (yhat - y).cosh().ln(),
///     |y, yhat| (yhat - y).tanh(),
/// );
/// let (y, yhat) = (array![[0.0], [2.0]], array![[1.0], [2.0]]);
/// assert_eq!(log_cosh.forward(&y, &yhat)?, 1.0_f64.cosh().ln() / 2.0);
/// assert_eq!(log_cosh.backward(&y, &yhat)?, array![[1.0_f64.tanh() / 2.0], [0.0]]);
/// assert_eq!(log_cosh.to_string(), "LogCosh(mean)");
/// # Ok::<(), brique_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct ElementwiseLoss<F, D> {
    name: &'static str,
    term: F,
    derivative: D,
    reduction: Reduction,
}

impl<F, D> ElementwiseLoss<F, D> {
    /// Creates the loss with the reduction `Mean`. Messages call it by its `name`.
    #[must_use]
    pub fn new<T: Scalar>(name: &'static str, term: F, derivative: D) -> Self
    where
        F: Fn(T, T) -> T,
        D: Fn(T, T) -> T,
    {
        Self {
            name,
            term,
            derivative,
            reduction: Reduction::Mean,
        }
    }

    /// Sets how the losses of a batch are reduced to one number.
    #[must_use]
    pub fn with_reduction(mut self, reduction: Reduction) -> Self {
        self.reduction = reduction;
        self
    }
}

impl<T, F, D> Loss<T> for ElementwiseLoss<F, D>
where
    T: Scalar,
    F: Fn(T, T) -> T + Copy + Send + Sync,
    D: Fn(T, T) -> T + Copy + Send + Sync,
{
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        elementwise::forward(y, yhat, self.reduction, self.term)
    }

    fn backward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        elementwise::backward(y, yhat, delta, self.reduction, self.derivative);
    }

    fn per_example_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>) {
        elementwise::per_example(y, yhat, losses, self.term);
    }
}

impl<F, D> fmt::Display for ElementwiseLoss<F, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, self.reduction)
    }
}

impl<F, D> fmt::Debug for ElementwiseLoss<F, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
