//! The random transformations of a template.

use brique_random::RandomSource;

use super::Mnist1D;
use super::interpolate::interpolated;
use super::smooth::smoothed;
use crate::linspace;

/// Added to a template, so that only the padding is exactly 0.
const OFFSET: f64 = 1e-8;

/// Returns an example of `length` points, made of a template by the transformations of [`mnist_1d`](super::mnist_1d).
pub(super) fn transformed(template: &[f64], parameters: &Mnist1D, rng: &mut dyn RandomSource) -> Vec<f64> {
    let padded = padded(template, parameters.padding, rng);
    let mut signal = interpolated(&padded, parameters.dilated_length());
    let factor = 1.0 + around_zero(parameters.scale, rng);
    for x in &mut signal {
        *x *= factor;
    }
    translate(&mut signal, parameters.max_translation, rng);
    fill_zeros(&mut signal, parameters.correlated_noise, rng);
    for x in &mut signal {
        *x += rng.normal(0.0, parameters.independent_noise);
    }
    shear(&mut signal, parameters.shear, rng);
    interpolated(&signal, parameters.length)
}

/// Draws a number from −width/2 to width/2.
fn around_zero(width: f64, rng: &mut dyn RandomSource) -> f64 {
    width * (rng.uniform(0.0, 1.0) - 0.5)
}

/// Returns the template plus the offset, and from `low` to `high` zeros after it.
fn padded(template: &[f64], (low, high): (usize, usize), rng: &mut dyn RandomSource) -> Vec<f64> {
    let lengths = (high - low + 1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to high − low + 1 is cut off on purpose"
    )]
    let more = (rng.uniform(0.0, 1.0) * lengths) as usize;
    let mut signal: Vec<f64> = template.iter().map(|x| x + OFFSET).collect();
    signal.resize(template.len() + low + more.min(high - low), 0.0);
    signal
}

/// Rotates the signal to the right by fewer than `max` points.
fn translate(signal: &mut [f64], max: usize, rng: &mut dyn RandomSource) {
    let points = rng.uniform_integer(max - 1);
    if points < signal.len() {
        signal.rotate_right(points);
    }
}

/// Replaces the zeros of the signal by smoothed noise.
fn fill_zeros(signal: &mut [f64], deviation: f64, rng: &mut dyn RandomSource) {
    let noise: Vec<f64> = signal.iter().map(|_| rng.normal(0.0, deviation)).collect();
    for (x, noise) in signal.iter_mut().zip(smoothed(&noise)) {
        if *x == 0.0 {
            *x = noise;
        }
    }
}

/// Subtracts a line whose middle is 0.
fn shear(signal: &mut [f64], width: f64, rng: &mut dyn RandomSource) {
    let rise = around_zero(width, rng);
    let positions = linspace(-0.5, 0.5, signal.len());
    for (x, t) in signal.iter_mut().zip(positions) {
        *x -= rise * t;
    }
}
