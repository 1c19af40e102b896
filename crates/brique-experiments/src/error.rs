//! What can stop an experiment or the writing of its results.

use std::io;
use std::path::{Path, PathBuf};

/// What stopped an experiment, or the writing or reading of results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A module or a loss refused.
    #[error(transparent)]
    Module(#[from] brique_core::Error),
    /// A data set refused.
    #[error(transparent)]
    Data(#[from] brique_datasets::Error),
    /// A linear system had no solution that could be computed.
    #[error("least squares: {reason}")]
    LeastSquares {
        /// What the solver says.
        reason: &'static str,
    },
    /// A file could not be written or read.
    #[error("cannot {verb} {path}: {source}", path = path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file holds no JSON.
    #[error("{path} is not JSON: {source}", path = path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where it fails.
        source: serde_json::Error,
    },
    /// The results could not be written as JSON.
    #[error("the results cannot be written as JSON: {0}")]
    Serialise(#[from] serde_json::Error),
}

impl Error {
    /// Names the file or folder that an operation failed on, for `map_err`.
    pub fn file(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { verb, path, source }
    }
}
