//! How a shift of the signals changes the predictions of a network.

use brique_core::Workspace;
use brique_layers::Sequential;
use brique_tensor::ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use crate::Error;

/// A signal is rotated by up to this many points to either side.
pub(super) const LARGEST: usize = 10;

/// The share of signals whose predicted class does not change if they are rotated to the right, for each rotation from
/// −[`LARGEST`] to [`LARGEST`] points.
pub(super) fn unchanged_by_shift(
    network: &Sequential<f32>,
    signals: &Array2<f32>,
) -> Result<Vec<f64>, Error> {
    let mut workspace = Workspace::default();
    let classes = classes(&workspace.predict(network, signals)?);
    let mut unchanged = Vec::new();
    for shift in 0..=2 * LARGEST {
        let rotated = workspace.predict(network, &rotated(signals, shift))?;
        let same = self::classes(&rotated).into_iter().zip(&classes);
        let same = same.filter(|(rotated, class)| rotated == *class);
        unchanged.push(same.count() as f64 / classes.len() as f64);
    }
    Ok(unchanged)
}

/// Rotates every row to the right by `shift − LARGEST` columns.
fn rotated(signals: &Array2<f32>, shift: usize) -> Array2<f32> {
    let columns = signals.ncols();
    let from = |column| (column + columns + LARGEST - shift) % columns;
    signals.select(Axis(1), &(0..columns).map(from).collect::<Vec<_>>())
}

/// The index of the largest number of each row.
fn classes(outputs: &ArrayView2<'_, f32>) -> Vec<usize> {
    let largest = |row: ArrayView1<'_, f32>| {
        (1..row.len()).fold(0, |best, index| if row[index] > row[best] { index } else { best })
    };
    outputs.outer_iter().map(largest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use brique_layers::Linear;
    use brique_tensor::ndarray::Array;

    fn signals() -> Array2<f32> {
        let signals = Array::from_iter((0..40_u8).map(f32::from));
        signals.into_shape_with_order((1, 40)).unwrap()
    }

    #[test]
    fn a_rotation_moves_to_the_right() {
        assert_eq!(rotated(&signals(), LARGEST), signals());
        assert_eq!(rotated(&signals(), LARGEST + 1).row(0).to_vec()[..2], [39.0, 0.0]);
        assert_eq!(rotated(&signals(), LARGEST - 1).row(0).to_vec()[..2], [1.0, 2.0]);
    }

    #[test]
    fn a_prediction_that_depends_on_one_point_changes_if_that_point_does() {
        // The class is 1 if the first point is larger than 20, which it is after a rotation to the right.
        let mut parameters = Array2::zeros((41, 2));
        (parameters[[0, 1]], parameters[[40, 0]]) = (1.0, 20.0);
        let network = Sequential::new(40)
            .then(Linear::from_parameters(parameters).unwrap())
            .unwrap();
        let unchanged = unchanged_by_shift(&network, &signals()).unwrap();
        assert_eq!(unchanged[..=LARGEST], [1.0; LARGEST + 1]);
        assert_eq!(unchanged[LARGEST + 1..], [0.0; LARGEST]);
    }
}
