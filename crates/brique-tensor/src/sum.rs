//! Sums that keep their digits: added in pairs of halves, so that rounding errors grow with log n.

use std::ops::Range;

use ndarray::ArrayRef1;

use crate::{Matrix, Scalar};

/// Runs up to this long are added one after the other; longer ones are halved.
const RUN: usize = 16;

/// This many columns are summed side by side.
const LANES: usize = 8;

/// `Σ term(i)` for `i` in `0..n`, in pairs of halves.
///
/// The order of the additions depends on `n` alone, so the same terms give the same bits however they lie in memory.
/// A NaN among the terms makes the sum NaN. The sum of no terms is 0.
///
/// ```
/// use brique_tensor::pairwise_sum;
///
/// // One after the other, a million tenths in f32 would add up to 100958.
/// let sum: f32 = pairwise_sum(1_000_000, |_| 0.1);
/// assert!((sum - 100_000.0).abs() < 0.02);
/// ```
pub fn pairwise_sum<T: Scalar>(n: usize, term: impl Fn(usize) -> T) -> T {
    sum_of_range(0..n, &term)
}

fn sum_of_range<T: Scalar>(range: Range<usize>, term: &impl Fn(usize) -> T) -> T {
    if range.len() <= RUN {
        return range.fold(T::zero(), |sum, i| sum + term(i));
    }
    let middle = range.start + range.len() / 2;
    sum_of_range(range.start..middle, term) + sum_of_range(middle..range.end, term)
}

/// `sums[j] += Σ matrix[i, j]` over the rows `i`, each column in pairs of halves.
///
/// # Shapes
///
/// `matrix` is (rows, columns), `sums` (columns).
///
/// # Panics
///
/// If `sums` is not as long as `matrix` has columns.
///
/// ```
/// use brique_tensor::add_column_sums;
/// use brique_tensor::ndarray::array;
///
/// let mut sums = array![100.0, 200.0];
/// add_column_sums(&array![[1.0, 2.0], [3.0, 4.0]], &mut sums);
/// assert_eq!(sums, array![104.0, 206.0]);
/// ```
#[track_caller]
pub fn add_column_sums<T: Scalar>(matrix: &Matrix<T>, sums: &mut ArrayRef1<T>) {
    let (rows, columns) = matrix.dim();
    assert!(
        sums.len() == columns,
        "sums has {} elements, expected {columns}: one a column",
        sums.len()
    );
    for first in (0..columns).step_by(LANES) {
        let lanes = sums_of_lanes(matrix, 0..rows, first..columns.min(first + LANES));
        for (sum, lane) in sums.iter_mut().skip(first).zip(lanes) {
            *sum += lane;
        }
    }
}

fn sums_of_lanes<T: Scalar>(matrix: &Matrix<T>, rows: Range<usize>, columns: Range<usize>) -> [T; LANES] {
    let mut sums = [T::zero(); LANES];
    if rows.len() <= RUN {
        for row in rows {
            for (sum, column) in sums.iter_mut().zip(columns.clone()) {
                *sum += matrix[[row, column]];
            }
        }
        return sums;
    }
    let middle = rows.start + rows.len() / 2;
    let upper = sums_of_lanes(matrix, rows.start..middle, columns.clone());
    let lower = sums_of_lanes(matrix, middle..rows.end, columns);
    for ((sum, upper), lower) in sums.iter_mut().zip(upper).zip(lower) {
        *sum = upper + lower;
    }
    sums
}
