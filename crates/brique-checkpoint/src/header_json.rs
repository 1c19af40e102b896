//! The JSON of a header, with the position of each part in the file.

use std::borrow::Cow;

use safetensors::tensor::{Dtype, TensorInfo};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Error;
use crate::sizes::Sizes;
use crate::table::Entries;

/// A part of the text of a header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) text: &'a str,
    /// The position of its first byte in the file.
    pub(crate) position: u64,
}

impl<'a> Part<'a> {
    /// Reads the part. An error has the position of the byte that does not fit.
    pub(crate) fn read<D: Deserialize<'a>>(
        self,
        what: impl FnOnce() -> Cow<'static, str>,
        expected: &'static str,
    ) -> Result<D, Error> {
        serde_json::from_str(self.text).map_err(|error| {
            let position = self.position + offset(self.text, error.line(), error.column());
            let message = error.to_string();
            let reason = message
                .rsplit_once(" at line ")
                .map_or(&*message, |(reason, _)| reason);
            Error::format(position, what(), format_args!("malformed ({reason})"), expected)
        })
    }

    /// Reads the entries of a table.
    pub(crate) fn entries(
        self,
        what: &'static str,
        expected: &'static str,
    ) -> Result<impl Iterator<Item = (String, Part<'a>)>, Error> {
        let Entries::<&RawValue>(entries) = self.read(|| what.into(), expected)?;
        Ok(entries
            .into_iter()
            .map(move |(key, value)| (key, self.inside(value))))
    }

    /// Returns a value of this part.
    fn inside(self, value: &'a RawValue) -> Self {
        let text = value.get();
        let offset = text.as_ptr().addr() - self.text.as_ptr().addr();
        Self {
            text,
            position: self.position + offset as u64,
        }
    }
}

/// What a header says about a tensor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct TensorJson {
    dtype: Dtype,
    shape: Sizes,
    data_offsets: [usize; 2],
}

impl From<TensorJson> for TensorInfo {
    fn from(json: TensorJson) -> Self {
        let [begin, end] = json.data_offsets;
        Self {
            dtype: json.dtype,
            shape: json.shape.0,
            data_offsets: (begin, end),
        }
    }
}

/// Returns the offset in a text of a line and a column, counted from 1 as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> u64 {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (before + column.saturating_sub(1)).min(text.len()) as u64
}
