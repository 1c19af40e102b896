//! Trains the same networks on three small tables in three ways, and prints the mean score over ten splits.
//!
//! ```text
//! cargo run --release -p brique --example small_tables -- FOLDER
//! ```
//!
//! The folder contains `diabetes.csv`, `breast_cancer.csv` and `wine.csv`, with a header and the target last.
//! `scripts/scikit_learn.py` writes them, runs this program, and prints the scores of scikit-learn beside its own.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use brique::prelude::*;

type Failure = Box<dyn std::error::Error>;

/// The number of splits, each with the training and the test set that scikit-learn has with this seed.
const SPLITS: u32 = 10;

/// How a network is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Training {
    /// 200 epochs; the targets of a regression in their own unit.
    Plain,
    /// Until the loss on a fifth of the training set has not decreased for 10 epochs, with standardised targets.
    EarlyStop,
    /// 30 epochs on the whole training set, with standardised targets, a falling learning rate and a strong weight decay.
    SmallData,
}

#[derive(Debug, Clone, Copy)]
struct Table {
    name: &'static str,
    /// The number of classes; 0 for a regression.
    classes: usize,
}

const TABLES: [Table; 3] = [
    Table {
        name: "diabetes",
        classes: 0,
    },
    Table {
        name: "breast_cancer",
        classes: 2,
    },
    Table {
        name: "wine",
        classes: 3,
    },
];

fn main() -> Result<(), Failure> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("expected the folder of the tables")?,
    );
    for table in TABLES {
        for training in [Training::Plain, Training::EarlyStop, Training::SmallData] {
            let start = Instant::now();
            let mut scores = Vec::new();
            for seed in 0..SPLITS {
                scores.push(score(&folder, table, training, seed)?);
            }
            let seconds = start.elapsed().as_secs_f64() / f64::from(SPLITS);
            let (mean, error) = mean_and_standard_error(&scores);
            println!("{} {training:?} {mean:.4} {error:.4} {seconds:.4}", table.name);
        }
    }
    Ok(())
}

/// Trains on one split and returns R² or the accuracy on its test set.
fn score(folder: &Path, table: Table, training: Training, seed: u32) -> Result<f64, Failure> {
    let path = folder.join(table.name).with_extension("csv");
    let data: Dataset<f32> = read_csv(path, &CsvOptions::with_header())?;
    let (classes, mut rng) = (data.classes(), NumpyRandomState::new(seed));
    let (rng, classes) = (&mut rng, classes.as_slice());
    let selection = match table.classes {
        0 => Selection::Shuffled(rng),
        _ => Selection::Stratified { classes, rng },
    };
    let (train, test) = train_test_split(&data, TestSize::Fraction(0.2), selection)?;
    let mut steps = Preparation::new().standardize();
    if table.classes == 0 && training != Training::Plain {
        steps = steps.standardize_targets();
    }
    let fitted = steps.fit(&train)?;
    let network = fit(&fitted.apply(&train)?, table, training, u64::from(seed))?;
    let predictions = network.predict(fitted.apply(&test)?.inputs())?;
    Ok(match table.classes {
        0 => metrics::r2(test.targets(), &fitted.restore_targets(&predictions)?)?,
        _ => metrics::accuracy(test.targets(), &predictions)?,
    })
}

fn fit(
    train: &Dataset<f32>,
    table: Table,
    training: Training,
    seed: u64,
) -> Result<Sequential<f32>, Failure> {
    let mut rng = portable(seed);
    let (inputs, outputs) = (train.inputs().ncols(), table.classes.max(1));
    let mut network = Sequential::new(inputs)
        .then(Linear::new(inputs, 32, Init::PyTorch, &mut rng)?)?
        .then(ReLU)?
        .then(Linear::new(32, 16, Init::PyTorch, &mut rng)?)?
        .then(ReLU)?
        .then(Linear::new(16, outputs, Init::PyTorch, &mut rng)?)?;
    let loss: Box<dyn Loss<f32>> = match table.classes {
        0 => Box::new(MSELoss::new()),
        _ => Box::new(CrossEntropyLoss::new()),
    };
    let network_mut: &mut dyn Module<f32> = &mut network;
    match training {
        Training::Plain => {
            Fit::new(200, 32)
                .shuffle(seed)
                .run(network_mut, &*loss, &mut Adam::new(1e-3)?, train)?
        }
        Training::EarlyStop => {
            let selection = Selection::Shuffled(&mut rng);
            let (train, validation) = train_test_split(train, TestSize::Fraction(0.2), selection)?;
            Fit::new(200, 32)
                .shuffle(seed)
                .validate(&validation)
                .stop_early(10)
                .run(network_mut, &*loss, &mut Adam::new(1e-3)?, &train)?
        }
        Training::SmallData => Fit::new(30, 32)
            .shuffle(seed)
            .schedule_by_step(Schedule::cosine(0.0)?)
            .run(
                network_mut,
                &*loss,
                &mut AdamW::new(3e-3)?.weight_decay(3.0)?,
                train,
            )?,
    };
    Ok(network)
}

fn mean_and_standard_error(scores: &[f64]) -> (f64, f64) {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}
