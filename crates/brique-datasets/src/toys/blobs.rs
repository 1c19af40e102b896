//! Gaussians around drawn centres.

use brique_random::RandomSource;
use brique_tensor::ndarray::Array2;

use super::{check_classes, shares};
use crate::checks::check_not_negative;
use crate::memory::{COPIES, check_memory};
use crate::{Dataset, Error};

/// The parameters of [`blobs`], with scikit-learn's defaults.
///
/// ```
/// use brique_datasets::{Blobs, blobs};
/// use brique_random::NumpyRandomState;
///
/// let parameters = Blobs { examples: 10, ..Blobs::default() };
/// let data = blobs(&parameters, &mut NumpyRandomState::new(0))?;
/// assert_eq!(data.inputs().dim(), (10, 2));
/// assert_eq!(data.classes(), [0, 0, 1, 0, 2, 2, 2, 1, 1, 0]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Blobs {
    /// The number of examples. Default 100.
    pub examples: usize,
    /// The number of classes. Each class is a Gaussian around a centre. Default 3.
    pub classes: usize,
    /// The number of coordinates of an example. Default 2.
    pub features: usize,
    /// The STANDARD DEVIATION of every coordinate around its centre. Default 1.
    pub deviation: f64,
    /// The lowest and the highest coordinate that a centre can have. Default (−10, 10).
    pub center_box: (f64, f64),
}

impl Default for Blobs {
    fn default() -> Self {
        Self {
            examples: 100,
            classes: 3,
            features: 2,
            deviation: 1.0,
            center_box: (-10.0, 10.0),
        }
    }
}

/// Generates Gaussians around drawn centres: inputs of shape (examples, features), targets 0, 1, … of shape (examples,
/// 1).
///
/// A class has a centre c, drawn uniformly from the box, and the examples `c + deviation · N(0, 1)`, coordinate by
/// coordinate. All classes have the same number of examples, and the first classes receive the remainder.
///
/// Draws: the centres row by row, the examples class by class and row by row, then one permutation of the examples.
/// With [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the data equals that of scikit-learn's
/// `make_blobs(examples, features, centers=classes, cluster_std=deviation, center_box=center_box, random_state=s)`.
///
/// # Errors
///
/// If there are no classes, the deviation is negative or not finite, the box is invalid, or memory cannot address that
/// many values; nothing is drawn then.
///
/// Source: scikit-learn, `sklearn.datasets.make_blobs`.
pub fn blobs(parameters: &Blobs, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
    let &Blobs {
        examples,
        classes,
        features,
        deviation,
        center_box: (low, high),
    } = parameters;
    check_classes("blobs", classes)?;
    check_not_negative("blobs", "deviation", deviation)?;
    check_box(low, high)?;
    check_memory("blobs", "classes", (classes, features.max(1)), 1)?;
    check_memory("blobs", "examples", (examples, features.max(1)), COPIES)?;

    let centres = Array2::from_shape_simple_fn((classes, features), || rng.uniform(low, high));
    let mut inputs = Array2::zeros((examples, features));
    let mut targets = Array2::zeros((examples, 1));
    let mut rows = inputs.outer_iter_mut().zip(targets.iter_mut());
    for (class, share) in shares(examples, classes).enumerate() {
        for (mut input, target) in rows.by_ref().take(share) {
            for (value, &centre) in input.iter_mut().zip(centres.row(class)) {
                *value = rng.normal(centre, deviation);
            }
            *target = class as f64;
        }
    }
    let order = rng.permutation(examples);
    Ok(Dataset::of_equal_lengths(inputs, targets).gather(&order))
}

fn check_box(low: f64, high: f64) -> Result<(), Error> {
    if low <= high && (high - low).is_finite() {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "blobs",
        parameter: "center_box",
        found: format!("({low}, {high})"),
        expected: "two finite numbers, the lower one first",
    })
}
