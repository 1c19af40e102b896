//! On how many threads the library computes.

use brique::tensor::Threads;

use crate::Error;

/// Runs `work` with all kernels of the library on this many threads.
pub(crate) fn on_threads<R>(threads: usize, work: impl FnOnce() -> R) -> Result<R, Error> {
    let threads = Threads::new(threads).map_err(Error::Threads)?;
    Ok(threads.run(work))
}
