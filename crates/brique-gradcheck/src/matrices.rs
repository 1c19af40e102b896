//! Comparisons of whole matrices.

use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis};

/// How far two results may be apart that only their order of additions tells apart, relative to the largest.
const REORDERED: f64 = 1e-10;

/// Whether two matrices are one, bit for bit.
pub(crate) fn same_bits(a: &Matrix, b: &Matrix) -> bool {
    a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Where two matrices of one shape differ in a bit, and by which numbers.
pub(crate) fn first_difference(found: &Matrix, expected: &Matrix) -> Option<String> {
    if found.dim() != expected.dim() {
        return Some(format!("shape {:?}, expected {:?}", found.dim(), expected.dim()));
    }
    found
        .indexed_iter()
        .zip(expected)
        .find(|((_, found), expected)| found.to_bits() != expected.to_bits())
        .map(|((index, found), expected)| format!("{found:e} at {index:?}, expected {expected:e}"))
}

/// Where two matrices of one shape differ by more than the rounding of sums of numbers up to `largest`.
pub(crate) fn first_distance(found: &Matrix, expected: &Matrix, largest: f64) -> Option<String> {
    if found.dim() != expected.dim() {
        return Some(format!("shape {:?}, expected {:?}", found.dim(), expected.dim()));
    }
    let allowed = REORDERED * largest.max(f64::MIN_POSITIVE);
    let agree = |found: f64, expected: f64| {
        let both_nan = found.is_nan() && expected.is_nan();
        // An infinity is at no distance from itself.
        both_nan || found.to_bits() == expected.to_bits() || (found - expected).abs() <= allowed
    };
    found
        .indexed_iter()
        .zip(expected)
        .find(|((_, found), expected)| !agree(**found, **expected))
        .map(|((index, found), expected)| format!("{found:e} at {index:?}, expected {expected:e}"))
}

/// The largest magnitude; 0 where there is none.
pub(crate) fn largest(matrix: &Matrix) -> f64 {
    matrix.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// Σ a·b over all entries.
pub(crate) fn inner(a: &Matrix, b: &Matrix) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Σ |a·b| over all entries: what the rounding of [`inner`] is relative to.
pub(crate) fn magnitude(a: &Matrix, b: &Matrix) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}

/// One row as a batch of its own.
pub(crate) fn row_alone(matrix: &Matrix, row: usize) -> Array2<f64> {
    matrix.row(row).insert_axis(Axis(0)).to_owned()
}

/// The rows in reverse order.
pub(crate) fn rows_reversed(matrix: &Matrix) -> Array2<f64> {
    let rows = matrix.nrows();
    Array2::from_shape_fn(matrix.dim(), |(row, column)| matrix[[rows - 1 - row, column]])
}

/// A batch of the same size, every row of it a copy of one.
pub(crate) fn copies_of_row(matrix: &Matrix, row: usize) -> Array2<f64> {
    Array2::from_shape_fn(matrix.dim(), |(_, column)| matrix[[row, column]])
}

/// The same numbers in other layouts: columns first, and backwards in both directions.
///
/// What is empty stays as it is: ndarray cannot turn it round.
pub(crate) fn layouts(matrix: &Matrix) -> [Array2<f64>; 2] {
    let columns_first = matrix.t().to_owned().reversed_axes();
    if matrix.is_empty() {
        return [columns_first, matrix.to_owned()];
    }
    let (rows, columns) = matrix.dim();
    let mut backwards =
        Array2::from_shape_fn((rows, columns), |(i, j)| matrix[[rows - 1 - i, columns - 1 - j]]);
    backwards.invert_axis(Axis(0));
    backwards.invert_axis(Axis(1));
    [columns_first, backwards]
}
