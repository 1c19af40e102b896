//! Compares the results of the library with results that were computed elsewhere: exact outputs and gradients of single
//! modules, and loss curves of complete training runs.
//!
//! Start with the command line program `cargo xtask conformance`, or with [`run`] in a program of your own.
//!
//! * [`run`] runs every file in a folder and returns a [`Conformance`] with the results.
//! * [`VectorRow`] compares a tensor of a module with its exact value, computed with 200 bits. The error is in units of
//!   the last place.
//! * [`TrajectoryRow`] compares a training run with its loss curve computed in 80-bit arithmetic.
//! * [`NotBuilt`] is a file whose module, loss or optimiser the library does not have. Such a file does not count as
//!   passed.
//!
//! The files are `safetensors`; `docs/testing.md` describes their format. `subjects.rs` and `training.rs` list the
//! supported modules, losses and options: add a line there for a new module.

mod case;
mod error;
mod file;
mod folder;
mod index;
mod measure;
mod outcome;
mod subjects;
mod training;
mod trajectory;
mod vectors;
mod windows;

pub use error::Error;
pub use folder::run;
pub use outcome::{Conformance, Failed, NotBuilt, TrajectoryRow, VectorRow};
