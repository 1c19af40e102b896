//! Makes a safetensors file of a given size and trains on it, to measure memory:
//! `large_file FILE BYTES make`, then `large_file FILE BYTES train [threads N | mpi]`.
//!
//! Each process prints the bytes that it has read and the most memory that it had. Threads are one process.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use brique_distributed::{Alone, Communicator, SafetensorsSource, Sharded, run_threads};
use brique_layers::{Init, Linear, ReLU, Sequential};
use brique_losses::CrossEntropyLoss;
use brique_optim::SGD;
use brique_random::portable;
use brique_train::Fit;

/// As many inputs as an image of MNIST has pixels.
const INPUTS: usize = 784;
const CLASSES: usize = 10;
const BYTES_PER_EXAMPLE: usize = (INPUTS + 1) * size_of::<f32>();

type AnyError = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), AnyError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [path, bytes, rest @ ..] = &arguments[..] else {
        return Err("usage: large_file FILE BYTES (make | train [threads N | mpi])".into());
    };
    let (path, examples) = (Path::new(path), bytes.parse::<usize>()? / BYTES_PER_EXAMPLE);
    match rest {
        ["make"] => make(path, examples)?,
        ["train"] => println!("{}", train(Alone, path)?),
        ["train", "threads", number] => {
            for line in run_threads(number.parse()?, |communicator| train(communicator, path)) {
                println!("{}", line?);
            }
        }
        #[cfg(feature = "mpi")]
        ["train", "mpi"] => println!("{}", train(brique_distributed::MpiCommunicator::world()?, path)?),
        _ => return Err("expected make, train, train threads N, or train mpi with the feature mpi".into()),
    }
    println!("most memory: {} kB", most_memory()?);
    Ok(())
}

/// Writes examples one after the other: an example of class c has the input 1 where the column is c modulo 10, and noise.
fn make(path: &Path, examples: usize) -> io::Result<()> {
    let (inputs, all) = (examples * INPUTS * 4, examples * BYTES_PER_EXAMPLE);
    let header = format!(
        r#"{{"inputs":{{"dtype":"F32","shape":[{examples},{INPUTS}],"data_offsets":[0,{inputs}]}},"targets":{{"dtype":"F32","shape":[{examples},1],"data_offsets":[{inputs},{all}]}}}}"#
    );
    let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let mut state = 1_u32;
    for example in 0..examples {
        for column in 0..INPUTS {
            // The generator of Numerical Recipes.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / 16_777_216.0;
            let signal = f32::from(u8::from(column % CLASSES == example % CLASSES));
            file.write_all(&(0.5 * signal + noise).to_le_bytes())?;
        }
    }
    for example in 0..examples {
        file.write_all(&((example % CLASSES) as f32).to_le_bytes())?;
    }
    file.flush()
}

/// Trains for one shuffled epoch.
fn train(communicator: impl Communicator<f32>, path: &Path) -> Result<String, AnyError> {
    let rank = communicator.rank();
    let mut source = SafetensorsSource::open(path, "inputs", "targets")?;
    let mut rng = portable(1);
    let mut network = Sequential::new(INPUTS)
        .then(Linear::new(INPUTS, 64, Init::HeUniform, &mut rng)?)?
        .then(ReLU)?
        .then(Linear::new(64, CLASSES, Init::PyTorch, &mut rng)?)?;
    let mut sharded = Sharded::new(communicator, 16)?;
    let history = Fit::new(1, 256).shuffle(1).strategy(&mut sharded).run_on(
        &mut network,
        &CrossEntropyLoss::new(),
        &mut SGD::new(0.05)?,
        &mut source,
    )?;
    let (loss, read) = (history.epochs()[0].loss, source.bytes_read());
    Ok(format!("process {rank}: loss {loss:?}, {read} bytes read"))
}

/// Returns the most memory that this process has had, in kB, as Linux counts it.
fn most_memory() -> Result<u64, AnyError> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(number.ok_or("/proc/self/status has no VmHWM")?.trim().parse()?)
}
