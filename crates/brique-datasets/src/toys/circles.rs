//! A circle around a smaller one.

use std::f64::consts::TAU;

use brique_random::RandomSource;

use super::{Labelled, shuffled_with_noise};
use crate::checks::check_not_negative;
use crate::memory::{COPIES, check_memory};
use crate::{Dataset, Error};

/// The parameters of [`circles`].
///
/// ```
/// use brique_datasets::{Circles, circles};
/// use brique_random::portable;
///
/// let parameters = Circles { factor: 0.5, ..Circles::default() };
/// let data = circles(&parameters, &mut portable(1))?;
/// for (x, y) in data.iter() {
///     let radius = x[0].hypot(x[1]);
///     assert!((radius - if y[0] == 0.0 { 1.0 } else { 0.5 }).abs() < 1e-15);
/// }
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Circles {
    /// The number of examples. Default 100.
    pub examples: usize,
    /// The standard deviation of the noise on every coordinate. Default 0.
    pub noise: f64,
    /// The radius of the inner circle, in [ 0, 1); the outer circle has radius 1. Default 0.8.
    pub factor: f64,
}

impl Default for Circles {
    fn default() -> Self {
        Self {
            examples: 100,
            noise: 0.0,
            factor: 0.8,
        }
    }
}

/// Generates a circle around a smaller one: inputs of shape (examples, 2), targets 0 or 1 of shape (examples, 1).
///
/// With t equally spaced from 0 to 2π, 2π excluded, class 0 is (cos t, sin t) for ⌊examples / 2⌋ points, and class 1
/// is (factor · cos t, factor · sin t) for the others. Then `noise · N(0, 1)` is added to every coordinate.
///
/// Draws: one permutation of the examples, then the noise row by row. With
/// [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the data equals that of scikit-learn's
/// `make_circles(examples, noise=noise, factor=factor, random_state=s)`, bit for bit if sine and cosine of the
/// platform are NumPy's.
///
/// # Errors
///
/// If the noise is negative or not finite, the factor is outside [0, 1), or there would be more examples than
/// memory can address; nothing is drawn then.
///
/// Source: scikit-learn, `sklearn.datasets.make_circles`.
pub fn circles(parameters: &Circles, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
    let &Circles {
        examples,
        noise,
        factor,
    } = parameters;
    check_not_negative("circles", "noise", noise)?;
    check_factor(factor)?;
    check_memory("circles", "examples", (examples, 2), COPIES)?;

    let outer = angles(examples / 2);
    let inner = angles(examples.div_ceil(2));
    let points: Vec<Labelled> = outer
        .map(|t| ([t.cos(), t.sin()], 0))
        .chain(inner.map(|t| ([t.cos() * factor, t.sin() * factor], 1)))
        .collect();
    Ok(shuffled_with_noise(&points, noise, rng))
}

fn check_factor(factor: f64) -> Result<(), Error> {
    if (0.0..1.0).contains(&factor) {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "circles",
        parameter: "factor",
        found: factor.to_string(),
        expected: "a number from 0 to 1, 1 excluded",
    })
}

/// Returns `n` equally spaced angles from 0 to 2π, 2π excluded.
fn angles(n: usize) -> impl Iterator<Item = f64> {
    let step = TAU / n as f64;
    (0..n).map(move |i| i as f64 * step)
}
