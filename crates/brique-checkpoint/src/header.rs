//! The header of a safetensors file: names, types, shapes and positions of its tensors, and its metadata.
//!
//! The format allows more than is safe to read. This reader refuses names that occur twice or look like paths, shapes
//! of many dimensions, gaps and overlaps, and white space before the header.

use std::collections::BTreeSet;
use std::io::Read;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use crate::Error;
use crate::header_json::{Part, TensorJson};
use crate::names::check_name;
use crate::shown::quoted;

/// The number of bytes in which the length of the header is stored.
pub(crate) const LENGTH_BYTES: u64 = 8;

/// The longest header, as of the `safetensors` package.
pub(crate) const LONGEST_HEADER: u64 = 100_000_000;

/// What a header has to be.
const HEADER: &str = "the JSON of a safetensors header";

/// The tensors of a file in the order of their bytes, and its metadata.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) tensors: Vec<StoredTensor>,
    pub(crate) metadata: Vec<Pair>,
}

/// A tensor of a safetensors file: its name, its type, its shape, and where its numbers are. [`read_tensors_from`] returns
/// the tensors of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTensor {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    /// The position of its first byte in the file.
    pub(crate) position: u64,
    /// The number of its bytes.
    pub(crate) bytes: u64,
}

impl StoredTensor {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type of the numbers as the format writes it, such as `F32` or `I64`. Numbers are little-endian.
    #[must_use]
    pub fn dtype(&self) -> String {
        format!("{:?}", self.dtype)
    }

    /// Returns the sizes of the dimensions. The last one changes fastest from number to number.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns the position of the first byte in the file.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Returns the number of bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Reads the header of any safetensors file, and returns its tensors in the order of their bytes. `length` is the number of
/// bytes of the file, of which only the header is read.
///
/// The tensors follow one another without gaps and fill the rest of the file, each with the bytes of its type and its
/// shape. This takes at most 32 bytes of memory for each byte of the header.
///
/// ```
/// use brique_checkpoint::{read_tensors_from, save};
/// use brique_layers::Linear;
/// use brique_tensor::ndarray::array;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("line.safetensors");
/// save::<f64>(&Linear::from_parameters(array![[3.0], [4.0]])?, &path)?;
///
/// let mut file = std::fs::File::open(&path)?;
/// let length = file.metadata()?.len();
/// let tensors = read_tensors_from(&mut file, length)?;
/// assert_eq!((tensors[0].name(), &*tensors[0].dtype(), tensors[0].shape()), ("weight", "F64", &[1, 1][..]));
/// assert_eq!(tensors[1].position(), tensors[0].position() + 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the header cannot be read or is malformed, or the file is shorter or longer than it says. The error names no file.
pub fn read_tensors_from(file: &mut impl Read, length: u64) -> Result<Vec<StoredTensor>, Error> {
    Header::read(file, length).map(|header| header.tensors)
}

/// A text of the metadata, with its key.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) text: String,
    /// The position of the text in the file.
    pub(crate) position: u64,
}

/// An entry of the header that describes a tensor.
struct Entry {
    name: String,
    info: TensorInfo,
    /// The position of the entry in the file.
    position: u64,
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
            let found = format!("{:?}", text.chars().next().unwrap_or(' '));
            return Err(Error::format(LENGTH_BYTES, "the header", found, "{ first"));
        }
        let position = LENGTH_BYTES;
        let (mut entries, metadata) = read_entries(Part { text, position })?;
        check_names(&entries)?;
        entries.sort_by_key(|entry| entry.info.data_offsets);
        let data = LENGTH_BYTES + text.len() as u64;
        check_offsets(&entries, data, length - data)?;
        let tensors = entries.iter().map(|entry| entry.stored(data)).collect();
        // The crate of the format agrees that types, shapes and positions fit.
        let entries = entries.into_iter().map(|entry| (entry.name, entry.info));
        Metadata::new(None, entries.collect())
            .map_err(|error| Error::format(LENGTH_BYTES, "the header", error, HEADER))?;
        Ok(Self { tensors, metadata })
    }
}

impl Entry {
    fn stored(&self, data: u64) -> StoredTensor {
        let (begin, end) = self.info.data_offsets;
        StoredTensor {
            name: self.name.clone(),
            dtype: self.info.dtype,
            shape: self.info.shape.clone(),
            position: data + begin as u64,
            bytes: (end - begin) as u64,
        }
    }

    fn refuse(&self, what: &str, found: impl std::fmt::Display, expected: String) -> Error {
        let what = format!("{what} of tensor {}", quoted(&self.name));
        Error::format(self.position, what, found, expected)
    }
}

