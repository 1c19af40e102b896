//! A matrix that grows with the batch.

use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Scalar, aligned_zeros};

/// A matrix with space for the largest batch so far, allocated at its first use.
#[derive(Debug, Clone)]
pub(super) struct Buffer<T: Scalar> {
    /// The number of values per example that is needed now.
    columns: usize,
    matrix: Array2<T>,
}

impl<T: Scalar> Default for Buffer<T> {
    fn default() -> Self {
        Self {
            columns: 0,
            matrix: Array2::default((0, 0)),
        }
    }
}

impl<T: Scalar> Buffer<T> {
    /// Returns the first `rows` rows, to write to. Allocates if there are fewer.
    #[inline]
    pub(super) fn rows_mut(&mut self, rows: usize) -> ArrayViewMut2<'_, T> {
        if self.matrix.ncols() != self.columns || self.matrix.nrows() < rows {
            self.allocate(rows);
        }
        // Slicing all rows would check bounds that are known to hold: a thirtieth of the time of a small step.
        if rows == self.matrix.nrows() {
            return self.matrix.view_mut();
        }
        self.matrix.slice_axis_mut(Axis(0), Slice::from(0..rows))
    }

    #[cold]
    fn allocate(&mut self, rows: usize) {
        self.matrix = aligned_zeros((rows, self.columns));
    }

    /// Returns the first `rows` rows, or fewer if fewer were ever written.
    #[inline]
    pub(super) fn rows(&self, rows: usize) -> ArrayView2<'_, T> {
        if rows >= self.matrix.nrows() {
            return self.matrix.view();
        }
        self.matrix.slice_axis(Axis(0), Slice::from(0..rows))
    }

    /// Returns the number of values per example.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Sets the number of values per example. Returns whether it was already the same.
    #[inline]
    pub(super) fn set_columns(&mut self, columns: usize) -> bool {
        std::mem::replace(&mut self.columns, columns) == columns
    }

    pub(super) fn fill(&mut self, number: T) {
        self.matrix.fill(number);
    }
}
