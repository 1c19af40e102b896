//! The shapes of a network and its first mistake, for a configuration that may be wrong.

use brique_core::{Description, InnerDescription, Module as ModuleTrait};
use brique_layers::Sequential;
use serde::Serialize;

use super::data::examples;
use super::network::build_first;
use super::targets::TargetForm;
use super::{Config, Error, Examples, Playground};

/// What can be said about a configuration without training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Described {
    /// The shape of one example.
    pub input: String,
    /// The number of classes, or none for a regression.
    pub classes: Option<usize>,
    /// The number of outputs that the loss needs.
    pub outputs_needed: Option<usize>,
    /// The modules before the first mistake.
    pub modules: Vec<DescribedModule>,
    /// The number of parameters of these modules.
    pub parameters: usize,
    /// The first mistake.
    pub error: Option<Mistake>,
}

/// A module of a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DescribedModule {
    /// The path in the network: `0`, or `1.module.0`.
    pub path: String,
    /// The module in one line: `Linear(2 → 8)`.
    pub text: String,
    /// The shape of one example of the output.
    pub output: Vec<usize>,
    /// The number of values of one example of the output.
    pub units: usize,
    /// The number of parameters, with those of inner modules.
    pub parameters: usize,
    /// The inner modules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inner: Vec<DescribedModule>,
}

/// A mistake in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The index of the module, if it is the mistake of one.
    pub module: Option<usize>,
    /// The library's own message.
    pub message: String,
}

impl From<&Error> for Mistake {
    fn from(error: &Error) -> Self {
        Self {
            module: error.module(),
            message: error.to_string(),
        }
    }
}

/// Describes a configuration. A mistake is part of the result.
#[must_use]
pub fn describe(config: &Config) -> Described {
    let error = match Playground::unevaluated(config.clone()) {
        Ok(playground) => {
            return described(config, playground.examples(), playground.shown_network(), None);
        }
        Err(error) => error,
    };
    let Ok(examples) = examples(config) else {
        return unreadable(&error);
    };
    let fitting = error.module().unwrap_or(config.network.len());
    match build_first(config, examples.input, fitting) {
        Ok(network) => described(config, &examples, &network, Some(&error)),
        Err(_) => unreadable(&error),
    }
}

fn described(
    config: &Config,
    examples: &Examples,
    network: &Sequential<f64>,
    error: Option<&Error>,
) -> Described {
    let form = TargetForm::of(&config.loss, examples.classes);
    let description = network.describe();
    Described {
        input: examples.input.to_string(),
        classes: examples.classes,
        outputs_needed: form.ok().map(TargetForm::outputs),
        parameters: description.parameter_count(),
        modules: modules("", &description),
        error: error.map(Mistake::from),
    }
}

/// The description of a configuration whose data do not exist.
fn unreadable(error: &Error) -> Described {
    Described {
        input: String::new(),
        classes: None,
        outputs_needed: None,
        modules: Vec::new(),
        parameters: 0,
        error: Some(Mistake::from(error)),
    }
}

/// Describes the JSON of a configuration. That it cannot be read is a mistake, too.
#[must_use]
pub fn describe_json(config: &str) -> Described {
    Config::from_json(config).map_or_else(|error| unreadable(&error), |config| describe(&config))
}

/// Describes the modules of a network, or those inside a residual connection.
pub(super) fn modules(path: &str, network: &Description) -> Vec<DescribedModule> {
    network.inner.iter().map(|inner| module(path, inner)).collect()
}

fn module(outer: &str, InnerDescription { name, output, module }: &InnerDescription) -> DescribedModule {
    let path = format!("{outer}{name}");
    let output = output.clone().unwrap_or_default();
    // A residual connection contains one network, whose modules are of interest.
    let inner = module
        .inner
        .iter()
        .flat_map(|chain| modules(&format!("{path}.{}.", chain.name), &chain.module));
    DescribedModule {
        inner: inner.collect(),
        text: module.to_string(),
        units: output.iter().product(),
        output,
        parameters: module.parameter_count(),
        path,
    }
}
