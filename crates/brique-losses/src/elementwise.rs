//! Losses of one term an element: the three kernels over a value and a slope.

use brique_core::Reduction;
use brique_tensor::ndarray::ArrayRef1;
use brique_tensor::{Matrix, Scalar, combine, pairwise_sum, sum_of_pairs};

/// `Σ value(y, ŷ) / d` over all elements.
#[track_caller]
pub(crate) fn forward<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    reduction: Reduction,
    value: impl Fn(T, T) -> T + Copy,
) -> T {
    assert_one_shape(y, yhat);
    sum_of_pairs(y, yhat, value) / divisor(yhat, reduction)
}

/// `delta = slope(y, ŷ) / d`, element by element; the slope is that of the value in ŷ.
#[track_caller]
pub(crate) fn backward<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    delta: &mut Matrix<T>,
    reduction: Reduction,
    slope: impl Fn(T, T) -> T,
) {
    assert_one_shape(y, yhat);
    let factor = T::one() / divisor(yhat, reduction);
    combine(y, yhat, delta, move |y, yhat| slope(y, yhat) * factor);
}

/// `losses[i] = Σ value(y, ŷ)` over row i.
#[track_caller]
pub(crate) fn per_example<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    losses: &mut ArrayRef1<T>,
    value: impl Fn(T, T) -> T,
) {
    assert_one_shape(y, yhat);
    assert_length(losses, yhat);
    for (row, loss) in losses.iter_mut().enumerate() {
        *loss = sum_of_row(y, yhat, row, &value);
    }
}

fn sum_of_row<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>, row: usize, value: &impl Fn(T, T) -> T) -> T {
    pairwise_sum(yhat.ncols(), |column| {
        value(y[[row, column]], yhat[[row, column]])
    })
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

/// One loss an example.
#[track_caller]
pub(crate) fn assert_length<T>(losses: &ArrayRef1<T>, yhat: &Matrix<T>) {
    assert!(
        losses.len() == yhat.nrows(),
        "losses has {} elements, expected {}",
        losses.len(),
        yhat.nrows()
    );
}

/// `e / |e|`; 0 of 0, and NaN of NaN.
pub(crate) fn sign<T: Scalar>(e: T) -> T {
    if e > T::zero() {
        T::one()
    } else if e < T::zero() {
        -T::one()
    } else {
        e
    }
}
