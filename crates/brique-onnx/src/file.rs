//! Bytes of files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use prost::bytes::Bytes;

use crate::Error;

/// The most bytes of a message of protocol buffers, and so of an ONNX file.
pub(crate) const MOST_BYTES: u64 = i32::MAX as u64;

/// Reads a whole file.
pub(crate) fn read(path: &Path) -> Result<Bytes, Error> {
    let file = File::open(path).map_err(Error::io("read"))?;
    let length = file.metadata().map_err(Error::io("read"))?.len();
    check_length(length)?;
    let mut bytes = Vec::new();
    // A file may grow, and special files have no length.
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(Error::io("read"))?;
    check_length(bytes.len() as u64)?;
    Ok(bytes.into())
}

pub(crate) fn check_length(length: u64) -> Result<(), Error> {
    if length <= MOST_BYTES {
        return Ok(());
    }
    let expected = format!("at most {MOST_BYTES} bytes, because protocol buffers are not larger");
    Err(Error::format(
        "the length of the file",
        format_args!("{length} bytes"),
        expected,
    ))
}
