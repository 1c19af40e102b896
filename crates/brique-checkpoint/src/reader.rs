//! Reads a network from a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use brique_core::{Description, Module, Registry, visit_tensors_mut};
use brique_datasets::Standardizer;
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;
use crate::content::{Content, ExpectedTensor, KEY, VERSION, expected_tensors};
use crate::header::{Header, LENGTH_BYTES};
use crate::tensor_file::TensorFile;

/// A file with a network, or with the tensors of one.
///
/// [`open`](Self::open) reads and checks the header: names, types, shapes and positions of the tensors, and the
/// description of the network. The numbers are read when they are asked for, straight into the parameters. A file of
/// n bytes takes n bytes of memory for its parameters, at most 32 bytes for each byte of its header, and 1 MiB.
///
/// ```
/// use brique_checkpoint::{Reader, Writer};
/// use brique_core::Module;
/// use brique_layers::{Linear, registry};
/// use brique_tensor::ndarray::array;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("line.safetensors");
/// Writer::new(&Linear::from_parameters(array![[3.0], [4.0]])?).save(&path)?;
///
/// let mut file = Reader::open(&path)?;
/// let network = file.network(&registry::<f64>())?;
/// assert_eq!(network.predict(&array![[2.0]])?, array![[10.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    tensors: TensorFile,
    description: Option<Description>,
    matrices: Vec<String>,
    standardizer: Option<Standardizer>,
    class_names: Vec<String>,
    metadata: BTreeMap<String, String>,
    sections: BTreeMap<String, Value>,
}

