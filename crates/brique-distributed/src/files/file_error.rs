//! What can be wrong with a file of examples.

use std::io;
use std::path::Path;

use crate::Error;

/// Why a file cannot be used as a source of examples. [`Error::File`](crate::Error::File) adds the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system returned an error.
    #[error("cannot {operation} the file: {message}")]
    Io {
        /// The operation, such as `open`.
        operation: &'static str,
        /// The kind of the error.
        kind: io::ErrorKind,
        /// The message of the operating system.
        message: String,
    },
    /// The file is compressed.
    #[error(
        "the file begins with 1f 8b, as a gzip file, expected a plain file: batches are read from anywhere in the file, \
         and a gzip file can only be unpacked from its beginning; unpack it with gunzip"
    )]
    Gzip,
    /// The file is not what it was when the source opened it.
    #[error("the file has changed since it was opened: its {what} is {found}, and was {before}")]
    Changed {
        /// What has changed.
        what: &'static str,
        /// The value now.
        found: String,
        /// The value before.
        before: String,
    },
    /// The file of comma-separated values or in IDX has an error, or an option does not fit it.
    #[error(transparent)]
    Data(#[from] brique_datasets::Error),
    /// The header of a safetensors file has an error.
    #[error(transparent)]
    Safetensors(#[from] brique_checkpoint::Error),
    /// A safetensors file does not have a tensor.
    #[error("there is no tensor {name:?}: the file has {tensors}")]
    NoTensor {
        /// The name of the tensor.
        name: String,
        /// The first tensors of the file.
        tensors: String,
    },
    /// A tensor of a safetensors file cannot be used.
    #[error("tensor {name:?} has {found}, expected {expected}")]
    Tensor {
        /// The name of the tensor.
        name: String,
        /// What it has.
        found: String,
        /// What it should have.
        expected: String,
    },
    /// A number of a file is too large for the type of the training.
    #[error("byte {position}: tensor {name:?} has the number {found:?}, expected one that f32 can represent")]
    TooLarge {
        /// The position of the number in the file, from 0.
        position: u64,
        /// The name of the tensor.
        name: String,
        /// The number.
        found: f64,
    },
    /// The file has no examples.
    #[error("the file has no examples, expected at least one")]
    NoExamples,
    /// The caller asked for examples that do not exist.
    #[error("examples {start} to {end} do not lie within {first} to {last}")]
    Range {
        /// The first example.
        start: usize,
        /// The end of the examples.
        end: usize,
        /// The first example that could be asked for.
        first: usize,
        /// The end of those that could be asked for.
        last: usize,
    },
    /// Memory cannot hold a batch.
    #[error(
        "memory cannot hold {rows} examples of {columns} numbers: a batch, or the part of a process, has to be smaller"
    )]
    Memory {
        /// The number of examples.
        rows: usize,
        /// The number of inputs and targets of an example.
        columns: usize,
    },
    /// An option has an invalid value.
    #[error("{option} is {found}, expected {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// The values it may have.
        expected: &'static str,
    },
}

impl FileError {
    /// Returns the error with the path of the file that it is about.
    pub(crate) fn of_file(self, path: &Path) -> Error {
        Error::File {
            path: path.to_owned(),
            error: Box::new(self),
        }
    }

    /// Returns a function that makes an error of the operating system one of this type.
    pub(crate) fn io(operation: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Io {
            operation,
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}
