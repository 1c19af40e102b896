//! The token of a dashboard.

use std::fmt::Write;
use std::io;

use crate::Error;

/// Returns 128 random bits of the operating system, as 32 hexadecimal digits.
pub(super) fn random() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Token {
        source: io::Error::other(error),
    })?;
    let mut digits = String::new();
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Ok(digits)
}

/// Returns whether two tokens are equal, in a time that does not depend on the position of the first difference.
pub(super) fn is_same(token: &str, expected: &str) -> bool {
    let pairs = token.bytes().zip(expected.bytes());
    token.len() == expected.len() && pairs.fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
