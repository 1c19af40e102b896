//! What the network computes over the plane, and for one input.

use brique_core::{Loss as LossTrait, Module as ModuleTrait};
use brique_layers::Sequential;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis, Slice};

use super::Error;
use super::targets::TargetForm;

/// The largest number of pixels along a side.
const LARGEST_RESOLUTION: usize = 512;

/// The number of points that are computed at once.
const ROWS: usize = 1024;

/// The largest coordinate in the picture of points that are set by clicking, unless there are points outside of it.
const OWN_POINTS: f64 = 1.5;

/// A rectangle of the plane: the lowest and the highest x₁, the lowest and the highest x₂.
pub type Bounds = [[f64; 2]; 2];

/// Returns the rectangle around points, with a margin of a tenth on each side.
pub(super) fn bounds(points: &Matrix) -> Bounds {
    [0, 1].map(|column| {
        let mut range = [f64::INFINITY, f64::NEG_INFINITY];
        for &value in points.column(column) {
            range = [range[0].min(value), range[1].max(value)];
        }
        let margin = (range[1] - range[0]) / 10.0;
        let margin = if margin > 0.0 { margin } else { 1.0 };
        [range[0] - margin, range[1] + margin]
    })
}

/// Returns the square from −1.5 to 1.5, and for points outside of it a rectangle that contains both. The picture on
/// which a person sets points does not change with every point.
pub(super) fn bounds_of_own_points(points: &Matrix) -> Bounds {
    if points.iter().all(|value| value.abs() <= OWN_POINTS) {
        return [[-OWN_POINTS, OWN_POINTS]; 2];
    }
    bounds(points).map(|[low, high]| [low.min(-OWN_POINTS), high.max(OWN_POINTS)])
}

/// Calls `visit` with the centres of the pixels of a square picture, some rows of them at once: the first row of the
/// picture has the largest x₂.
pub(super) fn visit_pixels(
    bounds: Bounds,
    resolution: usize,
    mut visit: impl FnMut(&Matrix) -> Result<(), Error>,
) -> Result<(), Error> {
    if !(1..=LARGEST_RESOLUTION).contains(&resolution) {
        let expected = format!("from 1 to {LARGEST_RESOLUTION}");
        return Err(Error::value("the resolution", resolution, expected));
    }
    let [x_1, x_2] = bounds;
    let centre =
        |[low, high]: [f64; 2], pixel: usize| low + (high - low) * (pixel as f64 + 0.5) / resolution as f64;
    let points = Array2::from_shape_fn((resolution * resolution, 2), |(pixel, axis)| match axis {
        0 => centre(x_1, pixel % resolution),
        _ => centre(x_2, resolution - 1 - pixel / resolution),
    });
    for first in (0..points.nrows()).step_by(ROWS) {
        let rows = Slice::from(first..points.nrows().min(first + ROWS));
        visit(&points.slice_axis(Axis(0), rows))?;
    }
    Ok(())
}

/// Computes the output of the module with index `last`, through all modules before it.
pub(super) fn output_of(network: &Sequential<f64>, last: usize, x: &Matrix) -> Result<Array2<f64>, Error> {
    let mut value = x.to_owned();
    for number in 0..=last {
        let Some((_, module)) = network.inner(number) else {
            let expected = format!("below {}, the number of modules", network.len());
            return Err(Error::value("the index of a module", last, expected));
        };
        value = module.predict(&value)?;
    }
    Ok(value)
}

/// Converts outputs to what a picture shows: the probabilities of the classes, or the numbers of a regression.
///
/// A loss without probabilities has outputs near its targets. They are scaled to [0, 1]: (1 + ŷ) / 2 for targets −1 and
/// 1, ŷ for one-hot targets.
pub(super) fn shown(form: TargetForm, loss: &dyn LossTrait<f64>, outputs: Array2<f64>) -> Array2<f64> {
    let share = |value: f64| value.clamp(0.0, 1.0);
    match (form, loss.probabilities(&outputs)) {
        (TargetForm::Numbers, _) => outputs,
        (TargetForm::ZeroOne, Ok(second)) => with_complement(&second),
        (_, Ok(probabilities)) => probabilities,
        (TargetForm::Signs, Err(_)) => {
            with_complement(&outputs.mapv_into(|output| share(f64::midpoint(1.0, output))))
        }
        (_, Err(_)) => outputs.mapv_into(share),
    }
}

/// Puts the probability of class 0 before that of class 1.
fn with_complement(second: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((second.nrows(), 2), |(row, class)| match class {
        0 => 1.0 - second[[row, 0]],
        _ => second[[row, 0]],
    })
}
