//! What can end a training before its time.

use std::fmt;

use crate::metrics::MetricError;

/// What stopped a training. The parameters are those after the last step that was made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A module or a loss refused.
    #[error(transparent)]
    Module(#[from] brique_core::Error),
    /// An optimiser refused.
    #[error(transparent)]
    Optimizer(#[from] brique_optim::Error),
    /// A data set refused.
    #[error(transparent)]
    Data(#[from] brique_datasets::Error),
    /// A metric refused.
    #[error("metric {name}: {source}")]
    Metric {
        /// The name of the metric.
        name: String,
        /// What it says.
        source: MetricError,
    },
    /// A number that training would go on with is NaN or infinite.
    #[error("{0}")]
    NotFinite(NotFinite),
    /// A step of a fit failed.
    #[error("epoch {epoch}, batch {batch}: {source}")]
    Step {
        /// The epoch, from 0.
        epoch: usize,
        /// The batch of the epoch, from 0.
        batch: usize,
        /// What failed.
        source: Box<Error>,
    },
    /// An option of a fit has a value that means nothing.
    #[error("Fit: {argument} is {found}, expected {expected}")]
    Option {
        /// The option.
        argument: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
}

/// Where the first NaN or infinity of a step is. No parameter has changed in that step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotFinite {
    /// In the batch itself.
    Input,
    /// In the output of a module, with inputs that are finite: its parameters or its sums have grown too large.
    Output {
        /// The module with its place in the network.
        module: String,
    },
    /// In the loss, of outputs that are finite.
    Loss {
        /// The loss, as it displays itself.
        loss: String,
        /// Its value.
        value: String,
    },
    /// In the gradient of a parameter.
    Gradient {
        /// The module with its place in the network.
        module: String,
    },
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => write!(f, "the inputs have a NaN or an infinity")?,
            Self::Output { module } => write!(f, "the output of {module} has a NaN or an infinity")?,
            Self::Loss { loss, value } => write!(f, "{loss} is {value} for outputs that are finite")?,
            Self::Gradient { module } => write!(f, "the gradient of {module} has a NaN or an infinity")?,
        }
        write!(f, "; no parameter has changed in this step")?;
        match self {
            Self::Input => write!(f, ", correct or remove these examples"),
            _ => write!(f, ", a smaller learning rate may help"),
        }
    }
}
