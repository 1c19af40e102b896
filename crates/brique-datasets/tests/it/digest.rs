//! A whole data set in 64 characters.

use std::fmt::Write;
use std::io::Write as _;

use brique_datasets::Dataset;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The SHA-256 of words of 64 bits, the lowest byte first.
pub fn sha256(words: impl IntoIterator<Item = u64>) -> String {
    let mut digest = Sha256::new();
    for word in words {
        digest.update(word.to_le_bytes());
    }
    digest.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The SHA-256 of all inputs, then all targets, row by row.
pub fn of(data: &Dataset) -> String {
    sha256(
        data.inputs()
            .iter()
            .chain(data.targets())
            .map(|value| value.to_bits()),
    )
}

/// The bytes as a gzip stream.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
