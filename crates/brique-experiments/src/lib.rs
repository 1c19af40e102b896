//! The report, made again: every figure, table and claim, from the bricks of the workspace.
//!
//! * [`experiments::ALL`]: the experiments, one file each.
//! * [`Run`]: some or all of them, carried out: `results.json`, `report.md` and the figures.
//! * [`Claim`]: a sentence with a measured number and a bound; it holds or it does not.
//! * [`Committed`]: the committed report, and what a run finds wrong with it; [`differences`]: what two `results.json` do
//!   not agree on.
//!
//! The command line over it is `cargo xtask experiments`.

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
mod report;
mod run;
mod statistics;

pub use check::Committed;
pub use claim::{Claim, Relation};
pub use compare::differences;
pub use error::Error;
pub use experiment::{Agreement, Experiment, Outcome, Settings};
pub use figure::Figure;
pub use run::{Run, emptied};
