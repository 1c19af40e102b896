//! The processes that `mpirun` has started together.

use std::thread;

use brique_distributed::Communicator;
use brique_experiments::{Error, Workers};

/// The variables in which `mpirun` tells a process how many there are, and how many of them are on the same machine: those
/// of Open MPI, and those of MPICH.
const VARIABLES: [[&str; 2]; 2] = [
    ["OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"],
    ["PMI_SIZE", "MPI_LOCALNRANKS"],
];

/// Returns the workers of all processes that were started together, with this number of threads in each process. By default
/// the processes on a machine share its cores.
///
/// # Errors
///
/// If `mpirun` has started several processes and they are not connected: all of them would write the same files.
pub(crate) fn workers(threads: Option<usize>) -> Result<Workers<'static>, Error> {
    let communicator = connect()?;
    let [started, on_this_machine] = [0, 1].map(number_in);
    let (started, found) = (started.unwrap_or(1), communicator.size());
    if started != found {
        return Err(Error::NotConnected { started, found });
    }
    let cores = thread::available_parallelism().map_or(1, Into::into);
    let share = cores / on_this_machine.unwrap_or(found).max(1);
    Ok(Workers::in_processes(
        threads.unwrap_or(share.max(1)),
        communicator,
    ))
}

fn number_in(column: usize) -> Option<usize> {
    VARIABLES
        .iter()
        .find_map(|names| std::env::var(names[column]).ok()?.parse().ok())
}

#[cfg(feature = "mpi")]
fn connect() -> Result<Box<dyn Communicator<f64>>, Error> {
    /// A process waits while another one still trains, which may take long; one that ends is noticed at once.
    const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(3600);
    let world = brique_distributed::MpiCommunicator::world()?;
    Ok(Box::new(world.with_timeout(TIMEOUT)))
}

#[cfg(not(feature = "mpi"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature mpi it can fail")]
fn connect() -> Result<Box<dyn Communicator<f64>>, Error> {
    Ok(Box::new(brique_distributed::Alone))
}
