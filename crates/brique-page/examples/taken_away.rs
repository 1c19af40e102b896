//! Trains the network of a playground with Brique: the same data, the same steps, the same bits.
//!
//! Its Cargo.toml, beside a clone of Brique:
//!
//! ```toml
//! [package]
//! name = "taken_away"
//! edition = "2024"
//!
//! [dependencies]
//! brique = { path = "../brique/crates/brique" }
//! ```
//!
//! `cargo run --release` uses the best instructions of the processor. `cargo run --release -- baseline` computes as
//! the page does, and prints the digest that the page shows at the end of the training.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;

use brique::prelude::*;
use brique::tensor::SimdLevel;

fn main() -> Result<(), Box<dyn Error>> {
    let digest = match std::env::args().nth(1).as_deref() {
        Some("baseline") => SimdLevel::Baseline.run(train)??,
        _ => train()?,
    };
    println!("digest {digest}");
    Ok(())
}

/// Trains the network, and returns a digest of its parameters.
pub(crate) fn train() -> Result<String, Box<dyn Error>> {
    let (train, test) = (dataset(TRAIN)?, dataset(TEST)?);
    let mut network = network()?;
    println!("{network:#}");
    let loss = CrossEntropyLoss::new().label_smoothing(0.05)?;
    let mut optimizer = AdamW::new(0.02)?.betas(0.9, 0.99)?.weight_decay(0.02)?;
    let fit = Fit::new(10, 16).shuffle(3);
    let fit = fit.schedule_by_step(Schedule::warm_up(5, Schedule::cosine(0.1)?));
    let fit = fit.clip_norm(1.0);
    fit.run(&mut network, &loss, &mut optimizer, &train)?;

    let metric = Metric::new("accuracy", metrics::accuracy_of_logits);
    for (name, data) in [("training", &train), ("test", &test)] {
        let found = evaluate(&network, &loss, data, &[metric])?;
        let (value, measured) = (found.loss, found.metrics[0]);
        println!("{name} set: loss {value:.6}, accuracy {measured:.4}");
    }
    let steps = 10 * train.len().div_ceil(16) as u64;
    Ok(digest(&network, steps))
}

/// Builds the network, with its initial parameters.
fn network() -> Result<Sequential, Box<dyn Error>> {
    let mut rng = portable(3);
    let init = Init::HeUniform;
    let network = Sequential::new(2);
    let network = network.then(Linear::new(2, 8, init, &mut rng)?)?;
    let network = network.then(ReLU)?;
    let inner = Sequential::new(8);
    let inner = inner.then(Linear::new(8, 8, init, &mut rng)?)?;
    let inner = inner.then(Tanh)?;
    let inner = inner.then(Dropout::new(0.1, 3)?)?;
    let network = network.then(Residual::new(8, inner)?)?;
    let network = network.then(LayerNorm::new(8)?)?;
    let network = network.then(Linear::new(8, 2, init, &mut rng)?)?;
    Ok(network)
}

/// Reads rows of two coordinates and a target.
fn dataset(text: &str) -> Result<Dataset, Box<dyn Error>> {
    let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    let numbers = numbers?;
    let rows = Array2::from_shape_vec((numbers.len() / 3, 3), numbers)?;
    let (x, y) = rows.view().split_at(ndarray::Axis(1), 2);
    let data = Dataset::new(x.to_owned(), y.to_owned())?;
    Ok(data)
}

/// Returns FNV-1a over the number of steps and the bits of all parameters.
fn digest(network: &Sequential, steps: u64) -> String {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for &byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    };
    add(&steps.to_le_bytes());
    network.visit_parameters(&mut |parameter| {
        for value in parameter.value() {
            add(&value.to_le_bytes());
        }
    });
    format!("{hash:016x}")
}

/// The training set.
const TRAIN: &str = "
1.624998 -0.350354 1
-0.239193 0.952748 0
0.146474 1.077843 0
-1.026508 0.301027 0
0.520176 0.734081 0
0.588536 -0.604785 1
1.256578 -0.35177 1
-0.74274 0.814087 0
1.896135 -0.235523 1
0.00217 0.032883 1
0.379788 -0.301981 1
-0.750033 0.568471 0
-0.589622 0.69854 0
-0.985441 0.434825 0
1.387391 -0.45128 1
0.638216 0.904801 0
0.930315 0.096801 0
0.69872 0.411347 0
0.29905 -0.273353 1
0.94099 0.465567 0
0.887229 0.65965 0
1.736849 -0.072306 1
-0.852752 0.42209 0
1.000958 -0.633403 1
1.569266 -0.134717 1
1.910962 0.482497 1
0.435645 -0.205514 1
0.166656 -0.183753 1
-0.165316 0.891922 0
-1.040233 0.151298 0
0.852875 -0.527676 1
0.034854 0.456533 1
0.874229 -0.514578 1
0.151478 0.108985 1
-0.029183 1.000878 0
0.992362 -0.521163 1
0.138106 0.317737 1
-0.304568 0.923022 0
-0.092129 0.899616 0
1.821121 0.154013 1
-1.020182 0.352011 0
0.151772 0.152853 1
1.993946 0.376663 1
1.032558 0.145587 0
0.473606 -0.409817 1
";

/// The test set.
const TEST: &str = "
-0.747072 0.823419 0
1.267877 -0.383814 1
0.974528 0.208813 0
0.55347 0.747165 0
-0.399133 0.819919 0
0.722976 0.697056 0
-0.987365 0.006947 0
0.467884 0.951768 0
1.300966 -0.44561 1
0.733493 0.554121 0
1.737885 0.177532 1
0.197632 1.022183 0
0.030938 0.29292 1
1.955665 0.074394 1
2.010443 0.1784 1
";
