//! The errors of files.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::shown::{Shown, quoted};

/// A file was not written or not read. Nothing has changed then: neither the network nor the file that was there.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error, with the file that it is about.
    #[error("{}: {source}", path.display())]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The error.
        source: Box<Error>,
    },
    /// The operating system returned an error.
    #[error("cannot {operation}: {message}")]
    Io {
        /// The operation: `write`.
        operation: &'static str,
        /// The kind of the error.
        kind: io::ErrorKind,
        /// The text of the error.
        message: String,
    },
    /// The bytes are not those of a file of this format.
    #[error("byte {position}: {what} is {found}, expected {expected}")]
    Format {
        /// The number of the byte in the file, from 0.
        position: u64,
        /// The part of the file.
        what: Cow<'static, str>,
        /// What the file has there.
        found: String,
        /// The values that it may have.
        expected: Cow<'static, str>,
    },
    /// A newer version wrote the file.
    #[error(
        "the description has version {found}, expected at most {newest}: a newer version of the library wrote it"
    )]
    Version {
        /// The version in the file.
        found: u64,
        /// The newest version that this library reads.
        newest: u64,
    },
    /// The file does not describe its network, as files of other programs do not.
    #[error(
        "the file does not describe its network: build the network and read its parameters with load_into"
    )]
    NoDescription,
    /// The tensors of the file are not those of the network.
    #[error("the file does not fit the network: {0}")]
    Tensors(Mismatch),
    /// The numbers of a tensor are not those that were written.
    #[error("tensor {tensor:?} is damaged: its checksum is {found:08x}, expected {expected:08x}")]
    Checksum {
        /// The name of the tensor.
        tensor: String,
        /// The checksum of its bytes.
        found: u32,
        /// The checksum in the file.
        expected: u32,
    },
    /// A number of the file is too large for the type of the network.
    #[error("tensor {tensor:?} has the number {found:?}, expected one that f32 can represent")]
    TooLarge {
        /// The name of the tensor.
        tensor: String,
        /// The number.
        found: f64,
    },
    /// A name cannot be the name of a tensor in a file, or is there already.
    #[error("the name {} {reason}", quoted(name))]
    Name {
        /// The name.
        name: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// A section of the file is missing, or has another form.
    #[error("section {}: {}", quoted(name), Shown(message))]
    Section {
        /// The name of the section.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// The tensors do not fit into memory.
    #[error("the tensors need {bytes} bytes of memory, expected as many as the system can give")]
    Memory {
        /// The bytes that they need.
        bytes: usize,
    },
    /// A module refused its description.
    #[error("{}, {}: {}", Shown(.0.location()), .0.operation(), Shown(.0.fault()))]
    Module(#[from] brique_core::Error),
    /// A standardizer refused its numbers.
    #[error("{}", Shown(.0))]
    Standardizer(#[from] brique_datasets::Error),
}

/// All differences between the tensors of a file and those of a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Mismatch {
    /// Tensors that the network has and the file has not, with their shapes.
    pub missing: Vec<String>,
    /// Tensors that the file has and the network has not, with their shapes.
    pub unexpected: Vec<String>,
    /// Tensors of another shape, with both shapes.
    pub shapes: Vec<String>,
    /// Tensors of another type, with both types.
    pub types: Vec<String>,
}

impl Mismatch {
    /// Returns whether there is no difference.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists().iter().all(|(_, list)| list.is_empty())
    }

    fn lists(&self) -> [(&'static str, &[String]); 4] {
        [
            ("missing", &self.missing),
            ("unexpected", &self.unexpected),
            ("of another shape", &self.shapes),
            ("of another type", &self.types),
        ]
    }
}

impl fmt::Display for Mismatch {
    /// Lists at most 20 tensors of each kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 20;
        let mut separator = "";
        for (kind, list) in self.lists() {
            if list.is_empty() {
                continue;
            }
            let shown = &list[..list.len().min(MOST)];
            write!(f, "{separator}{kind}: {}", shown.join(", "))?;
            if list.len() > MOST {
                write!(f, " and {} more", list.len() - MOST)?;
            }
            separator = "; ";
        }
        if !self.types.is_empty() {
            write!(f, "; Reader::convert converts between f32 and f64")?;
        }
        Ok(())
    }
}

impl Error {
    /// Returns the error with the path of the file that it is about.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        Self::File {
            path: path.to_owned(),
            source: Box::new(self),
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

    pub(crate) fn format(
        position: u64,
        what: impl Into<Cow<'static, str>>,
        found: impl fmt::Display,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Format {
            position,
            what: what.into(),
            found: Shown(found).to_string(),
            expected: expected.into(),
        }
    }
}
