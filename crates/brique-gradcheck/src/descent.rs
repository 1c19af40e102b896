//! Checks that a gradient step lowers an objective.

use brique_tensor::Matrix;

use crate::matrices::{inner, largest};

/// A decrease smaller than this fraction of the summed terms is lost in their rounding.
const HIDDEN: f64 = 1e3 * f64::EPSILON;

/// The largest number of steps that are tried. Each step is a quarter of the one before.
const TRIES: usize = 32;

/// Returns whether a small enough step from `at` against `gradient` lowers an objective by about step · ‖gradient‖².
///
/// `objective(step)` is the objective after the step, `start` the objective before it, and `magnitude` the sum of the
/// magnitudes of its terms. If rounding hides the decrease of every step that is small enough, as it does near an
/// extremum, nothing can be measured and the function returns `true`.
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
        // If the derivative is NaN, no step was tried.
        [] => !derivative.is_nan(),
        [_] => true,
    }
}

/// Returns whether smaller steps would no longer change the ratio of the actual to the predicted decrease. A NaN
/// counts as unchanged.
fn has_settled(last_but_one: f64, last: f64) -> bool {
    let change = (last_but_one - last).abs();
    change.is_nan() || change <= 0.1 * last.abs().max(1.0)
}
