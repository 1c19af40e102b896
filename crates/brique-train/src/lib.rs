//! Trains networks: whole runs over epochs of mini-batches, or single steps.
//!
//! Start with [`Fit`]; for a training loop of your own, start with [`Stepper`].
//!
//! * [`Stepper`] performs one step on one batch, in its own buffers: forward, loss, backward, optimiser.
//! * [`Fit`] runs epochs of mini-batches, with validation, metrics, schedules, early stopping and callbacks, and
//!   returns a [`History`].
//! * [`Optim`] and [`sgd`] are the interface of the report's course.
//! * [`evaluate`] computes loss and metrics of a network on a data set. [`metrics`] contains the metrics.
//! * [`predict_proba`] computes the probabilities that a network of classes predicts.
//! * [`Weights`] is a copy of the parameters of a network, which can be restored.
//!
//! ```
//! use brique_datasets::{DataType, GenArti, gen_arti};
//! use brique_layers::{Init, Linear, Sequential, Tanh};
//! use brique_losses::BCEWithLogitsLoss;
//! use brique_optim::Adam;
//! use brique_random::portable;
//! use brique_train::Fit;
//!
//! let mut rng = portable(1);
//! let xor = GenArti { data_type: DataType::FourGaussians, ..GenArti::default() };
//! let data = gen_arti(&xor, &mut rng)?.with_zero_one_targets()?;
//! let mut network: Sequential = Sequential::new(2)
//!     .then(Linear::new(2, 8, Init::XavierUniform, &mut rng)?)?
//!     .then(Tanh)?
//!     .then(Linear::new(8, 1, Init::XavierUniform, &mut rng)?)?;
//! let (loss, mut adam) = (BCEWithLogitsLoss::new(), Adam::new(0.02)?);
//! let fit = Fit::new(20, 32).shuffle(7);
//! let history = fit.run(&mut network, &loss, &mut adam, &data)?;
//! assert!(history.epochs().last().is_some_and(|epoch| epoch.loss < 0.1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Training prints nothing. [`Fit::on_epoch`] passes each epoch to a callback; an [`Epoch`] displays itself as a line, a
//! [`History`] as a table.

mod beginning;
mod best;
mod callback;
mod checkpoints;
mod epoch_steps;
mod error;
mod evaluate;
mod fit;
mod history;
pub mod metrics;
mod optim;
mod origin;
mod predict_proba;
mod progress;
mod progress_file;
mod source;
mod stepper;
mod strategy;
mod table;
mod update;
mod weighted_step;
mod weights;

pub use best::Goal;
pub use callback::{CallbackResult, Training};
pub use checkpoints::Checkpoints;
pub use error::{Error, FitError, NotFinite};
pub use evaluate::{Evaluation, Metric, evaluate};
pub use fit::Fit;
pub use history::{Batch, Epoch, History, Stopped};
pub use optim::{Optim, sgd};
pub use predict_proba::predict_proba;
pub use source::{ExampleSource, SourceSizes};
pub use stepper::Stepper;
pub use strategy::{Examples, Strategy};
pub use weights::Weights;
