//! How far a result is from the exact one.

use brique_tensor::Scalar;

/// `max |got − exact| / max |exact|`; the absolute error where all that is exact is 0. NaN is infinitely far off.
pub(crate) fn normwise<'a, T: Scalar>(
    got: impl IntoIterator<Item = &'a T>,
    exact: impl IntoIterator<Item = &'a f64> + Clone,
) -> f64 {
    normwise_above(0.0, got, exact)
}

/// [`normwise`], and relative to `smallest` where all that is exact is smaller: below, no digits can be asked for.
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
        // What is exact is a number; where it is none, nothing is near it.
        _ => f64::INFINITY,
    }
}

/// The largest magnitude; infinite where one is NaN.
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
