//! Measures the time and the allocations of a training step, and compares its speed with the peak of the machine.
//!
//! * [`run`] measures workloads and returns a [`Report`] with a [`Row`] for each workload and number type.
//! * [`Workload`] is a network, a batch, and the pass that is measured; [`Workload::defaults`] returns those that are
//!   measured by default.
//! * [`measure`] measures the time of a step without the time of reading the clock. [`peak`] measures the largest
//!   speed of the processor, and [`best_product`] the largest speed of the library.
//! * [`allocations_of`] counts allocations on all threads.
//! * [`Sweep`] and [`draw`] draw the time of a step against batch and width.
//!
//! A step uses the public interface: `Stepper::step` on a `Sequential`, `MSELoss` and `SGD`.
//!
//! The command line program is `cargo xtask bench`.

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