impl Reader {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or its header is malformed; a newer version of the library wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::opened(path).map_err(|error| error.of_file(path))
    }

    fn opened(path: &Path) -> Result<Self, Error> {
        let mut file = File::open(path).map_err(Error::io("open"))?;
        let length = file.metadata().map_err(Error::io("read"))?.len();
        let Header { tensors, metadata } = Header::read(&mut file, length)?;
        let mut reader = Self {
            path: path.to_owned(),
            tensors: TensorFile {
                file,
                tensors,
                checksums: Vec::new(),
                converts: false,
            },
            description: None,
            matrices: Vec::new(),
            standardizer: None,
            class_names: Vec::new(),
            metadata: BTreeMap::new(),
            sections: BTreeMap::new(),
        };
        for (key, text) in metadata {
            if key == KEY {
                reader.take_content(&text)?;
            } else {
                reader.metadata.insert(key, text);
            }
        }
        Ok(reader)
    }

    fn take_content(&mut self, text: &str) -> Result<(), Error> {
        let refuse = |found: &dyn std::fmt::Display, expected: &'static str| {
            Error::format(LENGTH_BYTES, "the metadata \"brique\"", found, expected)
        };
        let content: Content = match serde_json::from_str(text) {
            Ok(content) => content,
            // A newer version has other fields: its number says more than the first of them.
            Err(error) => match version(text) {
                Some(found) if found > VERSION => {
                    return Err(Error::Version {
                        found,
                        newest: VERSION,
                    });
                }
                _ => return Err(refuse(&error, "the description of a network")),
            },
        };
        if content.version != VERSION {
            return Err(Error::Version {
                found: content.version,
                newest: VERSION,
            });
        }
        self.tensors.checksums = checksums(&content.checksums)
            .filter(|checksums| checksums.len() == self.tensors.tensors.len())
            .ok_or_else(|| {
                refuse(
                    &"a list of checksums that does not fit",
                    "eight digits for each tensor",
                )
            })?;
        self.description = Some(content.network.into());
        self.matrices = content.matrices;
        self.standardizer = content.standardizer.map(TryInto::try_into).transpose()?;
        self.class_names = content.class_names;
        self.metadata.extend(content.metadata);
        self.sections = content.sections;
        Ok(())
    }

    /// Allows numbers of the other type: `f32` numbers for a network of `f64` numbers, which is exact, and the reverse,
    /// which rounds them. By default they are an error.
    #[must_use]
    pub fn convert(mut self) -> Self {
        self.tensors.converts = true;
        self
    }

    /// Returns the description of the network, if the file has one.
    #[must_use]
    pub fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }

    /// Returns the standardizer of the network's inputs, if the file has one.
    #[must_use]
    pub fn standardizer(&self) -> Option<&Standardizer> {
        self.standardizer.as_ref()
    }

    /// Returns the names of the classes, in the order of the network's outputs.
    #[must_use]
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// Returns the texts that the file has by key.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Returns the name and the shape of each tensor of the file, in the order of the file.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.tensors
            .tensors
            .iter()
            .map(|tensor| (&*tensor.name, &*tensor.shape))
    }

    /// Returns data of a program's own, `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// If the data has another form than `D`.
    pub fn section<D: DeserializeOwned>(&self, name: &str) -> Result<Option<D>, Error> {
        let Some(value) = self.sections.get(name) else {
            return Ok(None);
        };
        D::deserialize(value).map(Some).map_err(|error| {
            let (name, message) = (name.to_owned(), error.to_string());
            Error::Section { name, message }.of_file(&self.path)
        })
    }

    /// Builds the network that the file describes and reads its parameters. `registry` knows the kinds of its modules.
    ///
    /// Nothing is allocated for a tensor before the file is known to have its bytes.
    ///
    /// # Errors
    ///
    /// If the file does not describe its network, or the description does not fit the tensors; if a kind is not
    /// registered; if the file cannot be read or is damaged.
    pub fn network<T: Scalar>(&mut self, registry: &Registry<T>) -> Result<Box<dyn Module<T>>, Error> {
        let read = self.read_network(registry);
        read.map_err(|error| error.of_file(&self.path))
    }

    fn read_network<T: Scalar>(&mut self, registry: &Registry<T>) -> Result<Box<dyn Module<T>>, Error> {
        let description = self.description.as_ref().ok_or(Error::NoDescription)?;
        self.tensors
            .check::<T>(&expected_tensors(description)?, &self.matrices)?;
        let mut network = registry.build(description)?;
        let mut read = Ok(());
        visit_tensors_mut(&mut *network, &mut |name, mut tensor| {
            if read.is_ok() {
                read = self.tensors.read(name, tensor.layout, &mut tensor.values);
            }
        });
        read?;
        Ok(network)
    }

    /// Reads the parameters of a network that has been built already. The file need not describe it: files of PyTorch
    /// and of the `safetensors` package do not.
    ///
    /// # Errors
    ///
    /// If a tensor is missing, unexpected, or of another shape or type: the error lists them all. If the file cannot be
    /// read or is damaged. No parameter has changed then.
    pub fn load_into<T: Scalar>(&mut self, network: &mut dyn Module<T>) -> Result<(), Error> {
        let read = self.read_into(network);
        read.map_err(|error| error.of_file(&self.path))
    }

    fn read_into<T: Scalar>(&mut self, network: &mut dyn Module<T>) -> Result<(), Error> {
        let expected = expected_tensors(&network.describe())?;
        self.tensors.check::<T>(&expected, &self.matrices)?;
        let mut values = Vec::with_capacity(expected.len());
        for ExpectedTensor { name, shape, layout } in &expected {
            let mut read = Array2::zeros(*shape);
            self.tensors.read(name, *layout, &mut read.view_mut())?;
            values.push(read);
        }
        let mut values = values.into_iter();
        visit_tensors_mut(network, &mut |_, mut tensor| {
            if let Some(read) = values.next() {
                tensor.values.assign(&read);
            }
        });
        Ok(())
    }

    /// Reads a matrix that does not belong to the network, `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// If it is not a matrix of this type, or the file cannot be read or is damaged.
    pub fn matrix<T: Scalar>(&mut self, name: &str) -> Result<Option<Array2<T>>, Error> {
        let read = self.tensors.matrix(name);
        read.map_err(|error| error.of_file(&self.path))
    }

    /// Reads the whole file and compares the checksums. A file of another program has none, and is only read.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a tensor is damaged.
    pub fn verify(&mut self) -> Result<(), Error> {
        self.tensors.verify().map_err(|error| error.of_file(&self.path))
    }
}

/// Reads the version of a description whose other fields are unknown.
fn version(text: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u64,
    }
    serde_json::from_str::<Version>(text)
        .ok()
        .map(|found| found.version)
}

/// Reads eight hexadecimal digits for each checksum.
fn checksums(digits: &str) -> Option<Vec<u32>> {
    let digits = digits.as_bytes().chunks(8);
    let numbers = digits.map(|digits| u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
    numbers.collect()
}
