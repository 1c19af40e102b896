//! Exact vectors and whole trainings, run against the library.
//!
//! * [`run`]: every file of a folder; a [`Conformance`] of what was found.
//! * [`VectorRow`]: a tensor of a module, against its value computed with 200 bits, in units of the last place.
//! * [`TrajectoryRow`]: a whole training, against its loss curve computed in 80-bit arithmetic.
//! * [`NotBuilt`]: a file whose module, loss or optimiser the library does not have. It is not passed.
//!
//! The files are `safetensors`; their format is described in `docs/testing.md`. What the library has is listed in
//! `subjects.rs` and `training.rs`: a new module is a line there.
//!
//! The command line over it is `cargo xtask conformance`.

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

pub use error::Error;
pub use folder::run;
pub use outcome::{Conformance, Failed, NotBuilt, TrajectoryRow, VectorRow};
