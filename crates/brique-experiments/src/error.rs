//! The errors of experiments and of writing their results.

use std::io;
use std::path::{Path, PathBuf};

/// An error of an experiment, or of writing or reading results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A module or a loss returned an error.
    #[error(transparent)]
    Module(#[from] brique_core::Error),
    /// A data set returned an error.
    #[error(transparent)]
    Data(#[from] brique_datasets::Error),
    /// A training failed.
    #[error(transparent)]
    Training(Box<brique_train::Error>),
    /// An optimiser rejected an option.
    #[error(transparent)]
    Optimizer(Box<brique_optim::Error>),
    /// A linear system had no solution that could be computed.
    #[error("least squares: {reason}")]
    LeastSquares {
        /// The message of the solver.
        reason: &'static str,
    },
    /// Another process has failed, or cannot be reached.
    #[error(transparent)]
    Processes(#[from] brique_distributed::Error),
    /// Several processes were started together, and this one is not connected to them.
    #[error(
        "mpirun has started {started} processes, and this one is connected to {found}, itself included: all of them would \
         do the same work and write the same files (a program that was built with the feature `mpi`, for the same MPI, \
         connects to all)"
    )]
    NotConnected {
        /// The number of processes that were started.
        started: usize,
        /// The number of processes that this one is connected to.
        found: usize,
    },
    /// A file could not be written or read.
    #[error("cannot {verb} {path}: {source}", path = path.display())]
    File {
        /// The operation that failed.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file is not valid JSON.
    #[error("{path} is not JSON: {source}", path = path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The error of the parser.
        source: serde_json::Error,
    },
    /// The results could not be written as JSON.
    #[error("the results cannot be written as JSON: {0}")]
    Serialise(#[from] serde_json::Error),
}

impl From<brique_train::Error> for Error {
    fn from(error: brique_train::Error) -> Self {
        Self::Training(Box::new(error))
    }
}

impl From<brique_train::FitError> for Error {
    fn from(error: brique_train::FitError) -> Self {
        brique_train::Error::from(error).into()
    }
}

impl From<brique_optim::Error> for Error {
    fn from(error: brique_optim::Error) -> Self {
        Self::Optimizer(Box::new(error))
    }
}

impl Error {
    /// Names the file or folder that an operation failed on, for `map_err`.
    pub fn file(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { verb, path, source }
    }
}
