//! Writes fifteen networks for other programs, `onnx_files write FOLDER`, and reads what they wrote,
//! `onnx_files read FOLDER`.
//!
//! `scripts/onnx_round_trip.py` runs both commands. `NAME.f32.onnx` has a network, `NAME.f32.x` and `NAME.f32.y` inputs and
//! outputs as plain numbers, in the order of ONNX. `read` imports each network, compares its outputs, trains it for a few
//! steps, and writes `NAME.f32.trained.onnx` with its outputs in `NAME.f32.trained.y`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

mod networks;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use brique_core::{Loss, Module};
use brique_datasets::Standardizer;
use brique_layers::Sequential;
use brique_losses::MSELoss;
use brique_onnx::{Export, Import};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

const ROWS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => {
            write::<f32>(Path::new(folder))?;
            write::<f64>(Path::new(folder))
        }
        ["read", folder] => read(Path::new(folder)),
        _ => Err("expected COMMAND FOLDER, such as write target/onnx".into()),
    }
}

fn type_name<T>() -> &'static str {
    if size_of::<T>() == 4 { "f32" } else { "f64" }
}

fn write<T: Scalar>(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rng = portable(22);
    for (name, network) in networks::all::<T>()? {
        let path = |end: &str| folder.join(format!("{name}.{}.{end}", type_name::<T>()));
        Export::new(&network).save(path("onnx"))?;
        write_examples(&network, &path, &mut rng, None)?;
    }
    // Inputs far from 0, standardised by the graph.
    let (name, network) = networks::all::<T>()?.swap_remove(0);
    let path = |end: &str| folder.join(format!("standardized_{name}.{}.{end}", type_name::<T>()));
    let standardizer = Standardizer::new((0..5).map(|n| 1000.0 * f64::from(n)).collect(), vec![0.5; 5])?;
    Export::new(&network)
        .standardizer(&standardizer)
        .save(path("onnx"))?;
    write_examples(&network, &path, &mut rng, Some(&standardizer))
}

fn write_examples<T: Scalar>(
    network: &Sequential<T>,
    path: &dyn Fn(&str) -> PathBuf,
    rng: &mut dyn RandomSource,
    standardizer: Option<&Standardizer>,
) -> Result<(), Box<dyn Error>> {
    let columns = network.input().size();
    let mut x = Array2::from_shape_simple_fn((ROWS, columns), || T::from_f64(rng.standard_normal()));
    let mut inputs = x.clone();
    if let Some(standardizer) = standardizer {
        x = standardizer.inverse_transform(&x)?;
        inputs = standardizer.transform(&x)?;
    }
    // The file has the channels first, the network has them last.
    let imported = Import::new().file::<T>(path("onnx"))?;
    let y = imported.from_network(&network.predict(&inputs)?)?;
    let mut in_file = Array2::zeros(x.dim());
    let numbers = Array2::from_shape_fn((1, columns), |(_, column)| T::from_usize(column));
    for (column, source) in imported.to_network(&numbers)?.iter().enumerate() {
        let index = source.as_f64();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the number of a column"
        )]
        in_file.column_mut(index as usize).assign(&x.column(column));
    }
    write_numbers(&path("x"), &in_file)?;
    write_numbers(&path("y"), &y)
}

fn write_numbers<T: Scalar>(path: &Path, numbers: &Array2<T>) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    for number in numbers {
        let number = number.as_f64();
        #[allow(clippy::cast_possible_truncation, reason = "it is an f32")]
        match size_of::<T>() {
            4 => bytes.extend((number as f32).to_le_bytes()),
            _ => bytes.extend(number.to_le_bytes()),
        }
    }
    Ok(fs::write(path, bytes)?)
}

/// Reads files of f32.
fn read_numbers(path: &Path, columns: usize) -> Result<Array2<f32>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let numbers: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    Ok(Array2::from_shape_vec(
        (numbers.len() / columns, columns),
        numbers,
    )?)
}

/// Imports, trains and exports every network of a folder, and prints the error of its outputs and the loss before and after.
fn read(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| path.to_string_lossy().ends_with(".f32.onnx"));
    files.sort();
    for file in files {
        let mut imported = Import::new().file::<f32>(&file)?;
        let columns: usize = imported.input_sizes().iter().product();
        let x = read_numbers(&file.with_extension("x"), columns)?;
        let found = imported.predict(&x)?;
        let expected = read_numbers(&file.with_extension("y"), found.ncols())?;
        let error = error_in_eps(&found, &expected);

        let inputs = imported.to_network(&x)?;
        let (before, after) = train(&mut imported.network, &inputs)?;
        Export::new(&imported.network).save(file.with_extension("trained.onnx"))?;
        let trained = Import::new().file::<f32>(file.with_extension("trained.onnx"))?;
        write_numbers(&file.with_extension("trained.y"), &trained.predict(&x)?)?;
        let stem = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .replace(".f32.onnx", "");
        println!("{stem} {error} {before} {after}");
    }
    Ok(())
}

/// Makes a few steps towards other outputs, and returns the loss before and after.
fn train(network: &mut Sequential<f32>, x: &Array2<f32>) -> Result<(f64, f64), Box<dyn Error>> {
    let target = network.predict(x)? * 0.5;
    let loss = MSELoss::new();
    let before = loss.forward(&target, &network.predict(x)?)?;
    for _ in 0..10 {
        let yhat = network.forward(x)?;
        let delta = loss.backward(&target, &yhat)?;
        network.zero_grad();
        network.backward_update_gradient(x, &delta)?;
        network.update_parameters(0.01)?;
    }
    Ok((
        before.as_f64(),
        loss.forward(&target, &network.predict(x)?)?.as_f64(),
    ))
}

fn error_in_eps(found: &Array2<f32>, expected: &Array2<f32>) -> f64 {
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, f64::max);
    let distance = largest(&mut found.iter().zip(expected).map(|(a, b)| f64::from((a - b).abs())));
    let size = largest(&mut expected.iter().map(|b| f64::from(b.abs())));
    if distance == 0.0 {
        0.0
    } else {
        distance / size / f64::from(f32::EPSILON)
    }
}
