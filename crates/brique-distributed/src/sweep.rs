//! Many trainings, shared by processes.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Communicator, Error};

/// Carries out `task(0)`, …, `task(tasks − 1)`, shared by the processes, and returns all results in this order in every
/// process.
///
/// Process r of P carries out the tasks r, r + P, r + 2·P, …. A task must depend on its number alone: then the results are
/// the same on any number of processes. Tasks are trainings with other seeds, learning rates or networks, for example.
///
/// A result is sent to the other processes in the format of the `postcard` crate, in which numbers keep their bits.
///
/// # Errors
///
/// If a task returns an error: its process gets [`Error::Task`], and the others get [`Error::Failed`] with the same
/// message. If a result cannot be sent, or a process has another number of tasks. If a process ends, or sends nothing within the timeout of the communicator.
///
/// ```
/// use brique_datasets::line;
/// use brique_distributed::{run_threads, sweep};
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// let final_loss = |seed: usize| -> Result<f64, Box<dyn std::error::Error>> {
///     let mut rng = portable(seed as u64);
///     let data = line(&mut rng);
///     let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
///     let history = Fit::new(3, 20).run(&mut network, &MSELoss::new(), &mut SGD::new(0.02)?, &data)?;
///     Ok(history.losses().last().unwrap_or(f64::NAN))
/// };
/// let alone: Vec<f64> = (0..5).filter_map(|seed| final_loss(seed).ok()).collect();
/// for losses in run_threads(3, |mut communicator| sweep(&mut communicator, 5, final_loss)) {
///     assert_eq!(losses?, alone);
/// }
/// # Ok::<(), brique_distributed::Error>(())
/// ```
pub fn sweep<R, E>(
    communicator: &mut dyn Communicator<f64>,
    tasks: usize,
    mut task: impl FnMut(usize) -> Result<R, E>,
) -> Result<Vec<R>, Error>
where
    R: Serialize + DeserializeOwned,
    E: ToString,
{
    let (rank, size) = (communicator.rank(), communicator.size());
    let own: Result<Vec<R>, Error> = (rank..tasks)
        .step_by(size)
        .map(|number| {
            task(number).map_err(|error| Error::Task {
                task: number,
                message: error.to_string(),
            })
        })
        .collect();
    let numbers = own.and_then(|own| to_numbers(&own));
    let numbers = numbers.inspect_err(|error| communicator.fail(&error.to_string()))?;
    let of_processes = communicator.gather(numbers)?;
    let of_processes = of_processes.iter().enumerate().map(|(rank, numbers)| {
        let results: Vec<R> = from_numbers(numbers)?;
        let (found, expected) = (results.len(), (rank..tasks).step_by(size).len());
        if found == expected {
            Ok(results.into_iter())
        } else {
            Err(Error::Tasks {
                rank,
                found,
                expected,
            })
        }
    });
    let mut of_processes = of_processes.collect::<Result<Vec<_>, _>>()?;
    Ok((0..tasks)
        .filter_map(|number| of_processes[number % size].next())
        .collect())
}

/// The number of bytes in a number: every integer of this size is an `f64`.
const BYTES: usize = 4;

/// Returns the number of bytes, and then the bytes, four in a number.
fn to_numbers<R: Serialize>(results: &[R]) -> Result<Vec<f64>, Error> {
    let bytes = postcard::to_stdvec(results).map_err(|error| Error::Result {
        message: error.to_string(),
    })?;
    let pieces = bytes.chunks(BYTES).map(|piece| {
        let mut padded = [0; BYTES];
        padded[..piece.len()].copy_from_slice(piece);
        f64::from(u32::from_le_bytes(padded))
    });
    Ok([bytes.len() as f64].into_iter().chain(pieces).collect())
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers are those of `to_numbers`"
)]
fn from_numbers<R: DeserializeOwned>(numbers: &[f64]) -> Result<Vec<R>, Error> {
    let (length, pieces) = numbers.split_first().unwrap_or((&0.0, &[]));
    let mut bytes: Vec<u8> = pieces
        .iter()
        .flat_map(|&piece| (piece as u32).to_le_bytes())
        .collect();
    bytes.truncate(*length as usize);
    postcard::from_bytes(&bytes).map_err(|error| Error::Result {
        message: error.to_string(),
    })
}
