//! Conversion between the forms of labels: class numbers, one-hot rows, ±1, and 0 and 1.

use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::Error;
use crate::memory::check_memory;

/// Converts class numbers to one-hot rows: a matrix of shape (n, classes), with 1 in the column of the class and 0
/// elsewhere.
///
/// # Errors
///
/// If a label is not below `classes`, or memory cannot address that many values.
///
/// ```
/// use brique_datasets::{class_indices, one_hot};
/// use brique_tensor::ndarray::array;
///
/// let rows = one_hot::<f64>(&[2, 0], 3)?;
/// assert_eq!(rows, array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
/// assert_eq!(class_indices(&rows)?, [2, 0]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn one_hot<T: Scalar>(labels: &[usize], classes: usize) -> Result<Array2<T>, Error> {
    if let Some(index) = labels.iter().position(|&label| label >= classes) {
        return Err(Error::Class {
            index,
            found: labels[index],
            classes,
        });
    }
    check_memory("one_hot", "classes", (labels.len(), classes), 1)?;
    let mut rows = Array2::zeros((labels.len(), classes));
    for (mut row, &label) in rows.outer_iter_mut().zip(labels) {
        row[label] = T::one();
    }
    Ok(rows)
}

/// Converts one-hot rows to class numbers: the column of the 1 in each row.
///
/// # Errors
///
/// If a row does not contain exactly one 1 among zeros.
pub fn class_indices<T: Scalar>(one_hot: &Matrix<T>) -> Result<Vec<usize>, Error> {
    let class_of = |row: usize| {
        let values = one_hot.row(row);
        let class = values.iter().position(|&value| value == T::one())?;
        let zeros = values.iter().filter(|&&value| value == T::zero()).count();
        (zeros + 1 == values.len()).then_some(class)
    };
    (0..one_hot.nrows())
        .map(|row| class_of(row).ok_or(Error::NotOneHot { row }))
        .collect()
}

/// Converts −1 to 0, and 1 to 1.
pub(crate) fn signs_to_zero_one<T: Scalar>(targets: &Matrix<T>) -> Result<Array2<T>, Error> {
    let sign_error = targets
        .indexed_iter()
        .find(|(_, target)| target.abs() != T::one());
    if let Some(((row, column), target)) = sign_error {
        let found = target.as_f64();
        return Err(Error::Value {
            what: "targets",
            row,
            column,
            name: None,
            found,
            expected: "-1 or 1",
        });
    }
    Ok(targets.mapv(|target| if target > T::zero() { T::one() } else { T::zero() }))
}

/// Returns a number for each row, from 0: equal rows have equal numbers, and the numbers increase with the rows.
pub(crate) fn distinct_rows<T: Scalar>(rows: &Matrix<T>) -> Vec<usize> {
    let keys: Vec<Vec<TotalOrder>> = rows
        .outer_iter()
        .map(|row| row.iter().map(|value| TotalOrder::of(value.as_f64())).collect())
        .collect();
    let mut distinct: Vec<&Vec<TotalOrder>> = keys.iter().collect();
    distinct.sort_unstable();
    distinct.dedup();
    keys.iter()
        .map(|key| distinct.partition_point(|other| *other < key))
        .collect()
}

/// A number converted to an integer with the same order, so that rows can be sorted; 0 and −0 are equal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TotalOrder(i64);

impl TotalOrder {
    fn of(value: f64) -> Self {
        let bits = (value + 0.0).to_bits().cast_signed();
        Self(bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed())
    }
}
