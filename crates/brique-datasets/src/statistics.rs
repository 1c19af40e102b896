//! Statistics of the numbers in a column.

use std::cmp::Ordering;

use brique_tensor::pairwise_sum;

/// Returns the mean of `n` numbers and their standard deviation, which divides by n, or 1 if the numbers are constant.
///
/// The numbers are divided by the largest magnitude first, so that no square of a finite number overflows or underflows.
pub(crate) fn mean_and_scale(n: usize, number: impl Fn(usize) -> f64) -> (f64, f64) {
    let magnitudes = (0..n).map(|index| number(index).abs());
    let largest = magnitudes.fold(0.0, f64::max);
    if largest == 0.0 {
        return (0.0, 1.0);
    }
    let scaled = |index: usize| number(index) / largest;
    let count = n as f64;
    let mean = pairwise_sum(n, scaled) / count;
    let variance = pairwise_sum(n, |index| (scaled(index) - mean).powi(2)) / count;
    let deviation = variance.sqrt();
    let rounding = f64::EPSILON * mean.abs() * count.sqrt();
    (
        mean * largest,
        if deviation <= rounding {
            1.0
        } else {
            deviation * largest
        },
    )
}

/// Returns the mean of at least one number. If the sum overflows, the numbers are divided before they are added.
pub(crate) fn mean(numbers: &[f64]) -> f64 {
    let n = numbers.len();
    let mean = pairwise_sum(n, |index| numbers[index]) / n as f64;
    if mean.is_finite() {
        mean
    } else {
        pairwise_sum(n, |index| numbers[index] / n as f64)
    }
}

/// Returns the median of at least one number: the middle one in increasing order, or the mean of the two in the middle.
pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 {
        numbers[middle]
    } else {
        numbers[middle - 1].midpoint(numbers[middle])
    }
}

/// Returns the most frequent of at least one number; the smallest of them if several are equally frequent.
pub(crate) fn most_frequent(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let (mut best, mut most) = (numbers[0], 0);
    for equal in numbers.chunk_by(|a, b| a.partial_cmp(b).is_some_and(Ordering::is_eq)) {
        if equal.len() > most {
            (best, most) = (equal[0], equal.len());
        }
    }
    best
}
