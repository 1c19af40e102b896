//! A network's description as JSON.

use brique_core::{
    Attribute, AttributeValue, Description, InnerDescription, Layout, Shape, TensorDescription,
};
use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::sizes::Sizes;

/// A module, as [`Description`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct ModuleJson {
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<AttributeJson>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tensors: Vec<TensorJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inner: Option<Vec<InnerJson>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct AttributeJson {
    name: String,
    value: ValueJson,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", expecting = "a table with the type of the value")]
enum ValueJson {
    Integer(u64),
    Number(Exact),
    Text(String),
    Sizes(Sizes),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct TensorJson {
    name: String,
    rows: usize,
    columns: usize,
    layout: LayoutJson,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", expecting = "a layout")]
enum LayoutJson {
    Matrix,
    Transposed,
    Vector,
    /// With the sizes of the kernel.
    ChannelsFirst(Sizes),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct InnerJson {
    name: String,
    module: ModuleJson,
}

impl From<&Description> for ModuleJson {
    fn from(description: &Description) -> Self {
        let inner = description.inner.iter().map(|inner| InnerJson {
            name: inner.name.clone(),
            module: Self::from(&inner.module),
        });
        Self {
            kind: description.kind.clone(),
            attributes: description.attributes.iter().map(AttributeJson::from).collect(),
            tensors: description.tensors.iter().map(TensorJson::from).collect(),
            inner: description.is_composite.then(|| inner.collect()),
        }
    }
}

impl From<&Attribute> for AttributeJson {
    fn from(attribute: &Attribute) -> Self {
        let value = match &attribute.value {
            AttributeValue::Integer(value) => ValueJson::Integer(*value),
            AttributeValue::Number(value) => ValueJson::Number(Exact(*value)),
            AttributeValue::Sizes(sizes) => ValueJson::Sizes(Sizes(sizes.clone())),
            AttributeValue::Text(text) => ValueJson::Text(text.clone()),
            other => ValueJson::Text(other.to_string()),
        };
        Self {
            name: attribute.name.clone(),
            value,
            hidden: !attribute.is_shown,
        }
    }
}

impl From<&TensorDescription> for TensorJson {
    fn from(tensor: &TensorDescription) -> Self {
        Self {
            name: tensor.name.clone(),
            rows: tensor.shape.0,
            columns: tensor.shape.1,
            layout: match tensor.layout {
                Layout::Transposed => LayoutJson::Transposed,
                Layout::Vector => LayoutJson::Vector,
                Layout::ChannelsFirst(kernel) => LayoutJson::ChannelsFirst(Sizes(kernel.sizes().to_vec())),
                _ => LayoutJson::Matrix,
            },
        }
    }
}

impl From<ModuleJson> for Description {
    fn from(json: ModuleJson) -> Self {
        let is_composite = json.inner.is_some();
        let inner = json
            .inner
            .unwrap_or_default()
            .into_iter()
            .map(|inner| InnerDescription {
                name: inner.name,
                output: None,
                module: inner.module.into(),
            });
        Self {
            kind: json.kind,
            attributes: json.attributes.into_iter().map(Attribute::from).collect(),
            tensors: json.tensors.into_iter().map(TensorDescription::from).collect(),
            inner: inner.collect(),
            is_composite,
        }
    }
}

impl From<AttributeJson> for Attribute {
    fn from(json: AttributeJson) -> Self {
        Self {
            name: json.name,
            value: match json.value {
                ValueJson::Integer(value) => AttributeValue::Integer(value),
                ValueJson::Number(value) => AttributeValue::Number(value.0),
                ValueJson::Text(text) => AttributeValue::Text(text),
                ValueJson::Sizes(Sizes(sizes)) => AttributeValue::Sizes(sizes),
            },
            is_shown: !json.hidden,
        }
    }
}

/// Returns the shape of a kernel. One with other numbers of axes than a convolution has becomes the empty one, which fits
/// no tensor.
fn shape_of(kernel: &[usize]) -> Shape {
    match *kernel {
        [length] => Shape::from([length]),
        [height, width] => Shape::from([height, width]),
        _ => Shape::from([0]),
    }
}

impl From<TensorJson> for TensorDescription {
    fn from(json: TensorJson) -> Self {
        Self {
            name: json.name,
            shape: (json.rows, json.columns),
            layout: match json.layout {
                LayoutJson::Matrix => Layout::Matrix,
                LayoutJson::Transposed => Layout::Transposed,
                LayoutJson::Vector => Layout::Vector,
                LayoutJson::ChannelsFirst(Sizes(kernel)) => Layout::ChannelsFirst(shape_of(&kernel)),
            },
        }
    }
}
