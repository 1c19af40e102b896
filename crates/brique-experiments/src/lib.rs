//! Reproduces the student's report from which Brique grew: every figure, table and claim.
//!
//! Start with the command line program `cargo xtask experiments`, or with [`Run`] in a program of your own.
//!
//! * [`experiments::ALL`]: the experiments, one file each.
//! * [`Run`]: the results of some or all experiments: `results.json`, `report.md` and the figures.
//! * [`Workers`]: the threads and the processes that share the seeds; the results do not depend on them.
//! * [`Claim`]: a sentence with a measured number and a bound, which decides whether the sentence holds.
//! * [`Committed`]: the report in `docs/report`, and the points in which it differs from a run; [`differences`]: the
//!   differences between two `results.json`.

mod accuracy;
mod check;
mod claim;
mod compare;
mod curves;
mod descent;
mod error;
mod experiment;
pub mod experiments;
mod figure;
mod least_squares;
mod networks;
mod panels;
mod parallel;
mod perceptron;
mod pictures;
mod playground;
mod regions;
mod report;
mod report_data;
mod run;
mod serial;
mod statistics;
mod workers;

pub use check::Committed;
pub use claim::{Claim, Relation};
pub use compare::differences;
pub use error::Error;
pub use experiment::{Agreement, Experiment, Outcome, Procedure, Settings};
pub use figure::Figure;
pub use run::{Run, emptied};
pub use workers::Workers;