/// Reads the length of the header, and the header.
fn header_bytes(file: &mut impl Read, length: u64) -> Result<Vec<u8>, Error> {
    if length < LENGTH_BYTES + 2 {
        let (found, expected) = (
            format!("{length} bytes long"),
            "at least 10 bytes: a length and a header",
        );
        return Err(Error::format(length, "the file", found, expected));
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
    let (found, expected) = (format!("{read} bytes long"), format!("{header} bytes"));
    Err(Error::format(LENGTH_BYTES, "the header", found, expected))
}

fn read_entries(header: Part<'_>) -> Result<(Vec<Entry>, Vec<Pair>), Error> {
    let (mut entries, mut metadata) = (Vec::new(), None);
    for (name, content) in header.entries("the header", HEADER)? {
        let position = content.position;
        if name == "__metadata__" {
            if metadata.is_some() {
                let (found, expected) = ("there twice", "one entry of this name");
                return Err(Error::format(position, "__metadata__", found, expected));
            }
            metadata = Some(read_metadata(content)?);
            continue;
        }
        check_name(&name).map_err(|reason| {
            let found = format!("{}, which {reason}", quoted(&name));
            Error::format(position, "the name of the tensor", found, "a name like 0.weight")
        })?;
        let what = || format!("the entry of tensor {}", quoted(&name)).into();
        let json: TensorJson = content.read(what, "a type, a shape and an interval")?;
        let info = json.into();
        entries.push(Entry { name, info, position });
    }
    Ok((entries, metadata.unwrap_or_default()))
}

/// Reads the table of metadata: texts by key.
fn read_metadata(metadata: Part<'_>) -> Result<Vec<Pair>, Error> {
    let mut texts = Vec::new();
    for (key, value) in metadata.entries("__metadata__", "a table of texts")? {
        let what = || format!("the metadata {}", quoted(&key)).into();
        let (text, position) = (value.read(what, "a text")?, value.position);
        texts.push(Pair { key, text, position });
    }
    let mut keys = BTreeSet::new();
    match texts.iter().find(|text| !keys.insert(&*text.key)) {
        None => Ok(texts),
        Some(Pair { key, position, .. }) => {
            let what = format!("the metadata {}", quoted(key));
            Err(Error::format(*position, what, "there twice", "each key once"))
        }
    }
}

fn check_names(entries: &[Entry]) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    match entries.iter().find(|entry| !names.insert(&*entry.name)) {
        None => Ok(()),
        Some(entry) => Err(entry.refuse("the name", "there twice", "each name once".to_owned())),
    }
}

/// Checks that the tensors follow one another without gaps and fill the `length` bytes of data, and that each has the
/// bytes of its shape.
fn check_offsets(entries: &[Entry], data: u64, length: u64) -> Result<(), Error> {
    let mut next = 0;
    for entry in entries {
        let (begin, end) = entry.info.data_offsets;
        if begin != next || end < begin {
            let expected = format!("an interval that begins at {next}, where the tensor before it ends");
            return Err(entry.refuse("the interval", format_args!("[{begin}, {end}]"), expected));
        }
        check_size(entry, end - begin)?;
        next = end;
    }
    if next as u64 == length {
        return Ok(());
    }
    let (found, expected) = (
        format!("{length} bytes long"),
        format!("{next} bytes, all tensors"),
    );
    Err(Error::format(data, "the part behind the header", found, expected))
}

/// Checks that a tensor has the bytes of its shape. A tensor without elements may not have sizes whose product memory
/// cannot address either: no array can have such a shape.
fn check_size(entry: &Entry, bytes: usize) -> Result<(), Error> {
    let TensorInfo { dtype, shape, .. } = &entry.info;
    let product = |least| {
        let mut sizes = shape.iter();
        sizes.try_fold(1_usize, |product, &size| product.checked_mul(size.max(least)))
    };
    let most = isize::MAX.unsigned_abs() / size_of::<f64>();
    if product(1).is_none_or(|elements| elements > most) {
        let expected = "sizes whose product memory can address".to_owned();
        return Err(entry.refuse("the shape", format_args!("{shape:?}"), expected));
    }
    let bits = product(0).and_then(|elements| elements.checked_mul(dtype.bitsize()));
    if bits.is_some() && bits == bytes.checked_mul(8) {
        return Ok(());
    }
    let expected = format!("the bytes of shape {shape:?} in {dtype:?}");
    Err(entry.refuse("the length", format_args!("{bytes} bytes"), expected))
}
