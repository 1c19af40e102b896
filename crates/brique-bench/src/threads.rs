//! On how many threads the library computes.

use crate::Error;

/// Runs `work` with all products of the library on this many threads.
pub(crate) fn on_threads<R>(threads: usize, work: impl FnOnce() -> R) -> Result<R, Error> {
    match threads {
        1 => Ok(work()),
        asked => Err(Error::Threads { asked }),
    }
}
