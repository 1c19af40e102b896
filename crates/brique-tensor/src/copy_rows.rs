//! Copies of some rows of a matrix, as a batch needs them.

use crate::{Matrix, compile_once};

compile_once! {
    /// Copies the row `rows[i]` of `from` to the row i of `to`, for each i.
    ///
    /// # Shapes
    ///
    /// `from` is (any number of rows, columns), `to` (as many rows as `rows` has numbers, or more, columns). Further rows
    /// of `to` are not changed.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit together, or `from` does not have one of the rows.
    ///
    /// ```
    /// use brique_tensor::copy_rows;
    /// use brique_tensor::ndarray::array;
    ///
    /// let from = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    /// let mut to = array![[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]];
    /// copy_rows(&from, &[2, 0], &mut to);
    /// assert_eq!(to, array![[5.0, 6.0], [1.0, 2.0], [0.0, 0.0]]);
    /// ```
    pub fn copy_rows<T: Scalar>(from: &Matrix<T>, rows: &[usize], to: &mut Matrix<T>) {
        let columns = from.ncols();
        assert!(
            to.ncols() == columns && to.nrows() >= rows.len(),
            "to has shape {:?}, expected at least {} rows of {columns}",
            to.dim(),
            rows.len()
        );
        let most = from.nrows();
        assert!(
            rows.iter().all(|&row| row < most),
            "from has {most} rows, and not all of the rows that are copied"
        );
        if let (Some(from), Some(to), true) = (from.as_slice(), to.as_slice_mut(), columns > 0) {
            for (&row, to) in rows.iter().zip(to.chunks_exact_mut(columns)) {
                to.copy_from_slice(&from[row * columns..][..columns]);
            }
        } else {
            for (&row, mut to) in rows.iter().zip(to.rows_mut()) {
                to.assign(&from.row(row));
            }
        }
    }
}
