//! Fields of a text: numbers, and their beginnings in error messages.

use brique_tensor::Scalar;

use crate::Error;

/// Parses a field as a finite number; returns `None` if it is not one.
pub(crate) fn number<T: Scalar>(field: &[u8]) -> Option<T> {
    let value: f64 = str::from_utf8(field).ok()?.parse().ok()?;
    Some(T::from_f64(value)).filter(|value| value.is_finite())
}

/// Returns the beginning of a field as text, for an error message.
pub(crate) fn excerpt(field: &[u8]) -> String {
    const LONGEST: usize = 40;
    const BYTES_OF_A_CHARACTER: usize = 4;
    let beginning = &field[..field.len().min((LONGEST + 1) * BYTES_OF_A_CHARACTER)];
    let text = String::from_utf8_lossy(beginning);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// Returns the first of `n` texts in quotes, for an error message.
pub(crate) fn listed(texts: impl Iterator<Item = String>, n: usize) -> String {
    const MOST: usize = 20;
    let mut quoted: Vec<String> = texts.take(MOST).map(|text| format!("{text:?}")).collect();
    if n > MOST {
        quoted.push(format!("and {} more", n - MOST));
    }
    quoted.join(", ")
}

/// Returns the error of a field that is longer than the limit.
pub(crate) fn too_long(line: usize, column: usize, beginning: &[u8], limit: usize) -> Error {
    Error::LongField {
        line,
        column,
        found: excerpt(beginning),
        limit,
    }
}
