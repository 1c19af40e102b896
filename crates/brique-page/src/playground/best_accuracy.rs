//! The best possible accuracy, where it is known.

use std::f64::consts::{SQRT_2, TAU};

use libm::erf;

use super::Data;

/// Returns the accuracy that no classifier exceeds on average over such data, from the distribution itself.
///
/// After the noise a coordinate of a Gaussian has variance s² = σ + ε². The derivations are in `docs/mathematics.md`.
///
/// * Two Gaussians: the best boundary is their bisector, Φ(√2 / s).
/// * Four Gaussians: the signs of the coordinates decide; right where both are right or both are wrong.
/// * Checkerboard: the nearest cell decides; right where the noise changed the colour of both coordinates or of neither.
#[must_use]
pub fn best_accuracy(data: &Data) -> Option<f64> {
    match *data {
        Data::TwoGaussians { sigma, noise, .. } => Some(normal_cdf(SQRT_2 / deviation(sigma, noise))),
        Data::FourGaussians { sigma, noise, .. } => {
            Some(both_or_neither(normal_cdf(1.0 / deviation(sigma, noise))))
        }
        Data::Checkerboard { noise, .. } => Some(both_or_neither(stays_in_colour(noise))),
        _ => None,
    }
}

fn deviation(sigma: f64, noise: f64) -> f64 {
    (sigma + noise * noise).sqrt()
}

fn both_or_neither(one: f64) -> f64 {
    one * one + (1.0 - one) * (1.0 - one)
}

/// The probability that noise leaves a coordinate, uniform on [−4, 4], nearest to a cell of its own colour.
fn stays_in_colour(noise: f64) -> f64 {
    let cells = (-4..4).flat_map(|from| (-24..24).map(move |to: i32| (from, to)));
    cells
        .filter(|(from, to)| (from - to.clamp(&-4, &3)).rem_euclid(2) == 0)
        .map(|(from, to)| moves_by_cells(f64::from(to - from), noise) / 8.0)
        .sum()
}

/// The probability that a point, uniform on [0, 1], is on [k, k + 1] after noise: the second difference of the integral
/// of Φ.
fn moves_by_cells(k: f64, noise: f64) -> f64 {
    if noise == 0.0 {
        return if k == 0.0 { 1.0 } else { 0.0 };
    }
    let ramp = |t: f64| {
        let z = t / noise;
        noise * (z * normal_cdf(z) + libm::exp(-0.5 * z * z) / TAU.sqrt())
    };
    ramp(k + 1.0) - 2.0 * ramp(k) + ramp(k - 1.0)
}

fn normal_cdf(z: f64) -> f64 {
    f64::midpoint(1.0, erf(z / SQRT_2))
}
