//! Errors of a file or of the whole run.

use std::io;
use std::path::{Path, PathBuf};

use brique_tensor::SimdLevelError;

/// An error in reading or running a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// There are no files to run.
    #[error("{path} holds no .safetensors file, nor does a folder in it", path = path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// The processor does not have the SIMD level.
    #[error(transparent)]
    Simd(#[from] SimdLevelError),
    /// The file is not a `safetensors` file.
    #[error("not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A JSON text in the file, or `index.json`, cannot be parsed.
    #[error("{what} is not what is expected: {source}")]
    Json {
        /// The text.
        what: String,
        /// The error of the parser.
        source: serde_json::Error,
    },
    /// The file's metadata declares neither cases nor a training run.
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
    /// A tensor has a wrong type or shape.
    #[error("tensor {tensor} is {found}, expected {expected}")]
    Tensor {
        /// Its name.
        tensor: String,
        /// The value found.
        found: String,
        /// The expected value.
        expected: String,
    },
    /// An attribute of a case is missing or invalid.
    #[error("attribute {attribute} is {found}, expected {expected}")]
    Attribute {
        /// Its name.
        attribute: &'static str,
        /// The value found.
        found: String,
        /// The values it may have.
        expected: &'static str,
    },
    /// The library refused the contents of the file.
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
    /// Adds the path of the file or folder to a read error, for `map_err`.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }
}
