//! The product as it is written: for any layout in memory, and what the fast ones are compared with.

use ndarray::{ArrayView1, Zip};

use super::Onto;
use crate::{Matrix, Scalar};

/// `c = onto + a · b`, each element one sum after the other.
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
