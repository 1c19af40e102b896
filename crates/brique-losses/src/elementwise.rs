//! Losses that are a sum of one term per element. A loss defines the term and its derivative; this file defines the
//! three kernels once for all such losses.

use brique_core::Reduction;
use brique_tensor::ndarray::ArrayRef1;
use brique_tensor::{Matrix, Scalar, combine, pairwise_sum, sum_of_pairs};

/// A loss that is a sum of one term per element.
pub(crate) trait Elementwise {
    /// Returns the term, a function of y and ŷ.
    fn term<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy;

    /// Returns the derivative of the term with respect to ŷ.
    fn derivative<T: Scalar>(&self) -> impl Fn(T, T) -> T + Copy;
}

/// Defines the three kernels of an [`Elementwise`] loss, inside its implementation of [`Loss`](brique_core::Loss).
macro_rules! kernels {
    ($loss:ty) => {
        fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
            brique_tensor::compile_once! {
                fn forward<T: Scalar>(loss: &$loss, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
                    $crate::elementwise::forward(y, yhat, loss.reduction, loss.term())
                }
            }
            forward(self, y, yhat)
        }

        fn backward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
            brique_tensor::compile_once! {
                fn backward<T: Scalar>(loss: &$loss, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
                    $crate::elementwise::backward(y, yhat, delta, loss.reduction, loss.derivative());
                }
            }
            backward(self, y, yhat, delta);
        }

        fn per_example_kernel(
            &self,
            y: &Matrix<T>,
            yhat: &Matrix<T>,
            losses: &mut brique_tensor::ndarray::ArrayRef1<T>,
        ) {
            brique_tensor::compile_once! {
                fn per_example<T: Scalar>(
                    loss: &$loss,
                    y: &Matrix<T>,
                    yhat: &Matrix<T>,
                    losses: &mut brique_tensor::ndarray::ArrayRef1<T>
                ) {
                    $crate::elementwise::per_example(y, yhat, losses, loss.term());
                }
            }
            per_example(self, y, yhat, losses);
        }
    };
}
pub(crate) use kernels;

/// Computes `Σ term(y, ŷ) / d` over all elements. d is the divisor of the reduction.
#[track_caller]
pub(crate) fn forward<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    reduction: Reduction,
    term: impl Fn(T, T) -> T + Copy,
) -> T {
    assert_one_shape(y, yhat);
    sum_of_pairs(y, yhat, term) / divisor(yhat, reduction)
}

/// Computes `delta = derivative(y, ŷ) / d`, element by element. `derivative` is the derivative of the term with respect
/// to ŷ, and d is the divisor of the reduction.
#[track_caller]
pub(crate) fn backward<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    delta: &mut Matrix<T>,
    reduction: Reduction,
    derivative: impl Fn(T, T) -> T,
) {
    assert_one_shape(y, yhat);
    let factor = T::one() / divisor(yhat, reduction);
    combine(y, yhat, delta, move |y, yhat| derivative(y, yhat) * factor);
}

/// Computes `losses[i] = Σ term(y, ŷ)` over row i.
#[track_caller]
pub(crate) fn per_example<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    losses: &mut ArrayRef1<T>,
    term: impl Fn(T, T) -> T,
) {
    assert_one_shape(y, yhat);
    assert_length(losses, yhat);
    for (row, loss) in losses.iter_mut().enumerate() {
        *loss = sum_of_row(y, yhat, row, &term);
    }
}

fn sum_of_row<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>, row: usize, term: &impl Fn(T, T) -> T) -> T {
    pairwise_sum(yhat.ncols(), |column| term(y[[row, column]], yhat[[row, column]]))
}

fn divisor<T: Scalar>(yhat: &Matrix<T>, reduction: Reduction) -> T {
    T::from_usize(reduction.divisor(yhat.nrows(), yhat.ncols()))
}

#[track_caller]
fn assert_one_shape<T>(y: &Matrix<T>, yhat: &Matrix<T>) {
    assert!(
        y.dim() == yhat.dim(),
        "yhat has shape {:?}, expected {:?}",
        yhat.dim(),
        y.dim()
    );
}

/// Asserts that `losses` has one element per example.
#[track_caller]
pub(crate) fn assert_length<T>(losses: &ArrayRef1<T>, yhat: &Matrix<T>) {
    assert!(
        losses.len() == yhat.nrows(),
        "losses has {} elements, expected {}",
        losses.len(),
        yhat.nrows()
    );
}

/// Returns the sign of `e`: 1 if it is positive, −1 if it is negative, 0 if it is 0, and NaN if it is NaN.
pub(crate) fn sign<T: Scalar>(e: T) -> T {
    if e > T::zero() {
        T::one()
    } else if e < T::zero() {
        -T::one()
    } else {
        e
    }
}
