//! A training with checkpoints whose processes can be killed, can hang or can fail:
//! `interrupted FOLDER [killed|hanging|failing RANK STEP]`. It prints a digest of the training at its end, and continues a
//! training that was interrupted.
//!
//! With the feature `mpi` it runs under `mpirun`, else in one process.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
#![allow(
    clippy::unwrap_used,
    missing_docs,
    dead_code,
    reason = "the training is that of the tests"
)]

#[path = "../tests/it/trainings.rs"]
mod trainings;

use std::error::Error;
use std::process::Command;
use std::thread;
use std::time::Duration;

use brique_distributed::{Communicator, Sharded};
use brique_losses::BCEWithLogitsLoss;
use brique_train::{Checkpoints, Fit};
use trainings::{MakeOptimizer, data, fit, network, optimizers, run};

const EPOCHS: usize = 12;

/// What happens to a process at a step.
#[derive(Debug, Clone)]
struct Interruption {
    kind: String,
    rank: usize,
    step: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, interruption) = match arguments.as_slice() {
        [folder] => (folder, None),
        [folder, kind, rank, step] => {
            let interruption = Interruption {
                kind: kind.clone(),
                rank: rank.parse()?,
                step: step.parse()?,
            };
            (folder, Some(interruption))
        }
        _ => return Err("usage: interrupted FOLDER [killed|hanging|failing RANK STEP]".into()),
    };
    let communicator = connect()?;
    let rank = Communicator::<f64>::rank(&communicator);
    let mut sharded = Sharded::new(communicator, 8)?;
    let (data, validation) = (data(1), data(2));
    let fit: Fit<'_> = fit(EPOCHS, &validation)
        .checkpoints(Checkpoints::new(folder))
        .on_batch(move |batch, _| {
            let now = interruption
                .iter()
                .find(|interruption| (interruption.rank, interruption.step) == (rank, batch.steps));
            now.into_iter().for_each(Interruption::happen);
        })
        .strategy(&mut sharded);
    let (_, adam): (_, MakeOptimizer<f64>) = optimizers()[3];
    let outcome = run(fit, network(), &BCEWithLogitsLoss::new(), adam, &data)?;
    if rank == 0 {
        let bits = [outcome.parameters, outcome.optimizer, outcome.history].concat();
        let fnv = |digest: u64, word: &u64| (digest ^ word).wrapping_mul(0x100_0000_01b3);
        println!("{:016x}", bits.iter().fold(0xcbf2_9ce4_8422_2325, fnv));
    }
    Ok(())
}

impl Interruption {
    fn happen(&self) {
        match self.kind.as_str() {
            "killed" => {
                let process = std::process::id().to_string();
                drop(Command::new("kill").args(["-9", &process]).status());
                thread::sleep(Duration::from_secs(60));
            }
            "hanging" => thread::sleep(Duration::from_secs(3600)),
            _ => std::process::exit(3),
        }
    }
}

#[cfg(feature = "mpi")]
fn connect() -> Result<brique_distributed::MpiCommunicator, brique_distributed::Error> {
    let mpi = brique_distributed::MpiCommunicator::world()?;
    Ok(mpi.with_timeout(Duration::from_secs(2)))
}

#[cfg(not(feature = "mpi"))]
#[allow(clippy::unnecessary_wraps, reason = "as with MPI")]
fn connect() -> Result<brique_distributed::Alone, brique_distributed::Error> {
    Ok(brique_distributed::Alone)
}
