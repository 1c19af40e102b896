//! Reads an ONNX file as a network.

mod activations;
mod arithmetic;
mod attributes;
mod constants;
mod inputs;
mod linear;
mod merge;
mod model;
mod names;
mod norms;
mod operators;
mod orders;
mod pools;
mod ports;
mod sizes;
mod steps;
mod translate;
mod tree;
mod values;
mod views;
mod windows;

use std::collections::BTreeMap;
use std::path::Path;

use brique_core::Module;
use brique_layers::Sequential;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};
use prost::bytes::Bytes;

use crate::layout::Layout;
use crate::{Error, Tensor};

/// Reads a network from an ONNX file.
///
/// A file takes at most 128 bytes of memory for each of its bytes, and 256 MiB. A graph has at most 10,000 nodes, and an
/// example of its input at most 2^28 values.
///
/// ```
/// use brique_layers::{Linear, Sequential};
/// use brique_onnx::{Export, Import};
/// use brique_tensor::ndarray::array;
///
/// let linear = Linear::from_parameters(array![[3.0], [4.0]])?;
/// let network: Sequential = Sequential::new(1).then(linear)?;
/// let bytes = Export::new(&network).to_bytes()?;
///
/// let error = Import::new().bytes::<f32>(bytes.clone()).unwrap_err();
/// assert!(error.to_string().contains("f64"));
/// let imported = Import::new().convert().bytes::<f32>(bytes)?;
/// assert_eq!(imported.predict(&array![[2.0]])?, array![[10.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Import {
    bound: BTreeMap<String, Tensor>,
    sizes: Option<Vec<usize>>,
    output: Option<String>,
    does_convert: bool,
}

impl Import {
    /// Creates an importer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives an input of the graph a value. One input has to be left, that of the network.
    #[must_use]
    pub fn bind(mut self, input: &str, value: Tensor) -> Self {
        self.bound.insert(input.to_owned(), value);
        self
    }

    /// Sets the sizes of an example of the input, as ONNX has them, if the file leaves some of them free: `[3, 32, 32]`.
    #[must_use]
    pub fn input_sizes(self, sizes: &[usize]) -> Self {
        let sizes = Some(sizes.to_vec());
        Self { sizes, ..self }
    }

    /// Selects the value of this name as the output of the network. It need not be an output of the graph. By default it
    /// is the only output, or the only one that is neither an integer nor a text.
    #[must_use]
    pub fn output(self, name: &str) -> Self {
        let output = Some(name.to_owned());
        Self { output, ..self }
    }

    /// Allows a file with numbers of the other type, f64 or f32. They are rounded if the network has f32.
    #[must_use]
    pub fn convert(self) -> Self {
        Self {
            does_convert: true,
            ..self
        }
    }

    /// Returns the names of the inputs of a file that have no value in it: that of the network, and those to
    /// [`bind`](Self::bind).
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not an ONNX file.
    pub fn inputs(path: impl AsRef<Path>) -> Result<Vec<String>, Error> {
        let path = path.as_ref();
        let read = || model::inputs(crate::file::read(path)?);
        read().map_err(|error| error.of_file(path))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is damaged, has data in other files, or has more than 2 GiB; if its input has another
    /// type, or sizes that are free beside the number of rows. [`Error::Unsupported`] lists all nodes that no module of
    /// the library computes.
    pub fn file<T: Scalar>(&self, path: impl AsRef<Path>) -> Result<Imported<T>, Error> {
        let path = path.as_ref();
        let read = || self.bytes(crate::file::read(path)?);
        read().map_err(|error| error.of_file(path))
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn bytes<T: Scalar>(&self, content: impl Into<Bytes>) -> Result<Imported<T>, Error> {
        model::import(self, content.into())
    }
}

/// A network from an ONNX file, and how its columns correspond to the values of the file.
///
/// The network has the channels of images last; ONNX has them first. [`to_network`](Self::to_network) converts rows of
/// inputs to the network's order once, before a training; [`predict`](Self::predict) takes and returns rows in the order
/// of the file.
#[derive(Debug)]
pub struct Imported<T: Scalar = f64> {
    /// The network. It can be trained.
    pub network: Sequential<T>,
    input: Port,
    output: Port,
    metadata: BTreeMap<String, String>,
}

/// An input or output of the graph.
#[derive(Debug)]
struct Port {
    name: String,
    layout: Layout,
}

impl<T: Scalar> Imported<T> {
    /// Returns the name of the input.
    #[must_use]
    pub fn input_name(&self) -> &str {
        &self.input.name
    }

    /// Returns the name of the output.
    #[must_use]
    pub fn output_name(&self) -> &str {
        &self.output.name
    }

    /// Returns the sizes of an example of the input, as the file has them: (channels, height, width) for images.
    #[must_use]
    pub fn input_sizes(&self) -> &[usize] {
        &self.input.layout.sizes
    }

    /// Returns the sizes of an example of the output, as the file has them.
    #[must_use]
    pub fn output_sizes(&self) -> &[usize] {
        &self.output.layout.sizes
    }

    /// Returns the texts of the file under their keys.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Converts inputs, one example in each row in the order of the file, to the order of the network.
    ///
    /// # Errors
    ///
    /// If the rows do not have as many values as an example.
    pub fn to_network(&self, inputs: &Matrix<T>) -> Result<Array2<T>, Error> {
        let layout = &self.input.layout;
        check_columns(inputs, layout)?;
        Ok(Array2::from_shape_fn(inputs.dim(), |(row, column)| {
            inputs[[row, layout.order.index(column)]]
        }))
    }

    /// Converts outputs of the network, one example in each row, to the order of the file.
    ///
    /// # Errors
    ///
    /// If the rows do not have as many values as an output.
    pub fn from_network(&self, outputs: &Matrix<T>) -> Result<Array2<T>, Error> {
        let layout = &self.output.layout;
        check_columns(outputs, layout)?;
        let mut converted = Array2::zeros(outputs.dim());
        for ((row, column), &number) in outputs.indexed_iter() {
            converted[[row, layout.order.index(column)]] = number;
        }
        Ok(converted)
    }

    /// Computes the outputs of the graph, one example in each row, inputs and outputs in the order of the file.
    ///
    /// # Errors
    ///
    /// If the rows do not have as many values as an example.
    pub fn predict(&self, inputs: &Matrix<T>) -> Result<Array2<T>, Error> {
        let outputs = self.network.predict(&self.to_network(inputs)?)?;
        self.from_network(&outputs)
    }
}

fn check_columns<T>(rows: &Matrix<T>, layout: &Layout) -> Result<(), Error> {
    if rows.ncols() == layout.size() {
        return Ok(());
    }
    let expected = format!(
        "{}, one for each value of an example {:?}",
        layout.size(),
        layout.sizes
    );
    Err(Error::format("the number of columns", rows.ncols(), expected))
}
