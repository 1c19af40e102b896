//! Whether a step down a gradient goes down.

use brique_tensor::Matrix;

use crate::matrices::{inner, largest};

/// A fall of less than this part of the summed terms is lost in their rounding.
const HIDDEN: f64 = 1e3 * f64::EPSILON;

/// Steps are tried until they are this many times a quarter of the one before.
const TRIES: usize = 32;

/// Whether a step from `at` down `gradient`, made small enough, lowers an objective by about step · ‖gradient‖².
///
/// `objective(step)` is the objective after the step, `start` the one before, `magnitude` the sum of its terms' magnitudes.
/// A gradient that is zero, or so small that rounding hides the fall of any step, has nothing to lower.
pub(crate) fn falls(
    start: f64,
    magnitude: f64,
    at: &Matrix,
    gradient: &Matrix,
    mut objective: impl FnMut(f64) -> f64,
) -> bool {
    let slope = inner(gradient, gradient);
    let mut step = 0.1 * largest(at).max(1.0) / largest(gradient);
    if slope == 0.0 || step * slope <= HIDDEN * magnitude {
        return true;
    }
    for _ in 0..TRIES {
        let predicted = step * slope;
        if predicted <= HIDDEN * magnitude {
            return false;
        }
        if ((start - objective(step)) / predicted - 1.0).abs() <= 0.5 {
            return true;
        }
        step /= 4.0;
    }
    false
}
