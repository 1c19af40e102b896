//! The accuracy of a classifier, and the best possible accuracy.

use brique_core::Module;
use brique_datasets::{DataType, Dataset, GenArti};
use brique_layers::Linear;
use libm::erf;

use crate::Error;

/// The share of examples whose prediction has the sign of its target; a prediction of 0 has no sign.
pub(crate) fn accuracy(model: &Linear, data: &Dataset) -> Result<f64, Error> {
    let yhat = model.forward(data.inputs())?;
    let right = yhat
        .iter()
        .zip(data.targets())
        .filter(|(yhat, y)| **yhat * **y > 0.0)
        .count();
    Ok(right as f64 / data.len() as f64)
}

/// The accuracy that no classifier exceeds on average over such data, from the distribution itself.
///
/// After the noise a coordinate of a Gaussian has variance s² = σ + ε². The derivations are in `docs/mathematics.md`.
///
/// * Two Gaussians: the best boundary is their bisector, Φ(√(cx² + cy²) / s).
/// * XOR: the signs of the coordinates decide; right where both are right or both are wrong.
/// * Checkerboard: the nearest cell decides; right where the noise changed the colour of both coordinates or of neither.
pub(crate) fn best_possible(parameters: &GenArti) -> f64 {
    let GenArti {
        centerx,
        centery,
        sigma,
        epsilon,
        ..
    } = *parameters;
    let deviation = (sigma + epsilon * epsilon).sqrt();
    match parameters.data_type {
        DataType::TwoGaussians => normal_cdf(centerx.hypot(centery) / deviation),
        DataType::FourGaussians => both_or_neither(
            normal_cdf(centerx.abs() / deviation),
            normal_cdf(centery.abs() / deviation),
        ),
        DataType::Checkerboard => {
            let stays = stays_in_colour(epsilon);
            both_or_neither(stays, stays)
        }
    }
}

/// The accuracy on the checkerboard of the rule that coloured it, applied to the noisy point.
///
/// Outside the square the rule continues to alternate, so it misclassifies some points that the noise moved there.
/// [`best_possible`] takes the nearest cell for these points.
pub(crate) fn checkerboard_rule(epsilon: f64) -> f64 {
    let stays = stays_in_own_colour(epsilon, |from, to| (from - to).rem_euclid(2) == 0);
    both_or_neither(stays, stays)
}

fn both_or_neither(one: f64, other: f64) -> f64 {
    one * other + (1.0 - one) * (1.0 - other)
}

/// The probability that noise of deviation `epsilon` leaves a coordinate, uniform on [−4, 4], nearest to a cell of its
/// own colour.
fn stays_in_colour(epsilon: f64) -> f64 {
    stays_in_own_colour(epsilon, |from, to| (from - to.clamp(-4, 3)).rem_euclid(2) == 0)
}

/// Σ over the cells [i, i + 1] of the square and all cells that noise can reach, where `is_right(i, j)`.
fn stays_in_own_colour(epsilon: f64, is_right: impl Fn(i32, i32) -> bool) -> f64 {
    let reachable = -24..24;
    (-4..4)
        .flat_map(|from| reachable.clone().map(move |to| (from, to)))
        .filter(|&(from, to)| is_right(from, to))
        .map(|(from, to)| moves_by_cells(f64::from(to - from), epsilon) / 8.0)
        .sum()
}

/// The probability that a point, uniform on [0, 1], is on [k, k + 1] after noise of deviation `epsilon`.
///
/// It is the second difference of the integral of Φ: the triangle of width 2 around k, smoothed by the noise.
fn moves_by_cells(k: f64, epsilon: f64) -> f64 {
    if epsilon == 0.0 {
        return if k == 0.0 { 1.0 } else { 0.0 };
    }
    let ramp = |t: f64| {
        let z = t / epsilon;
        let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        epsilon * (z * normal_cdf(z) + density)
    };
    ramp(k + 1.0) - 2.0 * ramp(k) + ramp(k - 1.0)
}

fn normal_cdf(z: f64) -> f64 {
    f64::midpoint(1.0, erf(z / std::f64::consts::SQRT_2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(data_type: DataType, epsilon: f64) -> f64 {
        best_possible(&GenArti {
            data_type,
            epsilon,
            ..GenArti::default()
        })
    }

    #[test]
    fn a_prediction_of_zero_is_right_about_nothing() {
        use brique_tensor::ndarray::array;

        let data = Dataset::new(array![[1.0], [-1.0], [2.0]], array![[1.0], [-1.0], [-1.0]]).unwrap();
        let accuracy_of =
            |weight| accuracy(&crate::descent::layer_of(&[weight, 0.0]).unwrap(), &data).unwrap();
        assert!((accuracy_of(1.0) - 2.0 / 3.0).abs() < 1e-15);
        assert!(accuracy_of(0.0).abs() < 1e-15);
    }

    #[test]
    fn bounds_are_those_of_a_simulation_of_four_million_points() {
        // NumPy: the labels of 4,000,000 noisy points against the rule, and against the nearest cell's label.
        assert!((checkerboard_rule(0.1) - 0.853_41).abs() < 5e-4);
        assert!((best(DataType::Checkerboard, 0.1) - 0.870_35).abs() < 5e-4);
        assert!((checkerboard_rule(0.02) - 0.968_60).abs() < 2e-4);
        assert!((best(DataType::Checkerboard, 0.02) - 0.972_45).abs() < 2e-4);
    }

    #[test]
    fn gaussians_overlap_as_their_tails_do() {
        assert!((best(DataType::TwoGaussians, 0.1) - 0.999_99).abs() < 1e-5);
        assert!((best(DataType::FourGaussians, 0.1) - 0.9974).abs() < 1e-4);
        assert!((best(DataType::FourGaussians, 0.02) - 0.9984).abs() < 1e-4);
    }

    #[test]
    fn without_noise_the_checkerboard_is_certain() {
        assert!((best(DataType::Checkerboard, 0.0) - 1.0).abs() < 1e-12);
        assert!((best(DataType::Checkerboard, 1e-6) - 1.0).abs() < 1e-5);
    }
}
