//! Linear interpolation of a signal.

use crate::linspace;

/// Returns the signal at `n` equally spaced points, the ends included; a signal of one point is constant.
///
/// Points and values are rounded as by NumPy's `linspace` and `interp`. The zeros of a signal therefore stay exactly 0
/// at the points at which they do in NumPy.
pub(super) fn interpolated(signal: &[f64], n: usize) -> Vec<f64> {
    let positions = linspace(0.0, 1.0, signal.len());
    let mut left = 0;
    let value = |x: f64| {
        while left + 1 < signal.len() && positions[left + 1] <= x {
            left += 1;
        }
        between(signal, &positions, left, x)
    };
    linspace(0.0, 1.0, n).into_iter().map(value).collect()
}

/// Returns the value at `x`, which is at or after point `left` and before the next point.
fn between(signal: &[f64], positions: &[f64], left: usize, x: f64) -> f64 {
    let distance = x - positions[left];
    if left + 1 == signal.len() || distance == 0.0 {
        return signal[left];
    }
    let rise = signal[left + 1] - signal[left];
    rise / (positions[left + 1] - positions[left]) * distance + signal[left]
}
