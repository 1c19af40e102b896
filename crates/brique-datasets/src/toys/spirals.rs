//! Spirals that wind around one another.

use std::f64::consts::TAU;

use brique_random::RandomSource;

use super::{Labelled, check_classes, shares, shuffled_with_noise};
use crate::checks::{check_finite, check_not_negative};
use crate::memory::{COPIES, check_memory};
use crate::{Dataset, Error};

/// The parameters of [`spirals`].
///
/// ```
/// use brique_datasets::{Spirals, spirals};
/// use brique_random::portable;
///
/// let galaxy = Spirals { examples: 300, classes: 3, noise: 0.02, turns: 0.75 };
/// let data = spirals(&galaxy, &mut portable(1))?;
/// assert_eq!(data.inputs().dim(), (300, 2));
/// assert_eq!(data.targets().iter().filter(|&&class| class == 2.0).count(), 100);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Spirals {
    /// The number of examples. Default 100.
    pub examples: usize,
    /// The number of classes. Each class is one arm. Default 2.
    pub classes: usize,
    /// The standard deviation of the noise on every coordinate. Default 0.
    pub noise: f64,
    /// The number of turns of an arm around the origin, counter-clockwise; a negative number winds clockwise. Default
    /// 1.
    pub turns: f64,
}

impl Default for Spirals {
    fn default() -> Self {
        Self {
            examples: 100,
            classes: 2,
            noise: 0.0,
            turns: 1.0,
        }
    }
}

/// Generates spirals that wind around one another: inputs of shape (examples, 2), targets 0, 1, … of shape (examples,
/// 1).
///
/// Point i = 1 … m of the m points of class k lies at radius and angle
///
/// ```text
/// r = i / m        θ = 2π (turns · r + k / classes)
/// x = (r cos θ, r sin θ) + noise · N(0, 1)
/// ```
///
/// Therefore every arm is a rotation of the first one; no point lies at the origin, where the arms would meet; and the
/// last point has radius 1. All classes have the same number of examples, and the first classes receive the remainder.
///
/// Draws: one permutation of the examples, then the noise row by row, as for [`moons`](crate::moons).
///
/// # Errors
///
/// If there are no classes, the noise is negative, a parameter is not finite, or there would be more examples than
/// memory can address; nothing is drawn then.
pub fn spirals(parameters: &Spirals, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
    let &Spirals {
        examples,
        classes,
        noise,
        turns,
    } = parameters;
    check_classes("spirals", classes)?;
    check_not_negative("spirals", "noise", noise)?;
    check_finite("spirals", "turns", turns)?;
    check_memory("spirals", "examples", (examples, 2), COPIES)?;

    let points: Vec<Labelled> = shares(examples, classes)
        .enumerate()
        .flat_map(|(class, share)| {
            let first_angle = class as f64 / classes as f64;
            (1..=share).map(move |i| {
                let radius = i as f64 / share as f64;
                let turned = (turns * radius + first_angle).fract(); // whole turns would cost digits
                let (sine, cosine) = (TAU * turned).sin_cos();
                ([radius * cosine, radius * sine], class)
            })
        })
        .collect();
    Ok(shuffled_with_noise(&points, noise, rng))
}
