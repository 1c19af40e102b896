//! The one door to a matrix product: whatever computes it can be replaced here alone.
//!
//! Every element of a result is one chain of multiplications and additions along the depth, whatever the size of the
//! tile it is computed in: a row has the same bits in every batch. Nothing is allocated.

use ndarray::Zip;

use crate::tile::{Factor, Job};
use crate::{Matrix, Scalar};

/// `c = a · b`, whatever `c` held before, NaN included.
pub(crate) fn multiply<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) {
    product(a, b, c, false);
}

/// `c += a · b`, the product added as a whole for depths up to [`crate::tile::CHUNK`], in chunks of that beyond.
pub(crate) fn multiply_add<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) {
    product(a, b, c, true);
}

fn product<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>, adds: bool) {
    let ((rows, depth), columns) = (a.dim(), b.ncols());
    assert!(
        b.nrows() == depth && c.dim() == (rows, columns),
        "a {:?} times b {:?} does not give c {:?}",
        a.dim(),
        b.dim(),
        c.dim()
    );
    if rows == 0 || columns == 0 {
        return;
    }
    if depth == 0 {
        // A sum of nothing.
        if !adds {
            c.fill(T::zero());
        }
        return;
    }
    let (Some(a_factor), Some(b_factor), Some(c_slice)) = (factor(a), factor(b), c.as_slice_mut()) else {
        return by_definition(a, b, c, adds);
    };
    T::multiply(Job {
        rows,
        depth,
        columns,
        a: a_factor,
        b: b_factor,
        c: c_slice,
        adds,
    });
}

/// A matrix whose numbers lie row by row, or column by column, without gaps.
fn factor<T: Scalar>(matrix: &Matrix<T>) -> Option<Factor<'_, T>> {
    let by_rows = matrix.as_slice().map(|slice| Factor {
        slice,
        is_transposed: false,
        stride: matrix.ncols(),
    });
    by_rows.or_else(|| {
        let stride = matrix.nrows();
        let slice = transposed_slice(matrix)?;
        Some(Factor {
            slice,
            is_transposed: true,
            stride,
        })
    })
}

fn transposed_slice<T>(matrix: &Matrix<T>) -> Option<&[T]> {
    let is_by_columns = matrix.strides() == [1, isize::try_from(matrix.nrows()).ok()?];
    matrix.as_slice_memory_order().filter(|_| is_by_columns)
}

/// The product of matrices in any layout, element by element.
fn by_definition<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>, adds: bool) {
    Zip::indexed(c).for_each(|(row, column), c| {
        let terms = a.row(row).into_iter().zip(b.column(column));
        let sum = terms.fold(T::zero(), |sum, (&a, &b)| sum + a * b);
        *c = if adds { *c + sum } else { sum };
    });
}
