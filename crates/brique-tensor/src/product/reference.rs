//! The product by its definition, for any memory layout. Tests compare the fast products with it.

use ndarray::{ArrayView1, Zip};

use super::Onto;
use crate::{Matrix, Scalar};

/// Computes `c = onto + a · b`, one element after the other.
pub fn multiply<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, onto: Onto<ArrayView1<'_, T>>, c: &mut Matrix<T>) {
    Zip::indexed(c).for_each(|(row, column), c| {
        let terms = a.row(row).into_iter().zip(b.column(column));
        let sum = terms.fold(T::zero(), |sum, (&a, &b)| sum + a * b);
        *c = match &onto {
            Onto::Nothing => sum,
            Onto::Itself => *c + sum,
            Onto::Row(row) => row[column] + sum,
        };
    });
}
