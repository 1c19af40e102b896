//! The errors of this crate.

use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

/// An error in showing a training or its record.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The files of a folder cannot be served.
    #[error("cannot serve {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A server cannot start.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The operating system has no random numbers.
    #[error("cannot make a token: {source}")]
    Token {
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file of a run cannot be written.
    #[error(transparent)]
    RunFile(brique_checkpoint::Error),
    /// There is nothing to draw.
    #[error("none of the {epochs} epochs has a finite loss, expected at least one to draw")]
    Empty {
        /// The number of epochs.
        epochs: usize,
    },
}
