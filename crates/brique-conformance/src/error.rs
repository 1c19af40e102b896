//! What can stop a file, or the whole run.

use std::io;
use std::path::{Path, PathBuf};

use brique_tensor::SimdLevelError;

/// What stopped the reading or running of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing to run.
    #[error("{path} holds no .safetensors file, nor does a folder in it", path = path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// The processor does not have the SIMD level.
    #[error(transparent)]
    Simd(#[from] SimdLevelError),
    /// The file is no `safetensors` file.
    #[error("not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A JSON text in the file, or `index.json`, cannot be understood.
    #[error("{what} is not what is expected: {source}")]
    Json {
        /// Which text.
        what: String,
        /// Where it fails.
        source: serde_json::Error,
    },
    /// The file's metadata says neither that it holds cases nor that it holds a training.
    #[error("the metadata have neither an entry `cases` (vectors) nor `case` (a trajectory)")]
    Kind,
    /// A file of vectors is not named after its module and its type of number.
    #[error("a file of vectors is named MODULE.f32.safetensors or MODULE.f64.safetensors")]
    Name,
    /// A tensor is missing.
    #[error("there is no tensor {tensor}")]
    Missing {
        /// Its name.
        tensor: String,
    },
    /// A tensor has another type or shape than it should.
    #[error("tensor {tensor} is {found}, expected {expected}")]
    Tensor {
        /// Its name.
        tensor: String,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// An attribute of a case is missing or is not what it may be.
    #[error("attribute {attribute} is {found}, expected {expected}")]
    Attribute {
        /// Its name.
        attribute: &'static str,
        /// What it is.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// The library refused what the file holds.
    #[error(transparent)]
    Library(#[from] brique_core::Error),
    /// A training failed.
    #[error(transparent)]
    Training(Box<brique_train::Error>),
    /// An optimiser refused its options.
    #[error(transparent)]
    Optimizer(Box<brique_optim::Error>),
}

impl From<brique_train::Error> for Error {
    fn from(error: brique_train::Error) -> Self {
        Self::Training(Box::new(error))
    }
}

impl From<brique_optim::Error> for Error {
    fn from(error: brique_optim::Error) -> Self {
        Self::Optimizer(Box::new(error))
    }
}

impl Error {
    /// Names the file or folder that could not be read, for `map_err`.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }
}
