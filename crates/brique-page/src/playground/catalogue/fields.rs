//! The fields of a kind: their types, ranges and defaults.

use serde::Serialize;
use serde_json::Value;

/// A field of a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// The name in the JSON of a configuration.
    pub name: &'static str,
    /// `integer`, `number`, `choice`, `boolean` or `text`.
    #[serde(rename = "type")]
    pub type_: &'static str,
    /// The lowest number that the page offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// The highest number that the page offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
    /// The distance of the numbers that the page offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Value>,
    /// The value with which the page begins.
    pub default: Value,
    /// The values of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<&'static str>,
}

fn field(name: &'static str, type_: &'static str, default: impl Into<Value>) -> Field {
    Field {
        name,
        type_,
        min: None,
        max: None,
        step: None,
        default: default.into(),
        choices: Vec::new(),
    }
}

pub(super) fn integer(name: &'static str, min: u32, max: u32, step: u32, default: u32) -> Field {
    Field {
        min: Some(min.into()),
        max: Some(max.into()),
        step: Some(step.into()),
        ..field(name, "integer", default)
    }
}

pub(super) fn number(name: &'static str, min: f64, max: f64, step: f64, default: f64) -> Field {
    Field {
        min: Some(min.into()),
        max: Some(max.into()),
        step: Some(step.into()),
        ..field(name, "number", default)
    }
}

pub(super) fn choice(name: &'static str, choices: &[&'static str]) -> Field {
    Field {
        choices: choices.to_vec(),
        ..field(name, "choice", choices.first().copied().unwrap_or_default())
    }
}

pub(super) fn boolean(name: &'static str, default: bool) -> Field {
    field(name, "boolean", default)
}

pub(super) fn text(name: &'static str) -> Field {
    field(name, "text", "")
}
