//! The errors of the playground.

use thiserror::Error as ThisError;

/// An error of the playground. Its text is the library's own message.
#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A module of the network does not fit.
    #[error("{source}")]
    Module {
        /// The index of the module in the configuration.
        module: usize,
        /// The error of the module.
        source: brique_core::Error,
    },
    /// The loss does not fit the outputs or the targets.
    #[error(transparent)]
    Loss(#[from] brique_core::Error),
    /// The examples cannot be generated, read or split.
    #[error(transparent)]
    Data(#[from] brique_datasets::Error),
    /// The optimiser or the schedule has an invalid option.
    #[error(transparent)]
    Optimizer(#[from] brique_optim::Error),
    /// A training step failed.
    #[error("{0}")]
    Training(Box<brique_train::Error>),
    /// The network cannot be written as a safetensors file.
    #[error("{0}")]
    Safetensors(String),
    /// The network cannot be written as an ONNX file.
    #[error("{0}")]
    Onnx(String),
    /// A value of a configuration or of a request is invalid.
    #[error("{name} is {found}, expected {expected}")]
    Value {
        /// The name of the value.
        name: &'static str,
        /// The value.
        found: String,
        /// The values it may have.
        expected: String,
    },
    /// A text is not the JSON that is expected.
    #[error("the JSON cannot be read: {0}")]
    Json(String),
}

impl Error {
    /// Returns the index of the module that does not fit, if it is a module.
    #[must_use]
    pub fn module(&self) -> Option<usize> {
        match self {
            Self::Module { module, .. } => Some(*module),
            _ => None,
        }
    }

    pub(crate) fn value(
        name: &'static str,
        found: impl std::fmt::Display,
        expected: impl Into<String>,
    ) -> Self {
        Self::Value {
            name,
            found: found.to_string(),
            expected: expected.into(),
        }
    }
}

impl From<brique_train::Error> for Error {
    fn from(error: brique_train::Error) -> Self {
        Self::Training(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

impl From<brique_checkpoint::Error> for Error {
    fn from(error: brique_checkpoint::Error) -> Self {
        Self::Safetensors(error.to_string())
    }
}

impl From<brique_onnx::Error> for Error {
    fn from(error: brique_onnx::Error) -> Self {
        Self::Onnx(error.to_string())
    }
}
