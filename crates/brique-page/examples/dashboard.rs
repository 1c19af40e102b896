//! Two trainings side by side on a dashboard: the same network with two optimisers.
//!
//! `cargo run --release -p brique-page --example dashboard [FOLDER]` prints an address to open in a browser. With a
//! folder, each run is written to a file there, which the page can open later.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::io::stdin;
use std::path::PathBuf;
use std::thread;

use brique_datasets::{Dataset, Moons, Selection, TestSize, moons, train_test_split};
use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::{Adam, Optimizer, SGD, Schedule};
use brique_page::{Dashboard, Run};
use brique_random::portable;
use brique_train::{Fit, Metric, metrics};

const EPOCHS: usize = 20_000;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let mut rng = portable(1);
    let data = moons(
        &Moons {
            examples: 1000,
            noise: 0.2,
        },
        &mut rng,
    )?;
    let data = train_test_split(&data, TestSize::default(), Selection::Shuffled(&mut rng))?;
    let dashboard = Dashboard::new()?;
    println!("{}", dashboard.address());
    let (mut adam, mut sgd) = (dashboard.run("Adam"), dashboard.run("SGD"));
    if let Some(folder) = folder {
        adam = adam.file(folder.join("adam.jsonl"))?;
        sgd = sgd.file(folder.join("sgd.jsonl"))?;
    }
    let threads = thread::scope(|scope| {
        let adam = scope.spawn(|| train(&adam, &mut Adam::new(0.001)?, &data));
        let sgd = scope.spawn(|| train(&sgd, &mut SGD::new(0.01)?, &data));
        [adam.join(), sgd.join()]
    });
    for ended in threads {
        ended.map_err(|_| "a thread panicked")??;
    }
    println!("Both runs have ended. Enter ends the program and its dashboard.");
    stdin().read_line(&mut String::new())?;
    Ok(())
}

/// Trains a network, always the same one at the beginning.
fn train(
    run: &Run,
    optimizer: &mut dyn Optimizer,
    (train, test): &(Dataset, Dataset),
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut rng = portable(2);
    let mut network: Sequential = Sequential::new(2)
        .then(Linear::new(2, 64, Init::XavierUniform, &mut rng)?)?
        .then(Tanh)?
        .then(Linear::new(64, 64, Init::XavierUniform, &mut rng)?)?
        .then(Tanh)?
        .then(Linear::new(64, 1, Init::XavierUniform, &mut rng)?)?;
    let fit = Fit::new(EPOCHS, 32)
        .shuffle(1)
        .schedule(Schedule::cosine(0.0)?)
        .validate(test)
        .metric(Metric::new("accuracy", metrics::accuracy_of_logits))
        .keep_best();
    let result = run
        .watch(fit)
        .run(&mut network, &BCEWithLogitsLoss::new(), optimizer, train);
    run.ended(&result)?;
    result?;
    Ok(())
}
