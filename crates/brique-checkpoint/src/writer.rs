//! Writes a network to a file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use brique_core::{Layout, Module, visit_tensors};
use brique_datasets::Standardizer;
use brique_tensor::ndarray::ArrayView2;
use brique_tensor::{Matrix, Scalar};
use safetensors::tensor::{Metadata, TensorInfo};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::Error;
use crate::atomic::AtomicFile;
use crate::content::{Content, KEY, VERSION};
use crate::description_json::ModuleJson;
use crate::expected::{ExpectedTensor, check_description, check_names, expected_tensors};
use crate::header::{LENGTH_BYTES, LONGEST_HEADER};
use crate::numbers::{dtype, encode};

/// Writes a network to a file, and what belongs to it: a standardizer, the names of classes, metadata, and sections and
/// matrices of a program's own.
///
/// The file is a safetensors file. The tensors have the names and layouts of PyTorch's `state_dict`: `0.weight` as
/// (out, in), `0.bias`. The same network gives the same bytes. The file is complete or not there at all: see
/// [`save`](Self::save).
///
/// ```
/// use brique_checkpoint::{Reader, Writer};
/// use brique_layers::{Linear, Sequential};
/// use brique_tensor::ndarray::array;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("line.safetensors");
/// let linear = Linear::from_parameters(array![[3.0], [4.0]])?;
/// let network: Sequential = Sequential::new(1).then(linear)?;
/// Writer::new(&network)
///     .class_names(["low", "high"])
///     .metadata("trained on", "a line")
///     .save(&path)?;
///
/// let file = Reader::open(&path)?;
/// assert_eq!(file.class_names(), ["low", "high"]);
/// assert_eq!(file.metadata()["trained on"], "a line");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is written before `save`"]
pub struct Writer<'a, T: Scalar = f64> {
    network: &'a dyn Module<T>,
    standardizer: Option<&'a Standardizer>,
    class_names: Vec<String>,
    metadata: BTreeMap<String, String>,
    sections: BTreeMap<String, Box<RawValue>>,
    matrices: Vec<(String, &'a Matrix<T>)>,
}

impl<'a, T: Scalar> Writer<'a, T> {
    /// Creates a writer of this network.
    pub fn new(network: &'a dyn Module<T>) -> Self {
        Self {
            network,
            standardizer: None,
            class_names: Vec::new(),
            metadata: BTreeMap::new(),
            sections: BTreeMap::new(),
            matrices: Vec::new(),
        }
    }

    /// Adds the standardizer of the network's inputs.
    pub fn standardizer(self, standardizer: &'a Standardizer) -> Self {
        Self {
            standardizer: Some(standardizer),
            ..self
        }
    }

    /// Adds the names of the classes that the network tells apart, in the order of its outputs.
    pub fn class_names(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            class_names: names.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Adds a text under a key. A later text replaces an earlier one.
    pub fn metadata(mut self, key: &str, text: &str) -> Self {
        self.metadata.insert(key.to_owned(), text.to_owned());
        self
    }

    /// Adds data of a program's own under a name; [`Reader::section`](crate::Reader::section) reads it.
    ///
    /// # Errors
    ///
    /// If the data cannot be represented as JSON. Wrap numbers that may be infinite or NaN into
    /// [`Exact`](crate::Exact).
    pub fn section(mut self, name: &str, data: &impl Serialize) -> Result<Self, Error> {
        // As a value first, which sorts the keys of tables: the same data gives the same bytes.
        let value = serde_json::to_value(data).and_then(|value| {
            let text = to_raw_value(&value)?;
            // What is written can be read: it must not be nested deeper than a reader allows.
            serde_json::from_str::<Value>(text.get()).map(|_| text)
        });
        let value = value.map_err(|error| Error::Section {
            name: name.to_owned(),
            message: error.to_string(),
        })?;
        self.sections.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Adds a matrix that does not belong to the network; [`Reader::matrix`](crate::Reader::matrix) reads it. Its name
    /// must not be that of a tensor of the network.
    pub fn matrix(mut self, name: impl Into<String>, values: &'a Matrix<T>) -> Self {
        self.matrices.push((name.into(), values));
        self
    }

    /// Writes the file.
    ///
    /// The bytes go to a file beside it, which replaces the old one when it is complete and on the disk. If
    /// the disk is full, the folder read-only or the process killed, the old file is whole. The partial file,
    /// `.NAME.partial`, is removed, by the next save if the process was killed.
    ///
    /// # Errors
    ///
    /// If the operating system refuses, or a name cannot be that of a tensor: it is empty, is there already, has a
    /// slash, a control character, an empty part between dots, or more than 1024 bytes.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        self.write(path).map_err(|error| error.of_file(path))
    }

    fn write(&self, path: &Path) -> Result<(), Error> {
        let tensors = self.tensors()?;
        let header = self.header(&tensors)?;
        let mut file = AtomicFile::create(path)?;
        let checksums = self.write_parts(&header, &mut |bytes| file.write(bytes))?;
        file.write_at(
            LENGTH_BYTES + before_checksums().len() as u64,
            checksums.as_bytes(),
        )?;
        file.finish()
    }

    /// Returns the content of the file, for programs without files, such as those in a browser.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save), apart from those of the operating system.
    ///
    /// ```
    /// use brique_checkpoint::Writer;
    /// use brique_layers::Linear;
    /// use brique_tensor::ndarray::array;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("line.safetensors");
    /// let line = Linear::from_parameters(array![[3.0], [4.0]])?;
    /// Writer::new(&line).save(&path)?;
    /// assert_eq!(Writer::new(&line).to_bytes()?, std::fs::read(&path)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let tensors = self.tensors()?;
        let header = self.header(&tensors)?;
        let mut content = Vec::new();
        let checksums = self.write_parts(&header, &mut |bytes| {
            content.extend_from_slice(bytes);
            Ok(())
        })?;
        let position = size_of::<u64>() + before_checksums().len();
        content[position..position + checksums.len()].copy_from_slice(checksums.as_bytes());
        Ok(content)
    }

