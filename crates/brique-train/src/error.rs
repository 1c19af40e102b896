//! Errors of training.

use std::fmt;
use std::path::PathBuf;

use crate::metrics::MetricError;

/// An error that stopped training. The parameters are those after the last completed step.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A module or a loss returned an error.
    #[error(transparent)]
    Module(#[from] brique_core::Error),
    /// An optimiser returned an error.
    #[error(transparent)]
    Optimizer(#[from] brique_optim::Error),
    /// A data set returned an error.
    #[error(transparent)]
    Data(#[from] brique_datasets::Error),
    /// A metric returned an error.
    #[error("metric {name}: {source}")]
    Metric {
        /// The name of the metric.
        name: String,
        /// The error of the metric.
        source: MetricError,
    },
    /// A number that training needs is NaN or infinite.
    #[error("{0}")]
    NotFinite(NotFinite),
    /// A step of a fit failed.
    #[error("epoch {epoch}, batch {batch}: {source}")]
    Step {
        /// The epoch, from 0.
        epoch: usize,
        /// The batch of the epoch, from 0.
        batch: usize,
        /// The error of the step.
        source: Box<Error>,
    },
    /// A checkpoint could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] brique_checkpoint::Error),
    /// The folder of the checkpoints cannot be used.
    #[error("{}: cannot {operation} the folder of the checkpoints: {message}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operation that failed.
        operation: &'static str,
        /// The error of the operating system.
        message: String,
    },
    /// A file has no training, only a network.
    #[error("{}: the file does not contain a training that can continue", path.display())]
    NoTraining {
        /// The file.
        path: PathBuf,
    },
    /// A file is the checkpoint of a training with other options.
    #[error(
        "{}: {option} is {current}, but the training in this file has {saved}: continue it with the same options, or \
         choose another folder",
        path.display()
    )]
    OtherTraining {
        /// The file.
        path: PathBuf,
        /// The option.
        option: String,
        /// The option in the file.
        saved: String,
        /// The option of the fit.
        current: String,
    },
    /// An option of a fit has an invalid value.
    #[error("Fit: {argument} is {found}, expected {expected}")]
    Option {
        /// The option.
        argument: &'static str,
        /// Its value.
        found: String,
        /// The values it may have.
        expected: &'static str,
    },
}

/// The origin of the first NaN or infinity in a step. No parameter has changed in that step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotFinite {
    /// In the batch itself.
    Input,
    /// In the output of a module whose inputs are finite: its parameters or its sums have grown too large.
    Output {
        /// The module with its path in the network.
        module: String,
    },
    /// In the targets of the batch.
    Target,
    /// In the loss, although the outputs are finite.
    Loss {
        /// The loss, as it displays itself.
        loss: String,
        /// Its value.
        value: String,
    },
    /// In the gradient of a parameter.
    Gradient {
        /// The module with its path in the network.
        module: String,
    },
    /// In a parameter, after the optimiser has updated it.
    Parameter {
        /// The module with its path in the network.
        module: String,
    },
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => write!(f, "the inputs have a NaN or an infinity")?,
            Self::Target => write!(f, "the targets have a NaN or an infinity")?,
            Self::Output { module } => write!(f, "the output of {module} has a NaN or an infinity")?,
            Self::Loss { loss, value } => write!(f, "{loss} is {value} for outputs that are finite")?,
            Self::Gradient { module } => write!(f, "the gradient of {module} has a NaN or an infinity")?,
            Self::Parameter { module } => write!(f, "the update gives {module} a NaN or an infinity")?,
        }
        write!(f, "; no parameter has changed in this step")?;
        match self {
            Self::Input | Self::Target => write!(f, ", correct or remove these examples"),
            _ => write!(f, ", a smaller learning rate may help"),
        }
    }
}
