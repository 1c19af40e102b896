//! Two half circles that reach into each other.

use std::f64::consts::PI;

use brique_random::RandomSource;

use super::{Labelled, shuffled_with_noise};
use crate::checks::check_not_negative;
use crate::memory::{COPIES, check_memory};
use crate::{Dataset, Error, linspace};

/// The parameters of [`moons`].
///
/// ```
/// use brique_datasets::{Moons, moons};
/// use brique_random::NumpyRandomState;
///
/// let parameters = Moons { examples: 5, ..Moons::default() };
/// let data = moons(&parameters, &mut NumpyRandomState::new(0))?;
/// assert_eq!(data.inputs().dim(), (5, 2));
/// assert_eq!(data.targets().sum(), 3.0); // 2 examples of class 0, 3 of class 1
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Moons {
    /// The number of examples. Default 100.
    pub examples: usize,
    /// The standard deviation of the noise on every coordinate. Default 0.
    pub noise: f64,
}

impl Default for Moons {
    fn default() -> Self {
        Self {
            examples: 100,
            noise: 0.0,
        }
    }
}

/// Generates two half circles that reach into each other: inputs of shape (examples, 2), targets 0 or 1 of shape
/// (examples, 1).
///
/// With t equally spaced from 0 to π, ends included, class 0 is (cos t, sin t), the upper half circle, for
/// ⌊examples / 2⌋ points, and class 1 is (1 − cos t, 1 − sin t − ½), the lower one, for the others. Then
/// `noise · N(0, 1)` is added to every coordinate.
///
/// Draws: one permutation of the examples, then the noise row by row. With
/// [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the data equals that of scikit-learn's
/// `make_moons(examples, noise=noise, random_state=s)`, bit for bit if sine and cosine of the platform are NumPy's.
///
/// # Errors
///
/// If the noise is negative or not finite, or there would be more examples than memory can address; nothing is
/// drawn then.
///
/// Source: scikit-learn, `sklearn.datasets.make_moons`.
pub fn moons(parameters: &Moons, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
    let &Moons { examples, noise } = parameters;
    check_not_negative("moons", "noise", noise)?;
    check_memory("moons", "examples", (examples, 2), COPIES)?;

    let upper = linspace(0.0, PI, examples / 2).into_iter();
    let lower = linspace(0.0, PI, examples.div_ceil(2)).into_iter();
    let points: Vec<Labelled> = upper
        .map(|t| ([t.cos(), t.sin()], 0))
        .chain(lower.map(|t| ([1.0 - t.cos(), 1.0 - t.sin() - 0.5], 1)))
        .collect();
    Ok(shuffled_with_noise(&points, noise, rng))
}
