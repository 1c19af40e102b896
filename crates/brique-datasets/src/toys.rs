//! Toy data for networks to separate: points in the plane and around centres.

mod blobs;
mod circles;
mod moons;
mod spirals;

pub use blobs::{Blobs, blobs};
pub use circles::{Circles, circles};
pub use moons::{Moons, moons};
pub use spirals::{Spirals, spirals};

use brique_random::RandomSource;
use brique_tensor::ndarray::Array2;

use crate::{Dataset, Error};

/// A point of the plane and its class.
type Labelled = ([f64; 2], usize);

/// Shuffles the points, then adds normal noise to every coordinate, drawn row by row.
fn shuffled_with_noise(points: &[Labelled], noise: f64, rng: &mut dyn RandomSource) -> Dataset {
    let order = rng.permutation(points.len());
    let mut inputs = Array2::from_shape_fn((points.len(), 2), |(row, column)| points[order[row]].0[column]);
    let targets = Array2::from_shape_fn((points.len(), 1), |(row, _)| points[order[row]].1 as f64);
    for value in &mut inputs {
        *value += rng.normal(0.0, noise);
    }
    Dataset::of_equal_lengths(inputs, targets)
}

/// Returns the number of examples of each class: equal numbers, with the remainder distributed to the first classes.
pub(crate) fn shares(examples: usize, classes: usize) -> impl Iterator<Item = usize> {
    // Further classes have no example.
    (0..classes.min(examples)).map(move |class| examples / classes + usize::from(class < examples % classes))
}

/// Returns an error if the number of classes is 0.
fn check_classes(function: &'static str, classes: usize) -> Result<(), Error> {
    if classes > 0 {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter: "classes",
        found: "0".to_owned(),
        expected: "at least 1",
    })
}
