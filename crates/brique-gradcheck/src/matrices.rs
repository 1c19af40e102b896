//! Comparisons of whole matrices.

use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis};

use crate::excerpt::excerpt;

/// The largest distance between two results that differ only in the order of additions, relative to the largest
/// number.
const REORDERED: f64 = 1e-10;

/// Returns whether two matrices are equal bit for bit.
pub(crate) fn same_bits(a: &Matrix, b: &Matrix) -> bool {
    a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Describes the first entry in which two matrices differ in a bit, or their shapes if these differ.
pub(crate) fn first_difference(found: &Matrix, expected: &Matrix) -> Option<String> {
    if found.dim() != expected.dim() {
        return Some(format!("shape {:?}, expected {:?}", found.dim(), expected.dim()));
    }
    found
        .indexed_iter()
        .zip(expected)
        .find(|((_, found), expected)| found.to_bits() != expected.to_bits())
        .map(|((index, _), _)| difference(found, expected, index))
}

/// Describes the first entry in which two matrices differ by more than the rounding of sums of numbers up to
/// `largest`, or their shapes if these differ.
pub(crate) fn first_distance(found: &Matrix, expected: &Matrix, largest: f64) -> Option<String> {
    if found.dim() != expected.dim() {
        return Some(format!("shape {:?}, expected {:?}", found.dim(), expected.dim()));
    }
    let allowed = REORDERED * largest.max(f64::MIN_POSITIVE);
    let agree = |found: f64, expected: f64| {
        let both_nan = found.is_nan() && expected.is_nan();
        // The difference of two equal infinities is NaN, so the bits are compared first.
        both_nan || found.to_bits() == expected.to_bits() || (found - expected).abs() <= allowed
    };
    found
        .indexed_iter()
        .zip(expected)
        .find(|((_, found), expected)| !agree(**found, **expected))
        .map(|((index, _), _)| difference(found, expected, index))
}

/// Describes the difference at an index, and writes the numbers around it if there are any.
fn difference(found: &Matrix, expected: &Matrix, index: (usize, usize)) -> String {
    let text = format!("{:e} at {index:?}, expected {:e}", found[index], expected[index]);
    if found.len() == 1 {
        return text;
    }
    let [found, expected] =
        [("found", found), ("expected", expected)].map(|(name, matrix)| excerpt(name, matrix, Some(index)));
    format!("{text}\n{found}\n{expected}")
}

/// Returns the largest magnitude, or 0 for an empty matrix.
pub(crate) fn largest(matrix: &Matrix) -> f64 {
    matrix.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// Returns Σ a·b over all entries.
pub(crate) fn inner(a: &Matrix, b: &Matrix) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Returns Σ |a·b| over all entries; the rounding error of [`inner`] is relative to it.
pub(crate) fn magnitude(a: &Matrix, b: &Matrix) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}

/// Returns one row as a batch of its own.
pub(crate) fn row_alone(matrix: &Matrix, row: usize) -> Array2<f64> {
    matrix.row(row).insert_axis(Axis(0)).to_owned()
}

/// Returns the rows in reverse order.
pub(crate) fn rows_reversed(matrix: &Matrix) -> Array2<f64> {
    let rows = matrix.nrows();
    Array2::from_shape_fn(matrix.dim(), |(row, column)| matrix[[rows - 1 - row, column]])
}

/// Returns a batch of the same size in which every row is a copy of `row`.
pub(crate) fn copies_of_row(matrix: &Matrix, row: usize) -> Array2<f64> {
    Array2::from_shape_fn(matrix.dim(), |(_, column)| matrix[[row, column]])
}

/// Returns the same numbers in two other layouts: column-major, and reversed in both directions.
///
/// An empty matrix is not reversed, because ndarray cannot do that.
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
