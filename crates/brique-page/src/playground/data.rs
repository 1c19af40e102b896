//! The examples of a configuration.

use brique_core::Shape;
use brique_datasets as datasets;
use brique_datasets::{Selection, Split, Standardizer, TestSize};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, Axis};

use super::generated::raw_examples;
use super::{Config, Data, Error, Task};

/// The largest number of classes.
pub(crate) const MOST_CLASSES: usize = 10;

/// The largest number of examples.
pub(super) const MOST_EXAMPLES: usize = 20_000;

/// The examples of a configuration, before the loss decides the form of their targets.
#[derive(Debug, Clone)]
pub struct Examples {
    /// The shape of one example: (2), or (8, 8, 1) for the digits.
    pub input: Shape,
    /// Whether targets are classes or numbers.
    pub task: Task,
    /// The number of classes.
    pub classes: Option<usize>,
    /// The names of the classes, if they have any.
    pub class_names: Option<Vec<String>>,
    /// The inputs, (n, 2) or (n, 64).
    pub inputs: Array2<f64>,
    /// The class of each example, counted from 0, or its number.
    pub targets: Vec<f64>,
    /// The indices of the examples in the training set and in the test set, which may be empty.
    pub split: Split,
}

/// Generates or reads the examples of a configuration, and splits them with `portable(config.seed)`. Coordinates are
/// rounded to 6 decimals, so that they are the same numbers on every platform.
///
/// # Errors
///
/// If a parameter of the data or the fraction of the test set is invalid; if a table cannot be read; if there are too
/// many examples or classes.
pub fn examples(config: &Config) -> Result<Examples, Error> {
    let raw = raw_examples(&config.data)?;
    let (count, columns) = raw.inputs.dim();
    if !(1..=MOST_EXAMPLES).contains(&count) {
        return Err(Error::value(
            "the number of examples",
            count,
            format!("from 1 to {MOST_EXAMPLES}"),
        ));
    }
    let mut numbers = raw.inputs.iter().chain(&raw.targets);
    if let Some(wrong) = numbers.find(|number| !number.is_finite()) {
        return Err(Error::value("a number of an example", wrong, "a finite number"));
    }
    let examples = Examples {
        input: if columns == 2 {
            Shape::from(2)
        } else {
            Shape::from([8, 8, 1])
        },
        task: if raw.classes.is_some() {
            Task::Classification
        } else {
            Task::Regression
        },
        classes: raw.classes,
        class_names: raw.class_names,
        inputs: raw.inputs,
        targets: raw.targets,
        split: split(count, config)?,
    };
    match config.data {
        Data::Csv {
            standardize: true, ..
        } => standardized(examples),
        _ => Ok(examples),
    }
}

/// Inputs and targets without a split.
pub(super) struct RawExamples {
    pub(super) inputs: Array2<f64>,
    pub(super) targets: Vec<f64>,
    pub(super) classes: Option<usize>,
    pub(super) class_names: Option<Vec<String>>,
}

/// Rounds to 6 decimals. The last bits of functions such as the sine differ between platforms; these decimals do not.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// Splits with the draws of `portable(config.seed)`. Without a test set, all examples are in the training set in order.
fn split(examples: usize, config: &Config) -> Result<Split, Error> {
    if config.test_fraction == 0.0 {
        return Ok(Split {
            train: (0..examples).collect(),
            test: Vec::new(),
        });
    }
    let mut rng = portable(config.seed);
    let (size, selection) = (
        TestSize::Fraction(config.test_fraction),
        Selection::Shuffled(&mut rng),
    );
    Ok(datasets::train_test_indices(examples, size, selection)?)
}

/// Scales inputs, and targets that are numbers, to mean 0 and deviation 1 on the training set, and rounds them.
fn standardized(examples: Examples) -> Result<Examples, Error> {
    let train = &examples.split.train;
    let scale = |numbers: &Array2<f64>| -> Result<Array2<f64>, Error> {
        let scaled = Standardizer::fit(&numbers.select(Axis(0), train))?.transform(numbers)?;
        Ok(scaled.mapv_into(rounded))
    };
    let inputs = scale(&examples.inputs)?;
    let targets = match examples.task {
        Task::Classification => examples.targets.clone(),
        Task::Regression => {
            let column = Array2::from_shape_fn((examples.targets.len(), 1), |(row, _)| examples.targets[row]);
            scale(&column)?.into_iter().collect()
        }
    };
    Ok(Examples {
        inputs,
        targets,
        ..examples
    })
}
