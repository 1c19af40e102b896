//! Errors of a benchmark.

use std::io;
use std::path::PathBuf;

use brique::tensor::{SimdLevelError, ThreadsError};

/// An error in a benchmark, with its workload.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The library cannot compute with this number of threads.
    #[error(transparent)]
    Threads(ThreadsError),
    /// The processor does not have the SIMD level.
    #[error(transparent)]
    Simd(SimdLevelError),
    /// There is not enough memory for the network and its batch.
    #[error(
        "workload {workload} in {dtype}: it needs {bytes} bytes of memory, which are not to be had; \
             expected smaller sizes or a smaller batch"
    )]
    Memory {
        /// The workload.
        workload: String,
        /// The number type.
        dtype: &'static str,
        /// The number of bytes it needs.
        bytes: usize,
    },
    /// The network or the optimiser could not be built, or a step failed.
    #[error("workload {workload} in {dtype}: {source}")]
    Step {
        /// The workload.
        workload: String,
        /// The number type.
        dtype: &'static str,
        /// The error of the library.
        source: Box<brique::train::Error>,
    },
    /// A folder or file could not be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}
