//! How the library computes.

use brique::tensor::{SimdLevel, Threads};

use crate::Error;

/// Calls `work` with all kernels of the library on this many threads, at this SIMD level.
pub(crate) fn computing<R>(threads: usize, simd: SimdLevel, work: impl FnOnce() -> R) -> Result<R, Error> {
    let threads = Threads::new(threads).map_err(Error::Threads)?;
    simd.run(|| threads.run(work)).map_err(Error::Simd)
}
