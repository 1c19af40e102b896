//! The header of a safetensors file: names, types, shapes and positions of its tensors, and its metadata.
//!
//! The format allows more than is safe to read. This reader refuses names that occur twice or look like paths, shapes
//! of many dimensions, gaps and overlaps, and white space before the header.

use std::collections::BTreeSet;
use std::io::Read;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use crate::Error;
use crate::header_json::{Content, HeaderJson};

/// The number of bytes in which the length of the header is stored.
pub(crate) const LENGTH_BYTES: u64 = 8;

/// The longest header, as of the `safetensors` package.
pub(crate) const LONGEST_HEADER: u64 = 100_000_000;

/// The longest name of a tensor.
const LONGEST_NAME: usize = 1024;

/// The tensors of a file in the order of their bytes, and its metadata.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) tensors: Vec<StoredTensor>,
    pub(crate) metadata: Vec<(String, String)>,
}

/// A tensor of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredTensor {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    /// The position of its first byte in the file.
    pub(crate) position: u64,
    /// The number of its bytes.
    pub(crate) bytes: u64,
}

impl Header {
    /// Reads the header of a file of `length` bytes. It allocates at most 32 times the bytes of the header.
    pub(crate) fn read(file: &mut impl Read, length: u64) -> Result<Self, Error> {
        let bytes = header_bytes(file, length)?;
        let text = str::from_utf8(&bytes).map_err(|error| {
            let position = LENGTH_BYTES + error.valid_up_to() as u64;
            Error::format(position, "the header", "not UTF-8", "UTF-8 text")
        })?;
        if !text.starts_with('{') {
            let found = text.chars().next().unwrap_or(' ');
            return Err(Error::format(
                LENGTH_BYTES,
                "the header",
                format!("{found:?}"),
                "{ first",
            ));
        }
        let json: HeaderJson = serde_json::from_str(text).map_err(|error| {
            let position = LENGTH_BYTES + offset(text, error.line(), error.column());
            Error::format(position, "the header", error, "the JSON of a safetensors header")
        })?;
        Self::of_json(json, text, length)
    }

    fn of_json(json: HeaderJson, text: &str, length: u64) -> Result<Self, Error> {
        let data = LENGTH_BYTES + text.len() as u64;
        let mut names = BTreeSet::new();
        let mut metadata = None;
        let mut tensors = Vec::new();
        for (name, content) in json.entries {
            let refuse = |found: &str, expected: &'static str| {
                let position = LENGTH_BYTES + text.find(&quoted(&name)).unwrap_or_default() as u64;
                Err(Error::format(
                    position,
                    format!("the entry {}", quoted(&name)),
                    found,
                    expected,
                ))
            };
            match content {
                Content::Metadata(_) if metadata.is_some() => {
                    return refuse("there twice", "one of each name");
                }
                Content::Metadata(pairs) => {
                    let keys: BTreeSet<&String> = pairs.iter().map(|(key, _)| key).collect();
                    if keys.len() < pairs.len() {
                        return refuse("a table with a key twice", "each key once");
                    }
                    metadata = Some(pairs);
                }
                Content::Tensor(info) => {
                    if let Err(reason) = check_name(&name) {
                        return refuse(reason, "the name of a tensor");
                    }
                    if !names.insert(name.clone()) {
                        return refuse("there twice", "one of each name");
                    }
                    tensors.push((name, info));
                }
            }
        }
        tensors.sort_by_key(|(_, info)| info.data_offsets);
        check_offsets(&tensors, length - data, text)?;
        let stored = tensors.iter().map(|(name, info)| StoredTensor {
            name: name.clone(),
            dtype: info.dtype,
            shape: info.shape.clone(),
            position: data + info.data_offsets.0 as u64,
            bytes: (info.data_offsets.1 - info.data_offsets.0) as u64,
        });
        let stored = stored.collect();
        // The crate of the format agrees that types, shapes and positions fit.
        Metadata::new(None, tensors)
            .map_err(|error| Error::format(LENGTH_BYTES, "the header", error, "a safetensors header"))?;
        Ok(Self {
            tensors: stored,
            metadata: metadata.unwrap_or_default(),
        })
    }
}

/// Reads the length of the header, and the header.
fn header_bytes(file: &mut impl Read, length: u64) -> Result<Vec<u8>, Error> {
    if length < LENGTH_BYTES + 2 {
        let found = format!("{length} bytes");
        return Err(Error::format(
            length,
            "the file",
            found,
            "at least 10 bytes: a length and a header",
        ));
    }
    let mut first = [0; 8];
    file.read_exact(&mut first).map_err(Error::io("read"))?;
    let header = u64::from_le_bytes(first);
    let most = (length - LENGTH_BYTES).min(LONGEST_HEADER);
    if header < 2 || header > most {
        let expected = format!("from 2 to {most}");
        return Err(Error::format(0, "the length of the header", header, expected));
    }
    let mut bytes = Vec::new();
    let read = file
        .take(header)
        .read_to_end(&mut bytes)
        .map_err(Error::io("read"))?;
    if read as u64 == header {
        return Ok(bytes);
    }
    let found = format!("{read} bytes long");
    Err(Error::format(
        LENGTH_BYTES,
        "the header",
        found,
        format!("{header} bytes"),
    ))
}

/// Returns why this cannot be the name of a tensor, if it cannot.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.len() > LONGEST_NAME {
        return Err("is longer than 1024 bytes");
    }
    if name.chars().any(char::is_control) {
        return Err("has a control character");
    }
    if name.contains(['/', '\\']) || name.split('.').any(str::is_empty) {
        return Err("looks like a path of files");
    }
    if name == "__metadata__" {
        return Err("is reserved");
    }
    Ok(())
}

/// Checks that the tensors follow one another without gaps and fill the file, and that each has the bytes of its shape.
fn check_offsets(tensors: &[(String, TensorInfo)], data: u64, text: &str) -> Result<(), Error> {
    let mut next = 0;
    for (name, info) in tensors {
        let refuse = |what: &str, found: String, expected: String| {
            let position = LENGTH_BYTES + text.find(&quoted(name)).unwrap_or_default() as u64;
            Err(Error::format(
                position,
                format!("{what} of tensor {}", quoted(name)),
                found,
                expected,
            ))
        };
        let (begin, end) = info.data_offsets;
        if begin != next || end < begin {
            let expected = format!("an interval that begins at {next}, where the tensor before it ends");
            return refuse("the interval", format!("[{begin}, {end}]"), expected);
        }
        let elements = info
            .shape
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size));
        let bits = elements.and_then(|elements| elements.checked_mul(info.dtype.bitsize()));
        if bits != (end - begin).checked_mul(8) {
            let expected = format!("the bytes of shape {:?} in {:?}", info.shape, info.dtype);
            return refuse("the length", format!("{} bytes", end - begin), expected);
        }
        next = end;
    }
    if next as u64 == data {
        return Ok(());
    }
    let position = LENGTH_BYTES + text.len() as u64;
    let found = format!("{data} bytes long");
    Err(Error::format(
        position,
        "the part behind the header",
        found,
        format!("{next} bytes, all tensors"),
    ))
}

/// Returns a name as JSON text, of a length that an error can show.
fn quoted(name: &str) -> String {
    let shown: String = name.chars().take(80).collect();
    serde_json::Value::String(shown).to_string()
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
