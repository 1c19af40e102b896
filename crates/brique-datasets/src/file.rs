//! Reading of files, which are decompressed if they are gzip.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use brique_tensor::Scalar;
use flate2::read::MultiGzDecoder;

use crate::Error;

/// The first two bytes of every gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Returns the result of `parse` for the bytes of a file; an error names the file.
pub(crate) fn parse_file<R>(path: &Path, parse: impl FnOnce(&[u8]) -> Result<R, Error>) -> Result<R, Error> {
    let parsed = match fs::read(path) {
        Ok(bytes) => unpacked(bytes).and_then(|bytes| parse(&bytes)),
        Err(error) => Err(unreadable(&error)),
    };
    parsed.map_err(|error| Error::File {
        path: path.to_owned(),
        error: Box::new(error),
    })
}

/// Returns the result of `parse` for all bytes of a reader.
pub(crate) fn parse_reader<R>(
    mut reader: impl Read,
    parse: impl FnOnce(&[u8]) -> Result<R, Error>,
) -> Result<R, Error> {
    let mut bytes = Vec::new();
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    parse(&unpacked(bytes)?)
}

/// Returns the bytes, decompressed if the first two are those of gzip.
fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut content = Vec::new();
    let decoded = MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut content);
    decoded.map_err(|error| Error::Gzip {
        message: error.to_string(),
    })?;
    Ok(content)
}

pub(crate) fn unreadable(error: &io::Error) -> Error {
    Error::Unreadable {
        kind: error.kind(),
        message: error.to_string(),
    }
}

/// Parses a field as a finite number; returns `None` if it is not one.
pub(crate) fn number<T: Scalar>(field: &[u8]) -> Option<T> {
    let value: f64 = str::from_utf8(field).ok()?.parse().ok()?;
    Some(T::from_f64(value)).filter(|value| value.is_finite())
}

/// Returns the beginning of a field as text, for an error message.
pub(crate) fn excerpt(field: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(field);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}
