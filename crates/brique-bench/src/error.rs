//! What can stop a benchmark.

use std::io;
use std::path::PathBuf;

use brique::tensor::{SimdLevelError, ThreadsError};

/// What stopped a benchmark, and at which workload.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The library does not compute on that many threads.
    #[error(transparent)]
    Threads(ThreadsError),
    /// The processor does not have the SIMD level.
    #[error(transparent)]
    Simd(SimdLevelError),
    /// The memory for the network and its batch is not to be had.
    #[error(
        "workload {workload} in {dtype}: it needs {bytes} bytes of memory, which are not to be had; \
             expected smaller sizes or a smaller batch"
    )]
    Memory {
        /// The workload.
        workload: String,
        /// The type of its numbers.
        dtype: &'static str,
        /// What it needs.
        bytes: usize,
    },
    /// The network or the optimiser could not be built, or a step failed.
    #[error("workload {workload} in {dtype}: {source}")]
    Step {
        /// The workload.
        workload: String,
        /// The type of its numbers.
        dtype: &'static str,
        /// What failed.
        source: Box<brique::train::Error>,
    },
    /// A folder or file could not be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
