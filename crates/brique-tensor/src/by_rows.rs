//! Matrices in any memory layout, for kernels that need rows without gaps. A training step copies nothing: its buffers are
//! stored row by row.

use ndarray::Array2;

use crate::{Matrix, Scalar};

/// A matrix that is stored row by row, borrowed if it is already.
pub(crate) enum ByRows<'a, T> {
    Borrowed(&'a Matrix<T>),
    Copied(Array2<T>),
}

/// Returns the matrix itself, or a copy if it is not stored row by row.
pub(crate) fn by_rows<T: Scalar>(matrix: &Matrix<T>) -> ByRows<'_, T> {
    if matrix.as_slice().is_some() {
        return ByRows::Borrowed(matrix);
    }
    let mut copy = Array2::zeros(matrix.dim());
    copy.assign(matrix);
    ByRows::Copied(copy)
}

impl<T: Scalar> ByRows<'_, T> {
    pub(crate) fn as_slice(&self) -> Option<&[T]> {
        match self {
            Self::Borrowed(matrix) => matrix.as_slice(),
            Self::Copied(copy) => copy.as_slice(),
        }
    }
}

/// Calls `write` with the numbers of a matrix, row by row, or with those of a copy that is copied back.
pub(crate) fn in_rows<T: Scalar>(matrix: &mut Matrix<T>, write: impl FnOnce(&mut [T])) {
    if let Some(numbers) = matrix.as_slice_mut() {
        return write(numbers);
    }
    let mut copy = Array2::zeros(matrix.dim());
    copy.assign(matrix);
    if let Some(numbers) = copy.as_slice_mut() {
        write(numbers);
    }
    matrix.assign(&copy);
}
