//! Measures the time and the allocations of a training step, and compares its speed with the peak of the machine.
//!
//! Start with the command line program `cargo xtask bench`, or with [`run`] in a program of your own.
//!
//! * [`run`] measures workloads and returns a [`Report`], with a [`Row`] for each workload in `f32` and in `f64`.
//! * [`Workload`] is a network, a batch, and the pass that is measured; [`Workload::defaults`] returns those that are
//!   measured by default, and [`Workload::convolutions`] those with convolutions.
//! * [`measure`] measures the time of a step, without the time of reading the clock. [`peak`] measures the highest
//!   speed that the processor reaches, and [`best_product`] the highest speed that the library reaches.
//! * [`allocations_of`] counts allocations on all threads.
//! * [`Sweep`] and [`draw`] draw the time of a step against the batch size and the layer width.
//! * [`MessageCost`] and [`StepTimes`] compute what many machines gain, and [`draw_scaling`] draws it.
//!
//! A step uses the public interface: `Stepper::step` on a `Sequential`, `MSELoss` or `CrossEntropyLoss`, and `SGD`.

mod activation;
mod allocations;
mod chart;
mod convolutional;
mod error;
mod machine;
mod peak;
mod report;
mod run;
mod scaling;
mod scaling_chart;
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
pub use scaling::{GradientTime, MOST, MessageCost, StepTimes};
pub use scaling_chart::draw_scaling;
pub use subject::Subject;
pub use timing::{Timing, measure};
pub use workload::{Pass, Workload};
pub use workload_error::WorkloadError;
