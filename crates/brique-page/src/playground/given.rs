//! Examples that are not generated: the digits, and points that were set by clicking.

use std::sync::OnceLock;

use brique_datasets as datasets;
use brique_datasets::Dataset;
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;

use super::data::{MOST_CLASSES, RawExamples};
use super::{Error, Task};

/// The first digits of an order drawn with the seed, divided by 16.
pub(super) fn digits(examples: usize, seed: u64) -> Result<RawExamples, Error> {
    static ALL: OnceLock<Result<Dataset, datasets::Error>> = OnceLock::new();
    let all = ALL.get_or_init(datasets::digits).as_ref().map_err(Clone::clone)?;
    let order = portable(seed).permutation(all.len());
    let (inputs, targets) = all.select(&order[..examples])?.into_parts();
    Ok(RawExamples {
        inputs: inputs / 16.0,
        targets: targets.into_iter().collect(),
        classes: Some(10),
        class_names: None,
    })
}

/// Takes points without changing them.
pub(super) fn points_data(points: &[[f64; 3]], task: Task) -> Result<RawExamples, Error> {
    for &number in points.iter().flatten() {
        if !number.is_finite() {
            return Err(Error::value("a number of a point", number, "a finite number"));
        }
    }
    let targets: Vec<f64> = points.iter().map(|point| point[2]).collect();
    let is_class = |target: f64| target.fract() == 0.0 && (0.0..MOST_CLASSES as f64).contains(&target);
    if task == Task::Classification
        && let Some(wrong) = targets.iter().find(|&&target| !is_class(target))
    {
        let expected = format!("a whole number from 0 to {}", MOST_CLASSES - 1);
        return Err(Error::value("the class of a point", wrong, expected));
    }
    let largest = targets.iter().copied().fold(1.0, f64::max);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a class is below 10"
    )]
    let classes = (task == Task::Classification).then_some(largest as usize + 1);
    Ok(RawExamples {
        inputs: Array2::from_shape_fn((points.len(), 2), |(row, column)| points[row][column]),
        targets,
        classes,
        class_names: None,
    })
}
