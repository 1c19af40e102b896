//! What the metadata of a file says beside the tensors.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use brique_datasets::Standardizer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Error;
use crate::description_json::ModuleJson;
use crate::exact::Exact;
use crate::header_json::Part;
use crate::shown::quoted;
use crate::table::unique;

/// The key of the metadata under which [`Content`] is stored.
pub(crate) const KEY: &str = "brique";

/// The newest version of [`Content`] that this library reads and writes.
pub(crate) const VERSION: u64 = 1;

/// The metadata of a file, as JSON. The order of the fields is that of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct Content {
    /// The CRC-32 of each tensor in the order of the file, eight hexadecimal digits each.
    pub(crate) checksums: String,
    pub(crate) version: u64,
    pub(crate) network: ModuleJson,
    /// The names of the tensors that do not belong to the network.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) matrices: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) standardizer: Option<StandardizerJson>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) class_names: Vec<String>,
    #[serde(
        default,
        deserialize_with = "unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) metadata: BTreeMap<String, String>,
    /// Sections as text: as values, short ones would take 70 times the memory.
    #[serde(
        default,
        deserialize_with = "unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) sections: BTreeMap<String, Box<RawValue>>,
}

/// A standardizer: the mean and the divisor of each column.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct StandardizerJson {
    mean: Vec<Exact>,
    scale: Vec<Exact>,
}

impl From<&Standardizer> for StandardizerJson {
    fn from(standardizer: &Standardizer) -> Self {
        let exact = |numbers: &[f64]| numbers.iter().copied().map(Exact).collect();
        Self {
            mean: exact(standardizer.mean()),
            scale: exact(standardizer.scale()),
        }
    }
}

impl TryFrom<StandardizerJson> for Standardizer {
    type Error = Error;

    fn try_from(json: StandardizerJson) -> Result<Self, Error> {
        let numbers = |list: Vec<Exact>| list.into_iter().map(|Exact(number)| number).collect();
        Ok(Self::new(numbers(json.mean), numbers(json.scale))?)
    }
}

/// Reads what the metadata says about a network.
pub(crate) fn read_content(part: Part<'_>) -> Result<Content, Error> {
    let content: Content = match serde_json::from_str(part.text) {
        Ok(content) => content,
        // A newer version has other fields: its number says more than the first of them.
        Err(error) => {
            check_version(version(part.text).unwrap_or(VERSION), part.position)?;
            let found = format_args!("malformed ({error})");
            return Err(refused(part.position, found, "the description of a network"));
        }
    };
    check_version(content.version, part.position)?;
    Ok(content)
}

fn refused(position: u64, found: impl fmt::Display, expected: impl Into<Cow<'static, str>>) -> Error {
    Error::format(position, "the metadata \"brique\"", found, expected)
}

fn check_version(found: u64, position: u64) -> Result<(), Error> {
    let newest = VERSION;
    match found {
        VERSION => Ok(()),
        0 => Err(refused(position, "of version 0", "version 1")),
        _ => Err(Error::Version { found, newest }),
    }
}

/// Reads the version of a description whose other fields are unknown.
fn version(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Version {
        version: u64,
    }
    let found = serde_json::from_str::<Version>(text).ok()?;
    Some(found.version)
}

/// Reads eight hexadecimal digits for each tensor.
pub(crate) fn read_checksums(digits: &str, tensors: usize, position: u64) -> Result<Vec<u32>, Error> {
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_hexadecimal || Some(digits.len()) != tensors.checked_mul(8) {
        let found = format_args!("with checksums of {} bytes", digits.len());
        let expected = format!("{} hexadecimal digits, eight for each tensor", tensors * 8);
        return Err(refused(position, found, expected));
    }
    let number = |digits: &[u8]| u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok();
    let numbers: Option<_> = digits.as_bytes().chunks(8).map(number).collect();
    Ok(numbers.unwrap_or_default())
}

/// Adds a text, unless there is one under its key: a file has texts beside the entry of this library and inside it.
pub(crate) fn add_metadata(
    texts: &mut BTreeMap<String, String>,
    key: String,
    text: String,
    position: u64,
) -> Result<(), Error> {
    if texts.contains_key(&key) {
        let what = format!("the metadata {}", quoted(&key));
        return Err(Error::format(position, what, "there twice", "each key once"));
    }
    texts.insert(key, text);
    Ok(())
}
