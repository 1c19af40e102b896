//! The graph that an exporter builds, node by node.

use std::collections::HashSet;

use brique_tensor::Scalar;
use prost::bytes::Bytes;

use crate::proto::{Attribute, Node, TensorProto, attribute_kind};
use crate::tensor::{encode, encode_integers};

/// The nodes and constants of a graph in the making. A function of [`Export::module`](crate::Export::module) adds to it.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) constants: Vec<TensorProto>,
    /// All names of nodes, values and constants.
    names: HashSet<String>,
    /// The path of the module that is being exported.
    pub(crate) path: String,
}

/// The value of an attribute of a node.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NodeAttribute {
    /// An integer.
    Integer(i64),
    /// A number. ONNX has only numbers of the type f32 here.
    Float(f32),
    /// A text.
    Text(String),
    /// A list of integers.
    Integers(Vec<i64>),
    /// A list of numbers.
    Floats(Vec<f32>),
}

impl Graph {
    /// Returns the path of the module that is being exported: `encoder.0`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Adds a node of the ONNX domain with one output, and returns the name of the output. The node is called after the
    /// path of the module and the operator, `encoder.0/Relu`, and so is its output.
    pub fn node(&mut self, operator: &str, inputs: &[&str], attributes: &[(&str, NodeAttribute)]) -> String {
        let name = self.unique(&joined(&self.path, "/", operator));
        self.nodes.push(Node {
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            outputs: vec![name.clone()],
            name: name.clone(),
            operator: operator.to_owned(),
            attributes: attributes
                .iter()
                .map(|(name, value)| message(name, value))
                .collect(),
            domain: String::new(),
        });
        name
    }

    /// Adds a constant, and returns its name: the path of the module, a dot, and `name`.
    pub fn constant<T: Scalar>(
        &mut self,
        name: &str,
        sizes: &[usize],
        numbers: impl IntoIterator<Item = T>,
    ) -> String {
        let name = self.unique(&joined(&self.path, ".", name));
        self.constants.push(encode(&name, sizes, numbers.into_iter()));
        name
    }

    /// As [`constant`](Self::constant), with integers: sizes, axes or indices.
    pub fn integers(&mut self, name: &str, numbers: impl IntoIterator<Item = i64>) -> String {
        let name = self.unique(&joined(&self.path, ".", name));
        let numbers: Vec<i64> = numbers.into_iter().collect();
        self.constants
            .push(encode_integers(&name, &[numbers.len()], numbers.into_iter()));
        name
    }

    /// Returns a name that nothing has yet: this one, or this one and a number.
    pub(crate) fn unique(&mut self, name: &str) -> String {
        let candidates = (2_usize..).map(|number| format!("{name}_{number}"));
        let mut candidates = std::iter::once(name.to_owned()).chain(candidates);
        let found = candidates.find(|candidate| self.names.insert(candidate.clone()));
        found.unwrap_or_default()
    }

    /// Gives a value another name.
    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        for node in &mut self.nodes {
            for name in node.inputs.iter_mut().chain(&mut node.outputs) {
                if name == old {
                    new.clone_into(name);
                }
            }
        }
    }
}

fn joined(path: &str, separator: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}{separator}{name}")
    }
}

fn message(name: &str, value: &NodeAttribute) -> Attribute {
    let mut attribute = Attribute {
        name: name.to_owned(),
        ..Attribute::default()
    };
    attribute.kind = match value {
        NodeAttribute::Integer(value) => {
            attribute.integer = *value;
            attribute_kind::INTEGER
        }
        NodeAttribute::Float(value) => {
            attribute.float = *value;
            attribute_kind::FLOAT
        }
        NodeAttribute::Text(value) => {
            attribute.text = Bytes::copy_from_slice(value.as_bytes());
            attribute_kind::TEXT
        }
        NodeAttribute::Integers(values) => {
            attribute.integers.clone_from(values);
            attribute_kind::INTEGERS
        }
        NodeAttribute::Floats(values) => {
            attribute.floats.clone_from(values);
            attribute_kind::FLOATS
        }
    };
    attribute
}
