//! How long a step of training takes, how much of what the machine can do that is, and what it allocates.
//!
//! * [`run`]: measures workloads; a [`Report`] with a [`Row`] for each workload and type of number.
//! * [`Workload`]: a network, a batch, and what is done with them; [`Workload::defaults`] are those always measured.
//! * [`measure`]: the time of a step, without that of reading the clock. [`peak`]: what the processor does at most;
//!   [`best_product`]: what the library does at most.
//! * [`allocations_of`]: what was allocated meanwhile, on all threads.
//! * [`Sweep`], [`draw`]: the time of a step against batch and width, as a figure.
//!
//! A step goes through what a user calls: `Stepper::step` on a `Sequential`, `MSELoss` and `SGD`.
//!
//! The command line over it is `cargo xtask bench`.

mod activation;
mod allocations;
mod chart;
mod error;
mod machine;
mod peak;
mod report;
mod run;
mod subject;
mod threads;
mod timing;
mod workload;
mod workload_error;

pub use activation::Activation;
pub use allocations::allocations_of;
pub use chart::{Sweep, draw};
pub use error::Error;
pub use machine::{Machine, model_in};
pub use peak::{best_product, peak};
pub use report::{Dtype, Peak, Report, Row};
pub use run::{Options, run};
pub use subject::Subject;
pub use timing::{Timing, measure};
pub use workload::{Pass, Workload};
pub use workload_error::WorkloadError;
