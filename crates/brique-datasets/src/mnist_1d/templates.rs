//! The templates of MNIST-1D, one per digit.
//!
//! The numbers of `DIGITS` are those of the package `mnist1d` by S. Greydanus and others,
//! <https://github.com/greydanus/mnist1d>, which is licensed under the Apache License 2.0 (`LICENSE-APACHE`).

/// The number of classes.
pub(super) const CLASSES: usize = 10;

/// The number of points of a template.
pub(super) const POINTS: usize = 12;

/// The horizontal coordinates of the line of each digit, from its upper end to its lower end.
const DIGITS: [[f64; POINTS]; CLASSES] = [
    [5.0, 6.0, 6.5, 6.75, 7.0, 7.0, 7.0, 7.0, 6.75, 6.5, 6.0, 5.0],
    [5.0, 3.0, 3.0, 3.4, 3.8, 4.2, 4.6, 5.0, 5.4, 5.8, 5.0, 5.0],
    [5.0, 6.0, 6.5, 6.5, 6.0, 5.25, 4.75, 4.0, 3.5, 3.5, 4.0, 5.0],
    [5.0, 6.0, 6.5, 6.5, 6.0, 5.0, 5.0, 6.0, 6.5, 6.5, 6.0, 5.0],
    [5.0, 4.4, 3.8, 3.2, 2.6, 2.6, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0],
    [5.0, 3.0, 3.0, 3.0, 3.0, 5.0, 6.0, 6.5, 6.5, 6.0, 4.5, 5.0],
    [5.0, 4.0, 3.5, 3.25, 3.0, 3.0, 3.0, 3.0, 3.25, 3.5, 4.0, 5.0],
    [5.0, 7.0, 7.0, 6.6, 6.2, 5.8, 5.4, 5.0, 4.6, 4.2, 5.0, 5.0],
    [5.0, 4.0, 3.5, 3.5, 4.0, 5.0, 5.0, 4.0, 3.5, 3.5, 4.0, 5.0],
    [5.0, 4.0, 3.5, 3.5, 4.0, 5.0, 5.0, 5.0, 5.0, 4.7, 4.3, 5.0],
];

/// Returns the templates: each digit scaled to variance 1, shifted to begin at 0, and divided by 6.
pub(super) fn templates() -> [[f64; POINTS]; CLASSES] {
    DIGITS.map(|digit| {
        let mean = digit.iter().sum::<f64>() / POINTS as f64;
        let squares = digit.iter().map(|x| (x - mean).powi(2));
        let deviation = (squares.sum::<f64>() / POINTS as f64).sqrt();
        digit.map(|x| ((x - mean) / deviation - (digit[0] - mean) / deviation) / 6.0)
    })
}
