//! Files of the record of a training.

use std::fs;
use std::path::Path;

use brique_train::History;

use crate::{Error, csv, svg};

/// Writes the table that [`csv`] returns to a file. A file that exists is replaced.
///
/// # Errors
///
/// If the file cannot be written. The error names it.
pub fn write_csv(history: &History, path: impl AsRef<Path>) -> Result<(), Error> {
    write(path.as_ref(), &csv(history))
}

/// Writes the figure that [`svg`] returns to a file. A file that exists is replaced.
///
/// # Errors
///
/// If there is no epoch with a finite loss to draw; in this case the file is not touched. If the file cannot be written.
pub fn write_svg(history: &History, path: impl AsRef<Path>) -> Result<(), Error> {
    write(path.as_ref(), &svg(history)?)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}
