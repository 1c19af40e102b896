//! Writes twelve networks for PyTorch, `pytorch write FOLDER`, and checks what PyTorch wrote, `pytorch check FOLDER`.
//!
//! `scripts/pytorch_round_trip.py` runs both commands, and builds the same networks in PyTorch. The files of a network:
//!
//! * `NAME.f32.safetensors` is the network, and `NAME.f32.io.safetensors` has inputs `x` and the outputs `y` for them;
//! * `NAME.f32.copy.safetensors` is what PyTorch saved after it had loaded the network;
//! * `NAME.f32.torch.safetensors` has new parameters from PyTorch, and `NAME.f32.torch.io.safetensors` new `x` and `y`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
#![allow(clippy::unwrap_used, reason = "the networks are the same in every run")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use brique_checkpoint::{Reader, Writer, load_into, save};
use brique_core::{Module, visit_tensors};
use brique_layers::Sequential;
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, ArrayView2};
use safetensors::{Dtype, SafeTensors};

#[path = "../tests/it/networks.rs"]
mod networks;

/// The largest distance of two outputs, in units of the last place.
const BOUND: f64 = 4.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [command, folder] = arguments.as_slice() else {
        return Err("expected COMMAND FOLDER, such as write target/pytorch".into());
    };
    let folder = Path::new(folder);
    match command.as_str() {
        "write" => {
            write::<f32>(folder)?;
            write::<f64>(folder)
        }
        "check" => {
            let failed = check::<f32>(folder)? + check::<f64>(folder)?;
            if failed > 0 {
                return Err(format!("{failed} networks did not come back from PyTorch").into());
            }
            Ok(())
        }
        _ => Err(format!("there is no command '{command}', expected write or check").into()),
    }
}

/// Writes the networks, and eight inputs of each with its outputs.
fn write<T: Scalar>(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rng = portable(10);
    for (name, network) in networks::architectures::<T>() {
        save(&*network, path::<T>(folder, name, ""))?;
        let x = Array2::from_shape_simple_fn((8, 3), || T::from_f64(rng.standard_normal()));
        let y = network.predict(&x)?;
        Writer::new(&Sequential::new(3))
            .matrix("x", &x)
            .matrix("y", &y)
            .save(path::<T>(folder, name, "io."))?;
    }
    Ok(())
}

/// Prints a line for each network: name, type, tensors, tensors with the same bits, the error of the outputs in units of
/// the last place. Returns the number of networks that differ.
fn check<T: Scalar>(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let mut failed = 0;
    for (name, original) in networks::architectures::<T>() {
        let mut network = original;
        let file = |kind| path::<T>(folder, name, kind);
        let before = bits(&*network);
        network.visit_parameters_mut(&mut |parameter| parameter.value_mut().fill(T::zero()));
        load_into(&mut *network, file("copy."))?;
        let came_back = bits(&*network) == before;

        load_into(&mut *network, file("torch."))?;
        let (tensors, equal) = compare(&*network, &file("torch."))?;
        let mut examples = Reader::open(file("torch.io."))?;
        let x = examples.matrix("x")?.ok_or("there are no inputs x")?;
        let y = examples.matrix("y")?.ok_or("there are no outputs y")?;
        let error = error_in_eps::<T>(&network.predict(&x)?, &y);

        let equal = if came_back { equal } else { 0 };
        println!("{name} {} {tensors} {equal} {error}", T::NAME);
        failed += usize::from(equal < tensors || error > BOUND);
    }
    Ok(failed)
}

fn path<T: Scalar>(folder: &Path, name: &str, kind: &str) -> PathBuf {
    folder.join(format!("{name}.{}.{kind}safetensors", T::NAME))
}

/// Returns the bits of all tensors, with their names.
fn bits<T: Scalar>(network: &dyn Module<T>) -> Vec<(String, Vec<u64>)> {
    let mut bits = Vec::new();
    visit_tensors(network, &mut |name, tensor| {
        let numbers = tensor.values.iter().map(|number| number.as_f64().to_bits());
        bits.push((name.to_owned(), numbers.collect()));
    });
    bits
}

/// Counts the tensors of a network, and those that have the bits of a file. The safetensors crate reads the file.
fn compare<T: Scalar>(network: &dyn Module<T>, path: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let file = SafeTensors::deserialize(&bytes)?;
    let (mut tensors, mut equal) = (0, 0);
    visit_tensors(network, &mut |name, tensor| {
        tensors += 1;
        equal += usize::from(is_stored(&tensor.values, name, &file));
    });
    Ok((tensors.max(file.len()), equal))
}

/// Whether a file has these numbers: weights (in, out) as PyTorch's (out, in), those of a convolution, (kernel · channels,
/// out), as (out, channels, kernel), and a row as a vector.
fn is_stored<T: Scalar>(values: &ArrayView2<'_, T>, name: &str, file: &SafeTensors<'_>) -> bool {
    let Ok(stored) = file.tensor(name) else {
        return false;
    };
    let (rows, columns) = values.dim();
    let values: Vec<T> = match *stored.shape() {
        [outputs, inputs] if (inputs, outputs) == (rows, columns) => values.t().iter().copied().collect(),
        [size] if (1, size) == (rows, columns) => values.iter().copied().collect(),
        [outputs, channels, ref kernel @ ..] if !kernel.is_empty() && outputs == columns => {
            let elements = rows / channels.max(1);
            let row = |row: usize| row % elements * channels + row / elements;
            let of_output = |output: usize| (0..rows).map(move |number| values[[row(number), output]]);
            (0..outputs).flat_map(of_output).collect()
        }
        _ => return false,
    };
    let size = match (stored.dtype(), T::NAME) {
        (Dtype::F32, "f32") => 4,
        (Dtype::F64, "f64") => 8,
        _ => return false,
    };
    let numbers = stored.data().chunks_exact(size).map(|bytes| match *bytes {
        [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
        _ => f64::from_le_bytes(bytes.try_into().unwrap()),
    });
    numbers
        .map(f64::to_bits)
        .eq(values.iter().map(|number| number.as_f64().to_bits()))
}

/// Returns `max |got − expected| / max |expected|` in units of the last place, infinity for a NaN.
fn error_in_eps<T: Scalar>(got: &Array2<T>, expected: &Array2<T>) -> f64 {
    if got.dim() != expected.dim() {
        return f64::INFINITY;
    }
    let largest = |largest: f64, number: f64| {
        if number.is_nan() {
            f64::INFINITY
        } else {
            largest.max(number.abs())
        }
    };
    let expected = || expected.iter().map(|number| number.as_f64());
    let errors = got
        .iter()
        .zip(expected())
        .map(|(got, expected)| got.as_f64() - expected);
    let (error, size) = (errors.fold(0.0, largest), expected().fold(0.0, largest));
    if error == 0.0 {
        return 0.0;
    }
    if size.is_infinite() {
        return f64::INFINITY;
    }
    error / size / T::epsilon().as_f64()
}
