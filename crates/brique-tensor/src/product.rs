//! The one door to a matrix product: whatever computes it can be replaced here alone.

use ndarray::linalg::general_mat_mul;

use crate::{Matrix, Scalar};

/// `c = a · b`, whatever `c` held before, NaN included.
pub(crate) fn multiply<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) {
    general_mat_mul(T::one(), a, b, T::zero(), c);
}

/// `c += a · b`.
pub(crate) fn multiply_add<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) {
    general_mat_mul(T::one(), a, b, T::one(), c);
}
