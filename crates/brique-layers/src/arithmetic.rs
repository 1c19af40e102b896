//! Copies, sums and products of whole matrices, element by element.

use brique_tensor::{Matrix, compile_once, update};

compile_once! {
    /// Computes `a = b`.
    pub(crate) fn copy<T: Scalar>(a: &mut Matrix<T>, b: &Matrix<T>) {
        a.assign(b);
    }

    /// Computes `a += b`.
    pub(crate) fn add<T: Scalar>(a: &mut Matrix<T>, b: &Matrix<T>) {
        update(a, b, |a, b| a + b);
    }

    /// Computes `a ⊙= b`.
    pub(crate) fn multiply<T: Scalar>(a: &mut Matrix<T>, b: &Matrix<T>) {
        update(a, b, |a, b| a * b);
    }
}
