//! Convolution with a Gaussian.

/// The standard deviation of the Gaussian, in points.
const DEVIATION: f64 = 2.0;

/// The Gaussian is cut off after 4 deviations.
const RADIUS: usize = 8;

/// Returns the signal convolved with a Gaussian whose weights add up to 1.
///
/// Beyond its ends the signal continues with its mirror image, in which the point at the end occurs twice. The
/// definition is that of SciPy's `gaussian_filter` with its default options.
pub(super) fn smoothed(signal: &[f64]) -> Vec<f64> {
    let weights = weights();
    let extended = extended(signal);
    let at = |window: &[f64]| window.iter().zip(weights).map(|(x, weight)| x * weight).sum();
    extended.windows(weights.len()).map(at).collect()
}

fn weights() -> [f64; 2 * RADIUS + 1] {
    let mut weights = [0.0; 2 * RADIUS + 1];
    for (i, weight) in weights.iter_mut().enumerate() {
        let distance = (i as f64 - RADIUS as f64) / DEVIATION;
        *weight = libm::exp(-0.5 * distance * distance);
    }
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// Returns the signal with `RADIUS` points of its mirror images on either side.
fn extended(signal: &[f64]) -> Vec<f64> {
    let n = signal.len();
    let point = |i: usize| {
        // The signal and its mirror image together repeat after 2n points.
        let position = (i + 2 * RADIUS * n - RADIUS) % (2 * n);
        signal[position.min(2 * n - 1 - position)]
    };
    (0..n + 2 * RADIUS).map(point).collect()
}
