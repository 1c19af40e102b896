//! Reading of files and readers, whose content is parsed piece by piece.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::content::Content;
use crate::{Error, ReadLimits};

/// Returns the result of `parse` for the content of a file; an error names the file.
pub(crate) fn parse_file<R>(
    path: &Path,
    limits: ReadLimits,
    parse: impl FnOnce(&mut Content<'_>) -> Result<R, Error>,
) -> Result<R, Error> {
    let file = File::open(path).map_err(|error| unreadable(&error));
    let parsed = file.and_then(|file| parse_reader(file, limits, parse));
    parsed.map_err(|error| Error::File {
        path: path.to_owned(),
        error: Box::new(error),
    })
}

/// Returns the result of `parse` for all bytes of a reader.
pub(crate) fn parse_reader<R>(
    reader: impl Read,
    limits: ReadLimits,
    parse: impl FnOnce(&mut Content<'_>) -> Result<R, Error>,
) -> Result<R, Error> {
    let mut content = Content::new(reader, limits)?;
    parse(&mut content).map_err(|error| content.broken_rest().unwrap_or(error))
}

pub(crate) fn unreadable(error: &io::Error) -> Error {
    Error::Unreadable {
        kind: error.kind(),
        message: error.to_string(),
    }
}
