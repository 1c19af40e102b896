//! Writes a network as an ONNX file.

mod arrange;
mod graph;
mod modules;
mod standardizer;
mod walk;
mod windows;

pub use self::graph::{Graph, NodeAttribute};
pub(crate) use self::modules::{EPSILON, epsilon_scale};

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use brique_core::{Fault, Module, Shape};
use brique_datasets::Standardizer;
use brique_tensor::Scalar;
use prost::Message;

use self::arrange::Value;
use self::modules::natural;
use self::walk::OwnNodes;
use crate::Error;
use crate::layout::Layout;
use crate::proto::{
    Dimension, Entry, Graph as GraphProto, Model, OperatorSet, Size, TensorShape, TensorType, TypeProto,
    ValueInfo,
};
use crate::tensor::type_of;

/// The version of ONNX's operators that files use: the first with a `GroupNormalization` as in PyTorch, and with `Gelu`
/// and `LayerNormalization`.
pub const OPSET: i64 = 21;

/// The version of the file format that belongs to this version of the operators.
const IR_VERSION: i64 = 10;

/// Writes a network as an ONNX file, and what belongs to it: a standardizer of its inputs, metadata, and the nodes of
/// modules of a program's own.
///
/// The graph has one input and one output with a free number of rows. A shape (length, channels) or (height, width,
/// channels) becomes (channels, length) or (channels, height, width), as the operators of ONNX expect, and the weights of
/// convolutions and of linear layers behind them are reordered. A [`Dropout`](brique_layers::Dropout) has no node. Nodes
/// are called after the path of their module, `encoder.0/Gemm`, and constants as PyTorch calls them, `encoder.0.weight`.
/// The same network gives the same bytes.
///
/// ```
/// use brique_layers::{Linear, Sequential, Tanh};
/// use brique_onnx::{Export, import};
/// use brique_tensor::ndarray::array;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("line.onnx");
/// let linear = Linear::from_parameters(array![[3.0], [4.0]])?;
/// let network: Sequential = Sequential::new(1).then(linear)?.then(Tanh)?;
/// Export::new(&network)
///     .metadata("trained on", "a line")
///     .save(&path)?;
///
/// let imported = import::<f64>(&path)?;
/// assert_eq!(imported.predict(&array![[-1.0]])?, array![[1.0_f64.tanh()]]);
/// assert_eq!(imported.metadata()["trained on"], "a line");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is written before `save`"]
pub struct Export<'a, T: Scalar = f64> {
    network: &'a dyn Module<T>,
    input: Option<Shape>,
    standardizer: Option<&'a Standardizer>,
    metadata: BTreeMap<String, String>,
    names: [String; 2],
    modules: OwnNodes<'a, T>,
}

impl<T: Scalar> fmt::Debug for Export<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Export({})", self.network)
    }
}

impl<'a, T: Scalar> Export<'a, T> {
    /// Creates an exporter of this network.
    pub fn new(network: &'a dyn Module<T>) -> Self {
        Self {
            network,
            input: None,
            standardizer: None,
            metadata: BTreeMap::new(),
            names: ["input", "output"].map(str::to_owned),
            modules: BTreeMap::new(),
        }
    }

    /// Sets the shape of an example of the input, for a network that does not know it, such as a single
    /// [`Tanh`](brique_layers::Tanh).
    pub fn input_shape(self, shape: impl Into<Shape>) -> Self {
        let input = Some(shape.into());
        Self { input, ..self }
    }

    /// Puts a standardizer of the inputs in front of the network. It computes in f64, also if the network has f32.
    pub fn standardizer(self, standardizer: &'a Standardizer) -> Self {
        let standardizer = Some(standardizer);
        Self { standardizer, ..self }
    }

    /// Adds a text under a key. A later text replaces an earlier one.
    pub fn metadata(mut self, key: &str, text: &str) -> Self {
        self.metadata.insert(key.to_owned(), text.to_owned());
        self
    }

    /// Sets the names of the input and the output of the graph, which are `input` and `output` by default.
    pub fn names(self, input: &str, output: &str) -> Self {
        let names = [input, output].map(str::to_owned);
        Self { names, ..self }
    }

