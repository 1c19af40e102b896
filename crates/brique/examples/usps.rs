//! Trains the course's convolutional network on the handwritten digits of the U.S. Postal Service.
//!
//! ```text
//! cargo run --release -p brique --example usps -- zip.train.gz zip.test.gz
//! ```
//!
//! The files are not part of the project: `read_usps` says where they come from. The network reads a digit as one
//! sequence of 256 grey values, as the course does.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use brique::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let [train, test] = files.as_slice() else {
        return Err("expected two files: the training digits and the test digits".into());
    };
    let (train, test): (Dataset<f32>, Dataset<f32>) = (read_usps(train)?, read_usps(test)?);
    let rng = &mut portable(1);
    let convolution = Conv1D::new([256, 1], 32, 3, Init::PyTorch, rng)?;
    let mut network = Sequential::new([256, 1])
        .then(convolution)?
        .then(MaxPool1D::new([254, 32], 2)?)?
        .then(Flatten)?
        .then(Linear::new(4064, 100, Init::PyTorch, rng)?)?
        .then(ReLU)?
        .then(Linear::new(100, 10, Init::PyTorch, rng)?)?;
    println!("{network:#}");
    let (loss, mut adam) = (CrossEntropyLoss::new(), Adam::new(1e-3)?);
    let history = Fit::new(10, 32)
        .shuffle(1)
        .metric(Metric::new("training accuracy", metrics::accuracy))
        .on_epoch(|epoch, _| println!("{epoch}"))
        .run(&mut network, &loss, &mut adam, &train)?;
    let found = evaluate(
        &network,
        &loss,
        &test,
        &[Metric::new("accuracy", metrics::accuracy)],
    )?;
    println!("{history}\naccuracy on the test digits: {:.4}", found.metrics[0]);
    Ok(())
}
