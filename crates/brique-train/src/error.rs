//! Errors of training.

use std::fmt;
use std::path::PathBuf;

use crate::History;
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
    /// The validation set has other columns than the training set.
    #[error(
        "the {part} of the validation set have {found} columns, expected {expected}: as in the training set"
    )]
    ValidationColumns {
        /// The inputs or the targets.
        part: &'static str,
        /// The number of their columns.
        found: usize,
        /// The number of columns in the training set.
        expected: usize,
    },
    /// The validation set cannot be evaluated.
    #[error("validation set: {source}")]
    Validation {
        /// The error of the evaluation.
        source: Box<Error>,
    },
    /// A schedule has come to the end of its length before the training, and its learning rate would rise again.
    #[error(
        "Fit: the cosine schedule ends after {length} {unit}, but the training has {total}: the learning rate would \
         rise again; Schedule::cosine without a length spans the training"
    )]
    ShortSchedule {
        /// The length of the schedule, with its warm-up.
        length: u64,
        /// The length of the training.
        total: u64,
        /// The unit of both: epochs or steps.
        unit: &'static str,
    },
    /// A fit should compare its epochs by a metric that it does not compute.
    #[error("Fit: there is no metric {name:?} to compare epochs by; {}", known_metrics(.metrics))]
    UnknownMetric {
        /// The name of the metric.
        name: &'static str,
        /// The names of the metrics of the fit.
        metrics: Vec<&'static str>,
    },
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
    /// A source of examples failed, for example because its file cannot be read.
    #[error("{message}")]
    Source {
        /// What happened, and where.
        message: String,
    },
    /// A fit on a source of examples has metrics, but no validation set to compute them on.
    #[error(
        "Fit: metrics need a validation set, because the examples of this training are read one batch at a time"
    )]
    MetricsWithoutValidation,
    /// The strategy of a fit failed, for example because another process ended.
    #[error("{message}")]
    Strategy {
        /// What happened, and in which process.
        message: String,
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

impl Error {
    /// Returns the error of a step of a fit.
    pub(crate) fn in_step(epoch: usize, batch: usize, error: Self) -> Self {
        Self::Step {
            epoch,
            batch,
            source: Box::new(error),
        }
    }
}

fn known_metrics(names: &[&str]) -> String {
    if names.is_empty() {
        return "add it with Fit::metric".to_owned();
    }
    format!("the fit computes {}", names.join(", "))
}

/// The error that ended a training, and the epochs before it.
///
/// The history is that of the completed epochs. The network has the parameters after the last completed step.
///
/// ```
/// use brique_datasets::Dataset;
/// use brique_layers::Linear;
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_tensor::ndarray::array;
/// use brique_train::Fit;
///
/// let mut network: Linear = Linear::from_parameters(array![[1.0], [0.0]])?;
/// let data = Dataset::new(array![[1e3]], array![[0.0]])?;
/// let mut large_steps = SGD::new(1.0)?;
/// let error = Fit::new(1000, 1)
///     .run(&mut network, &MSELoss::new(), &mut large_steps, &data)
///     .unwrap_err();
/// println!("{error}\n{}", error.history());
/// assert_eq!(error.history().epochs().len(), 24);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, thiserror::Error)]
#[error("{error}")]
pub struct FitError {
    error: Box<Error>,
    history: Box<History>,
}

impl FitError {
    pub(crate) fn new(error: Error, history: History) -> Self {
        Self {
            error: Box::new(error),
            history: Box::new(history),
        }
    }

    /// Returns the error.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Returns the completed epochs.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }
}

/// Formats the error and the number of epochs. The epochs themselves would hide the error where a program ends with it.
impl fmt::Debug for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FitError")
            .field("error", &self.error)
            .field("epochs", &self.history.epochs().len())
            .finish_non_exhaustive()
    }
}

impl From<FitError> for Error {
    fn from(error: FitError) -> Self {
        *error.error
    }
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
