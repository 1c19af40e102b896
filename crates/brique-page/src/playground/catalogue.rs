//! What a configuration can be made of: kinds, fields, ranges and defaults, from which the page builds its controls.

mod fields;
mod kinds;

use serde::Serialize;
use serde_json::Value;

pub use self::fields::Field;
use self::kinds::{data, losses, modules, optimizers, schedules};
use super::mistakes::Mistake;
use super::named_examples::{first_config, named_examples};
use super::{Config, Dtype};

/// Everything that a configuration can be made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Catalogue {
    /// The kinds of data.
    pub data: Vec<DataKind>,
    /// The kinds of modules.
    pub modules: Vec<ModuleKind>,
    /// The initial weights.
    pub inits: Vec<&'static str>,
    /// The types of numbers, the usual one first.
    pub dtypes: [Dtype; 2],
    /// The losses.
    pub losses: Vec<Kind>,
    /// The optimisers.
    pub optimizers: Vec<Kind>,
    /// The schedules.
    pub schedules: Vec<Kind>,
    /// The mistakes that the gradient check can be shown.
    pub mistakes: Vec<&'static str>,
    /// The configuration with which the page begins.
    pub config: Config,
    /// Configurations with names.
    pub examples: Vec<NamedConfig>,
}

/// A kind of data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataKind {
    /// The name in the JSON of a configuration.
    pub kind: &'static str,
    /// `classification` or `regression`; none if a field decides.
    pub task: Option<&'static str>,
    /// `plane` or `digits`.
    pub input: &'static str,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A kind of module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModuleKind {
    /// The name in the JSON of a configuration.
    pub kind: &'static str,
    /// The group of the palette.
    pub group: &'static str,
    /// `digits` if the module takes images only, `any` otherwise.
    pub input: &'static str,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A kind of loss, optimiser or schedule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kind {
    /// The name in the JSON of a configuration.
    pub kind: &'static str,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A configuration with a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NamedConfig {
    /// The name, a key of the language tables.
    pub name: &'static str,
    /// The chapter of the report whose experiment it resembles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<&'static str>,
    /// The configuration.
    pub config: Config,
}

/// Returns everything that a configuration can be made of.
#[must_use]
pub fn catalogue() -> Catalogue {
    Catalogue {
        data: data(),
        modules: modules(),
        inits: vec![
            "PyTorch",
            "XavierUniform",
            "XavierNormal",
            "HeUniform",
            "HeNormal",
            "StandardNormal",
        ],
        dtypes: Dtype::ALL,
        losses: losses(),
        optimizers: optimizers(),
        schedules: schedules(),
        mistakes: Mistake::ALL.iter().map(|mistake| mistake.kind()).collect(),
        config: first_config(),
        examples: named_examples(),
    }
}

impl Catalogue {
    /// Returns the JSON of a kind with the defaults of its fields.
    #[must_use]
    pub fn default_of(kind: &str, fields: &[Field]) -> Value {
        let kind = std::iter::once(("kind".to_owned(), Value::from(kind)));
        let fields = fields
            .iter()
            .map(|field| (field.name.to_owned(), field.default.clone()));
        Value::Object(kind.chain(fields).collect())
    }
}
