//! The threads and the SIMD level of the library.

use brique::tensor::{SimdLevel, Threads};

use crate::Error;

/// Calls `work` while all kernels of the library use this number of threads and this SIMD level.
pub(crate) fn computing<R>(threads: usize, simd: SimdLevel, work: impl FnOnce() -> R) -> Result<R, Error> {
    let threads = Threads::new(threads).map_err(Error::Threads)?;
    simd.run(|| threads.run(work)).map_err(Error::Simd)
}
