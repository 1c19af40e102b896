//! Trains two networks further that PyTorch has exported, a `LeNet` and a perceptron, and exports them for other programs.
//!
//! `cargo run -p brique-onnx --example fine_tune -- FOLDER` also writes `lenet.onnx`, `perceptron.onnx` and the images of
//! the test as plain numbers, for onnxruntime. PyTorch has trained the networks on 300 handwritten digits; here they see
//! 1,500, and are tested on the last 297.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use brique_core::Module;
use brique_datasets::{Dataset, digits};
use brique_losses::CrossEntropyLoss;
use brique_onnx::{export, import};
use brique_optim::Adam;
use brique_train::{Fit, metrics};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1);
    let data = digits::<f32>()?;
    let images = data.inputs().mapv(|ink| ink / 16.0);
    for name in ["lenet", "perceptron"] {
        let file = format!("{}/tests/data/digits_{name}.onnx", env!("CARGO_MANIFEST_DIR"));
        let mut imported = import::<f32>(&file)?;
        // PyTorch has the channels first, the network has them last: the rows are converted once.
        let all = data.clone().with_inputs(imported.to_network(&images)?)?;
        let train = all.select(&(0..1500).collect::<Vec<_>>())?;
        let test = all.select(&(1500..all.len()).collect::<Vec<_>>())?;

        let before = accuracy(&imported.network, &test)?;
        let mut adam = Adam::new(0.003)?;
        let fit = Fit::new(20, 32).shuffle(7);
        fit.run(&mut imported.network, &CrossEntropyLoss::new(), &mut adam, &train)?;
        let after = accuracy(&imported.network, &test)?;
        if let Some(folder) = &folder {
            let path = Path::new(folder).join(format!("{name}.onnx"));
            export(&imported.network, &path)?;
            write_test(&path.with_extension("test"), &test)?;
        }
        println!("{name}\t{before}\t{after}");
    }
    Ok(())
}

fn accuracy(network: &dyn Module<f32>, test: &Dataset<f32>) -> Result<f64, Box<dyn Error>> {
    let logits = network.predict(test.inputs())?;
    Ok(metrics::accuracy_of_logits(test.targets(), &logits)?)
}

/// Writes each image and its class. With one channel, an image has the same order in ONNX.
fn write_test(path: &Path, test: &Dataset<f32>) -> Result<(), std::io::Error> {
    let rows = test.inputs().rows().into_iter().zip(test.targets().rows());
    let numbers = rows.flat_map(|(image, class)| image.into_iter().chain(class));
    fs::write(
        path,
        numbers
            .flat_map(|number| number.to_le_bytes())
            .collect::<Vec<_>>(),
    )
}
