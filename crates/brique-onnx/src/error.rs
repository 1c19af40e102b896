//! The errors of ONNX files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::shown::{Shown, quoted};

/// A file was not written or not read.
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
        /// The operation: `read`.
        operation: &'static str,
        /// The kind of the error.
        kind: io::ErrorKind,
        /// The text of the error.
        message: String,
    },
    /// A file was not written.
    #[error(transparent)]
    Write(#[from] brique_checkpoint::Error),
    /// The content is not that of an ONNX file.
    #[error("{} is {}, expected {expected}", Shown(what), Shown(found))]
    Format {
        /// The part of the file.
        what: String,
        /// What the file has there.
        found: String,
        /// The values that it may have.
        expected: String,
    },
    /// Nodes of a graph that no module of the library computes.
    #[error("the graph cannot become a network: {0}")]
    Unsupported(UnsupportedNodes),
    /// A module that no operator of ONNX computes.
    #[error(
        "module {} ({}) has no counterpart in ONNX, expected one of brique-layers, or nodes of its own by Export::module",
        quoted(path),
        Shown(module)
    )]
    NoCounterpart {
        /// The path of the module in the network.
        path: String,
        /// The text of the module.
        module: String,
    },
    /// A module of the network refused its sizes.
    #[error("{}, {}: {}", Shown(.0.location()), .0.operation(), Shown(.0.fault()))]
    Module(#[from] brique_core::Error),
}

/// All nodes that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnsupportedNodes(pub Vec<UnsupportedNode>);

/// A node that cannot be imported, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsupportedNode {
    /// The name of the node, or that of its first output if it has none.
    pub name: String,
    /// Its operator, with the domain if that is not the one of ONNX.
    pub operator: String,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for UnsupportedNodes {
    /// Lists at most 40 nodes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 40;
        for (number, node) in self.0.iter().take(MOST).enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            let (name, operator) = (quoted(&node.name), Shown(&node.operator));
            write!(f, "{separator}node {name} ({operator}): {}", Shown(&node.reason))?;
        }
        if self.0.len() > MOST {
            write!(f, "; and {} more", self.0.len() - MOST)?;
        }
        Ok(())
    }
}

impl Error {
    /// Returns the error with the path of the file that it is about.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        match self {
            // It names the file already.
            Self::Write(error) => Self::Write(error),
            error => Self::File {
                path: path.to_owned(),
                source: Box::new(error),
            },
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
        what: impl fmt::Display,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) -> Self {
        Self::Format {
            what: what.to_string(),
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }
}
