//! Generated examples.

use brique_datasets as datasets;
use brique_datasets::{Blobs, Circles, DataType, Dataset, GenArti, LinearProblem, Moons, Spirals};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;

use super::csv_data::read_csv;
use super::data::{MOST_CLASSES, MOST_EXAMPLES, RawExamples, rounded};
use super::given::{digits, points_data};
use super::{Data, Error, Function};

/// Generates or reads the examples of a configuration.
pub(super) fn raw_examples(data: &Data) -> Result<RawExamples, Error> {
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
        } => moons(&Moons { examples, noise }, seed),
        Data::Circles {
            examples,
            noise,
            factor,
            seed,
        } => {
            let parameters = Circles {
                examples,
                noise,
                factor,
            };
            circles(&parameters, seed)
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
            plane(&LinearProblem { weights, bias, noise }, examples, seed)
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

fn moons(parameters: &Moons, seed: u64) -> Result<RawExamples, Error> {
    Ok(classified(datasets::moons(parameters, &mut portable(seed))?, 2))
}

fn circles(parameters: &Circles, seed: u64) -> Result<RawExamples, Error> {
    Ok(classified(datasets::circles(parameters, &mut portable(seed))?, 2))
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

/// Points drawn from the uniform distribution on [−1, 1]², rounded.
fn uniform_points(examples: usize, rng: &mut dyn RandomSource) -> Array2<f64> {
    Array2::from_shape_simple_fn((examples, 2), || rounded(rng.uniform(-1.0, 1.0)))
}

fn plane(problem: &LinearProblem, examples: usize, seed: u64) -> Result<RawExamples, Error> {
    let mut rng = portable(seed);
    let inputs = uniform_points(examples, &mut rng);
    Ok(regression(problem.dataset(inputs, &mut rng)?))
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