    /// Writes the parts of the file in order, with zeros for the checksums. Returns the checksums.
    fn write_parts(
        &self,
        header: &[u8],
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<String, Error> {
        write(&(header.len() as u64).to_le_bytes())?;
        write(header)?;
        let mut checksums = Vec::new();
        let mut add = |values: &ArrayView2<'_, T>, layout: Layout| {
            let mut checksum = crc32fast::Hasher::new();
            encode(values, layout, |bytes| {
                checksum.update(bytes);
                write(bytes)
            })?;
            checksums.push(format!("{:08x}", checksum.finalize()));
            Ok::<(), Error>(())
        };
        let mut written = Ok(());
        visit_tensors(self.network, &mut |_, tensor| {
            if written.is_ok() {
                written = add(&tensor.values, tensor.layout);
            }
        });
        written?;
        for (_, values) in &self.matrices {
            add(&values.view(), Layout::Matrix)?;
        }
        Ok(checksums.concat())
    }

    /// Returns all tensors in the order of the file: those of the network, then the matrices.
    fn tensors(&self) -> Result<Vec<ExpectedTensor>, Error> {
        let description = self.network.describe();
        check_description(&description)?;
        let mut tensors = expected_tensors(&description)?;
        tensors.extend(self.matrices.iter().map(|(name, values)| ExpectedTensor {
            name: name.clone(),
            shape: values.dim(),
            layout: Layout::Matrix,
        }));
        Ok(tensors)
    }

    /// Returns the header, with zeros for the checksums, padded so that the numbers begin at a multiple of 8.
    fn header(&self, tensors: &[ExpectedTensor]) -> Result<Vec<u8>, Error> {
        check_names(tensors)?;
        let content = self.content(tensors.len())?;
        let metadata = HashMap::from([(KEY.to_owned(), content)]);
        let mut next = 0;
        let infos = tensors.iter().map(|tensor| {
            let begin = next;
            next += tensor.shape.0 * tensor.shape.1 * size_of::<T>();
            let info = TensorInfo {
                dtype: dtype::<T>(),
                shape: tensor.layout.stored_shape(tensor.shape),
                data_offsets: (begin, next),
            };
            (tensor.name.clone(), info)
        });
        let header = Metadata::new(Some(metadata), infos.collect())
            .map_err(|error| Error::format(LENGTH_BYTES, "the header", error, "a safetensors header"))?;
        let mut bytes = json(&header)?.into_bytes();
        bytes.resize(bytes.len().next_multiple_of(8), b' ');
        if bytes.len() as u64 > LONGEST_HEADER {
            let expected = format!("at most {LONGEST_HEADER}");
            return Err(Error::format(
                0,
                "the length of the header",
                bytes.len(),
                expected,
            ));
        }
        Ok(bytes)
    }

    fn content(&self, tensors: usize) -> Result<String, Error> {
        let content = Content {
            checksums: "0".repeat(8 * tensors),
            version: VERSION,
            network: ModuleJson::from(&self.network.describe()),
            matrices: self.matrices.iter().map(|(name, _)| name.clone()).collect(),
            standardizer: self.standardizer.map(Into::into),
            class_names: self.class_names.clone(),
            metadata: self.metadata.clone(),
            sections: self.sections.clone(),
        };
        let text = json(&content)?;
        // What is written can be read: modules inside modules must not be nested deeper than a reader allows.
        serde_json::from_str::<Content>(&text).map_err(|error| Error::Section {
            name: "network".to_owned(),
            message: error.to_string(),
        })?;
        Ok(text)
    }
}

/// Returns the bytes of a header before the checksums: its first entry is the metadata, whose only key is that of this
/// library, and the checksums are the first field of its value.
fn before_checksums() -> String {
    format!(r#"{{"__metadata__":{{"{KEY}":"{{\"checksums\":\""#)
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Section {
        name: KEY.to_owned(),
        message: error.to_string(),
    })
}
