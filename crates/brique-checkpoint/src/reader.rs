//! Reads a network from a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use brique_core::{Description, Module, Registry, visit_tensors_mut};
use brique_datasets::Standardizer;
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::Error;
use crate::content::{KEY, add_metadata, read_checksums, read_content};
use crate::expected::{ExpectedTensor, check_description, expected_tensors};
use crate::header::{Header, Pair};
use crate::header_json::Part;
use crate::memory::check_memory;
use crate::tensor_file::TensorFile;

/// A file with a network, or with the tensors of one.
///
/// [`open`](Self::open) reads and checks the header: names, types, shapes and positions of the tensors, and the
/// description of the network, which has to fit the tensors. The numbers are read when they are asked for, straight
/// into the parameters.
///
/// A file takes at most 32 bytes of memory for each byte of its header, and 1 MiB. The numbers of a network take n
/// bytes: [`load_into`](Self::load_into) needs n more, because it reads all before it changes one;
/// [`network`](Self::network) needs at most 5 n, for values, gradients and the boundaries at which they begin.
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
    sections: BTreeMap<String, Box<RawValue>>,
}

impl Reader {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or its header is malformed, if its description does not fit its tensors, or if a newer
    /// version of the library wrote it.
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
            tensors: TensorFile::new(file, tensors),
            description: None,
            matrices: Vec::new(),
            standardizer: None,
            class_names: Vec::new(),
            metadata: BTreeMap::new(),
            sections: BTreeMap::new(),
        };
        for Pair { key, text, position } in metadata {
            if key == KEY {
                reader.take_content(Part {
                    text: &text,
                    position,
                })?;
            } else {
                add_metadata(&mut reader.metadata, key, text, position)?;
            }
        }
        Ok(reader)
    }

    fn take_content(&mut self, part: Part<'_>) -> Result<(), Error> {
        let content = read_content(part)?;
        let description = Description::from(content.network);
        check_description(&description)?;
        self.tensors
            .check_content(&description, &content.matrices, part.position)?;
        self.tensors.checksums =
            read_checksums(&content.checksums, self.tensors.tensors().len(), part.position)?;
        self.description = Some(description);
        self.matrices = content.matrices;
        self.standardizer = content.standardizer.map(TryInto::try_into).transpose()?;
        self.class_names = content.class_names;
        self.sections = content.sections;
        for (key, text) in content.metadata {
            add_metadata(&mut self.metadata, key, text, part.position)?;
        }
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
            .tensors()
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
        serde_json::from_str(value.get()).map(Some).map_err(|error| {
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
        let expected = expected_tensors(description)?;
        self.tensors.check::<T>(&expected, &self.matrices)?;
        // Values and gradients.
        check_memory::<T>(expected.iter().map(|tensor| tensor.shape), 2)?;
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
        check_memory::<T>(expected.iter().map(|tensor| tensor.shape), 1)?;
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
