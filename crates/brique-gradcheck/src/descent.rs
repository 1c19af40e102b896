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
/// Where rounding hides the fall of any step that is small enough, as near an extremum, there is nothing to be seen.
pub(crate) fn falls(
    start: f64,
    magnitude: f64,
    at: &Matrix,
    gradient: &Matrix,
    mut objective: impl FnMut(f64) -> f64,
) -> bool {
    let derivative = inner(gradient, gradient);
    if derivative == 0.0 {
        return true;
    }
    let mut step = 0.1 * largest(at).max(1.0) / largest(gradient);
    let mut shares = Vec::new();
    while shares.len() < TRIES && step * derivative > HIDDEN * magnitude {
        let share = (start - objective(step)) / (step * derivative);
        if (share - 1.0).abs() <= 0.5 {
            return true;
        }
        shares.push(share);
        step /= 4.0;
    }
    match shares[..] {
        [.., last_but_one, last] => !has_settled(last_but_one, last),
        // NaN has no steps that could be tried.
        [] => !derivative.is_nan(),
        [_] => true,
    }
}

/// Whether smaller steps would not change the share of the predicted fall any more. NaN does not change.
fn has_settled(last_but_one: f64, last: f64) -> bool {
    let change = (last_but_one - last).abs();
    change.is_nan() || change <= 0.1 * last.abs().max(1.0)
}
