//! Distances between a result and the exact one.

use brique_tensor::Scalar;

/// Returns `max |got − exact| / max |exact|`, or the absolute error if all exact numbers are 0. The error of a NaN is
/// infinite.
pub(crate) fn normwise<'a, T: Scalar>(
    got: impl IntoIterator<Item = &'a T>,
    exact: impl IntoIterator<Item = &'a f64> + Clone,
) -> f64 {
    normwise_above(0.0, got, exact)
}

/// Like [`normwise`], but relative to `smallest` if all exact numbers are smaller: no correct digits can be expected
/// below it.
pub(crate) fn normwise_above<'a, T: Scalar>(
    smallest: f64,
    got: impl IntoIterator<Item = &'a T>,
    exact: impl IntoIterator<Item = &'a f64> + Clone,
) -> f64 {
    let pairs = got.into_iter().zip(exact.clone());
    let error = largest(pairs.map(|(got, exact)| got.as_f64() - exact));
    let size = largest(exact.into_iter().copied());
    match size {
        0.0 => error,
        size if size.is_finite() => error / size.max(smallest),
        // An exact result must be finite; if it is not, the error is infinite.
        _ => f64::INFINITY,
    }
}

/// Returns the largest magnitude, or infinity if a number is NaN.
pub(crate) fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let larger = |largest: f64, number: f64| {
        if number.is_nan() {
            f64::INFINITY
        } else {
            largest.max(number.abs())
        }
    };
    numbers.into_iter().fold(0.0, larger)
}
