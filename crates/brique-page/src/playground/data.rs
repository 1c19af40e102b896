//! The examples of a configuration.

use std::sync::OnceLock;

use brique_core::Shape;
use brique_datasets as datasets;
use brique_datasets::{
    Blobs, Circles, DataType, Dataset, GenArti, LinearProblem, Moons, Selection, Spirals, Split,
    Standardizer, TestSize,
};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array2, Axis};

use super::csv_data::read_csv;
use super::{Config, Data, Error, Function, Task};

/// The largest number of classes.
pub(crate) const MOST_CLASSES: usize = 10;

/// The largest number of examples.
const MOST_EXAMPLES: usize = 20_000;

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

fn raw_examples(data: &Data) -> Result<RawExamples, Error> {
    check_count(data)?;
    match *data {
        Data::TwoGaussians {
            examples,
            sigma,
            noise,
            seed,
        } => gen_arti(DataType::TwoGaussians, examples, sigma, noise, seed),
        Data::FourGaussians {
            examples,
            sigma,
            noise,
            seed,
        } => gen_arti(DataType::FourGaussians, examples, sigma, noise, seed),
        Data::Checkerboard {
            examples,
            noise,
            seed,
        } => gen_arti(DataType::Checkerboard, examples, 0.0, noise, seed),
        Data::Moons {
            examples,
            noise,
            seed,
        } => {
            let data = datasets::moons(&Moons { examples, noise }, &mut portable(seed))?;
            Ok(classified(data, 2))
        }
        Data::Circles {
            examples,
            noise,
            factor,
            seed,
        } => {
            let circles = Circles {
                examples,
                noise,
                factor,
            };
            Ok(classified(datasets::circles(&circles, &mut portable(seed))?, 2))
        }
        Data::Blobs {
            examples,
            classes,
            deviation,
            seed,
        } => {
            check_classes(classes)?;
            let blobs = Blobs {
                examples,
                classes,
                deviation,
                ..Blobs::default()
            };
            Ok(classified(datasets::blobs(&blobs, &mut portable(seed))?, classes))
        }
        Data::Spirals {
            examples,
            classes,
            noise,
            turns,
            seed,
        } => {
            check_classes(classes)?;
            let spirals = Spirals {
                examples,
                classes,
                noise,
                turns,
            };
            Ok(classified(
                datasets::spirals(&spirals, &mut portable(seed))?,
                classes,
            ))
        }
        Data::Plane {
            examples,
            weight_1,
            weight_2,
            bias,
            noise,
            seed,
        } => {
            let weights = vec![weight_1, weight_2];
            let problem = LinearProblem { weights, bias, noise };
            let mut rng = portable(seed);
            let inputs = uniform_points(examples, &mut rng);
            Ok(regression(problem.dataset(inputs, &mut rng)?))
        }
        Data::Function {
            function,
            examples,
            noise,
            seed,
        } => function_data(function, examples, noise, seed),
        Data::Digits { examples, seed } => digits(examples, seed),
        Data::Csv {
            ref text,
            ref x_1,
            ref x_2,
            ref target,
            task,
            ..
        } => read_csv(text, [x_1, x_2], target, task),
        Data::Points { ref points, task } => points_data(points, task),
    }
}

/// Checks the number of examples to generate.
fn check_count(data: &Data) -> Result<(), Error> {
    let (examples, most) = match *data {
        Data::TwoGaussians { examples, .. }
        | Data::FourGaussians { examples, .. }
        | Data::Checkerboard { examples, .. }
        | Data::Moons { examples, .. }
        | Data::Circles { examples, .. }
        | Data::Blobs { examples, .. }
        | Data::Spirals { examples, .. }
        | Data::Plane { examples, .. }
        | Data::Function { examples, .. } => (examples, MOST_EXAMPLES),
        Data::Digits { examples, .. } => (examples, 1797),
        Data::Csv { .. } => return Ok(()),
        Data::Points { ref points, .. } => (points.len(), MOST_EXAMPLES),
    };
    if (1..=most).contains(&examples) {
        return Ok(());
    }
    Err(Error::value(
        "the number of examples",
        examples,
        format!("from 1 to {most}"),
    ))
}

fn check_classes(classes: usize) -> Result<(), Error> {
    if (2..=MOST_CLASSES).contains(&classes) {
        return Ok(());
    }
    Err(Error::value(
        "the number of classes",
        classes,
        format!("from 2 to {MOST_CLASSES}"),
    ))
}

fn gen_arti(
    data_type: DataType,
    nbex: usize,
    sigma: f64,
    epsilon: f64,
    seed: u64,
) -> Result<RawExamples, Error> {
    let parameters = GenArti {
        sigma,
        nbex,
        epsilon,
        ..GenArti::of(data_type)
    };
    let data = datasets::gen_arti(&parameters, &mut portable(seed))?;
    Ok(classified(data.with_zero_one_targets()?, 2))
}

/// Examples whose targets are class numbers.
fn classified(data: Dataset, classes: usize) -> RawExamples {
    RawExamples {
        classes: Some(classes),
        ..regression(data)
    }
}

/// Examples whose targets are numbers. Everything is rounded to 6 decimals.
fn regression(data: Dataset) -> RawExamples {
    let (inputs, targets) = data.into_parts();
    RawExamples {
        inputs: inputs.mapv_into(rounded),
        targets: targets.into_iter().map(rounded).collect(),
        classes: None,
        class_names: None,
    }
}

/// Rounds to 6 decimals. The last bits of functions such as the sine differ between platforms; these decimals do not.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// Points drawn from the uniform distribution on [−1, 1]², rounded.
fn uniform_points(examples: usize, rng: &mut dyn RandomSource) -> Array2<f64> {
    Array2::from_shape_simple_fn((examples, 2), || rounded(rng.uniform(-1.0, 1.0)))
}

fn function_data(function: Function, examples: usize, noise: f64, seed: u64) -> Result<RawExamples, Error> {
    if !(noise >= 0.0 && noise.is_finite()) {
        return Err(Error::value("noise", noise, "a finite number of at least 0"));
    }
    let mut rng = portable(seed);
    let inputs = uniform_points(examples, &mut rng);
    let targets = inputs
        .outer_iter()
        .map(|point| rounded(function.value(point[0], point[1]) + rng.normal(0.0, noise)))
        .collect();
    Ok(RawExamples {
        inputs,
        targets,
        classes: None,
        class_names: None,
    })
}

impl Function {
    /// Returns the value at a point.
    #[must_use]
    pub fn value(self, x_1: f64, x_2: f64) -> f64 {
        use std::f64::consts::PI;
        match self {
            Self::Product => x_1 * x_2,
            Self::Waves => libm::sin(PI * x_1) * libm::cos(PI * x_2),
            Self::Bell => libm::exp(-4.0 * (x_1 * x_1 + x_2 * x_2)),
            Self::Pyramid => x_1.abs() + x_2.abs(),
            Self::Saddle => x_1 * x_1 - x_2 * x_2,
        }
    }
}

/// The first digits of an order drawn with the seed, divided by 16.
fn digits(examples: usize, seed: u64) -> Result<RawExamples, Error> {
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

fn points_data(points: &[[f64; 3]], task: Task) -> Result<RawExamples, Error> {
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