    /// Supplies the nodes of modules of a kind that the library does not have. The function gets the module, the graph,
    /// and the name of a value of shape (batch, in), with the columns of the module's input. It returns the name of a
    /// value of shape (batch, out).
    ///
    /// ```
    /// # use brique_core::{Fault, Memory, Module, Shape};
    /// # use brique_layers::Sequential;
    /// # use brique_tensor::Matrix;
    /// use brique_onnx::Export;
    /// # #[derive(Debug)]
    /// # struct Sine;
    /// # impl std::fmt::Display for Sine {
    /// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    /// #         write!(f, "Sine")
    /// #     }
    /// # }
    /// # impl Module for Sine {
    /// #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
    /// #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
    /// #         y.assign(&x.mapv(f64::sin));
    /// #     }
    /// #     fn delta_kernel(
    /// #         &self, x: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory
    /// #     ) {
    /// #         d.assign(&(x.mapv(f64::cos) * delta));
    /// #     }
    /// # }
    ///
    /// let network: Sequential = Sequential::new(2).then(Sine)?;
    /// assert!(Export::new(&network).to_bytes().is_err());
    /// let export = Export::new(&network)
    ///     .module("Sine", |_, graph, input| Ok(graph.node("Sin", &[input], &[])));
    /// assert!(export.to_bytes().is_ok());
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    pub fn module(
        mut self,
        kind: &str,
        nodes: impl Fn(&dyn Module<T>, &mut Graph, &str) -> Result<String, Error> + 'a,
    ) -> Self {
        self.modules.insert(kind.to_owned(), Box::new(nodes));
        self
    }

    /// Writes the file. It is complete or not there at all, as with [`brique_checkpoint::save`].
    ///
    /// # Errors
    ///
    /// As [`to_bytes`](Self::to_bytes), or if the operating system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let bytes = self.to_bytes().map_err(|error| error.of_file(path))?;
        Ok(brique_checkpoint::write_file(path, &bytes)?)
    }

    /// Returns the content of the file.
    ///
    /// # Errors
    ///
    /// If a module has no counterpart in ONNX, the network does not know the shape of its input, the standardizer does
    /// not fit it, or the file would be larger than 2 GiB.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let model = self.model()?;
        crate::file::check_length(model.encoded_len() as u64)?;
        Ok(model.encode_to_vec())
    }

    fn model(&self) -> Result<Model, Error> {
        let shape = self.shape_of_input()?;
        let refuse = |fault| brique_core::Error::new(self.network, "export", fault);
        let output_shape = self.network.output_shape(shape).map_err(refuse)?;
        let mut graph = Graph::default();
        let names = self.names.each_ref().map(|name| graph.unique(name));
        let input = Value::new(names[0].clone(), natural(shape));
        let input_info = info::<T>(&names[0], &input.layout);
        let value = self.standardized(&mut graph, input)?;
        let value = walk::walk(&self.modules, &mut graph, self.network, "", value, shape)?;
        graph.path.clear();
        let value = value.arranged(&mut graph, &natural(output_shape));
        let is_computed = graph.nodes.iter().any(|node| node.outputs.contains(&value.name));
        let last = if is_computed {
            value.name
        } else {
            graph.node("Identity", &[&value.name], &[])
        };
        graph.rename(&last, &names[1]);
        Ok(Model {
            ir_version: IR_VERSION,
            producer_name: "brique".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(GraphProto {
                nodes: graph.nodes,
                name: "network".to_owned(),
                initializers: graph.constants,
                inputs: vec![input_info],
                outputs: vec![info::<T>(&names[1], &value.layout)],
            }),
            operator_sets: vec![OperatorSet {
                domain: String::new(),
                version: OPSET,
            }],
            metadata: self.metadata.iter().map(entry).collect(),
        })
    }

    fn shape_of_input(&self) -> Result<Shape, Error> {
        if let Some(shape) = self.input {
            return Ok(shape);
        }
        let description = self.network.description();
        let size = |name| description.size(name).map(Shape::from);
        let found = description
            .shape("in")
            .or_else(|_| size("in"))
            .or_else(|_| size("values"));
        found.map_err(|_| {
            let fault = Fault::Value {
                argument: "the shape of the input".into(),
                found: "unknown".to_owned(),
                expected: "a shape, which Export::input_shape sets".into(),
            };
            brique_core::Error::new(self.network, "export", fault).into()
        })
    }
}

fn entry((key, value): (&String, &String)) -> Entry {
    let (key, value) = (key.clone(), value.clone());
    Entry { key, value }
}

/// Describes an input or output, with a free number of rows.
fn info<T: Scalar>(name: &str, layout: &Layout) -> ValueInfo {
    let batch = Size::Name("batch".to_owned());
    let sizes = layout.sizes.iter().map(|&size| Size::Value(size as i64));
    let dims = std::iter::once(batch).chain(sizes);
    ValueInfo {
        name: name.to_owned(),
        type_: Some(TypeProto {
            tensor: Some(TensorType {
                element: type_of::<T>(),
                shape: Some(TensorShape {
                    dims: dims.map(|size| Dimension { size: Some(size) }).collect(),
                }),
            }),
        }),
    }
}
