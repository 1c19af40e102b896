//! Prints digests of whole trainings, to compare numbers of processes: `same_bits [threads N | mpi]`, alone without an
//! argument.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
#![allow(
    clippy::unwrap_used,
    missing_docs,
    dead_code,
    reason = "the trainings are those of the tests"
)]

#[path = "../tests/it/trainings.rs"]
mod trainings;

use std::error::Error;

use brique_distributed::{Alone, Communicator, run_threads};
use brique_tensor::Scalar;
use trainings::{Outcome, optimizers, train, train_convolutions, train_wide};

type Lines = Result<Vec<String>, brique_train::Error>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let lines = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => [lines::<f32>(&mut Alone)?, lines::<f64>(&mut Alone)?].concat(),
        ["threads", number] => {
            let size = number.parse()?;
            [in_threads::<f32>(size)?, in_threads::<f64>(size)?].concat()
        }
        #[cfg(feature = "mpi")]
        ["mpi"] => in_mpi()?,
        _ => return Err("usage: same_bits [threads N | mpi]".into()),
    };
    for line in lines {
        println!("{line}");
    }
    Ok(())
}

/// Returns the lines of the first process, after the others have ended without an error.
fn in_threads<T: Scalar>(size: usize) -> Lines {
    let all: Result<Vec<_>, _> = run_threads(size, |mut communicator| lines::<T>(&mut communicator))
        .into_iter()
        .collect();
    Ok(all?.swap_remove(0))
}

/// Returns the lines of the first process, and none in the others.
#[cfg(feature = "mpi")]
fn in_mpi() -> Result<Vec<String>, Box<dyn Error>> {
    let mut mpi = brique_distributed::MpiCommunicator::world()?;
    let all = [lines::<f32>(&mut mpi)?, lines::<f64>(&mut mpi)?].concat();
    Ok(if Communicator::<f64>::rank(&mpi) == 0 {
        all
    } else {
        Vec::new()
    })
}

fn lines<T: Scalar>(communicator: &mut dyn Communicator<T>) -> Lines {
    let mut lines = Vec::new();
    for (name, make) in optimizers::<T>() {
        lines.push(line::<T>(name, &train(&mut *communicator, make, 3)?));
    }
    lines.push(line::<T>(
        "convolutions",
        &train_convolutions(&mut *communicator)?,
    ));
    lines.push(line::<T>("wide", &train_wide(&mut *communicator)?));
    Ok(lines)
}

fn line<T: Scalar>(name: &str, outcome: &Outcome) -> String {
    let digests = [&outcome.parameters, &outcome.optimizer, &outcome.history].map(|bits| digest(bits));
    format!("{} {name} {}", T::NAME, digests.join(" "))
}

/// Formats FNV-1a over these words.
fn digest(words: &[u64]) -> String {
    let fnv = |digest: u64, word: &u64| (digest ^ word).wrapping_mul(0x100_0000_01b3);
    format!("{:016x}", words.iter().fold(0xcbf2_9ce4_8422_2325, fnv))
}
