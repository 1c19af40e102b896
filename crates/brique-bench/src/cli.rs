//! The command line arguments.
#![allow(clippy::doc_markdown, reason = "the help on the terminal is no Markdown")]

use std::path::PathBuf;
use std::time::Duration;

use brique::tensor::{SimdLevel, SimdLevelError};
use brique_bench::{Dtype, Options, Workload};
use clap::Parser;

/// Measures the time of a training step, in microseconds.
///
/// A step clears the gradients, runs the forward pass, computes the mean squared error, runs the backward pass and
/// makes an update of plain gradient descent. p1_predict runs the forward pass only, with one example. For each
/// workload and number type the output contains the median and the shortest time of a step, the number of allocations
/// of a warm step, the rate of its matrix products in 10⁹ operations per second, and that rate as a fraction of the
/// peak.
///
/// The peak is the rate of the processor in fused multiply-adds on registers only, at the same SIMD level and with the
/// same number of threads, measured in the same run; at the baseline of x86-64 it is measured in multiplications and
/// additions. The best product is the forward product of 512 × 512 × 512.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub(crate) struct Arguments {
    /// Print JSON instead of a table: an array with an object for each workload and type of number
    #[arg(long)]
    pub(crate) json: bool,

    /// Compute with this number of threads
    #[arg(long, value_name = "N", default_value = "1", value_parser = threads, allow_hyphen_values = true)]
    threads: usize,

    /// Compute with this set of SIMD instructions, which the processor must have: baseline, simd128 (WebAssembly), avx2 or avx512
    #[arg(long, value_name = "LEVEL", default_value_t = SimdLevel::best(), value_parser = simd)]
    simd: SimdLevel,

    /// Measure each workload for about this many seconds, and never less than five samples
    #[arg(long, value_name = "S", default_value = "1", value_parser = seconds, allow_hyphen_values = true)]
    seconds: Duration,

    /// Measure with this number type only [default: both]
    #[arg(long)]
    dtype: Option<Dtype>,

    /// Measure the training of this network instead of the default workloads (may be given several times): the sizes
    /// of input, hidden layers and output, the batch, and the activation between the layers, such as 3-50-2:40:tanh
    ///
    /// A network with convolutions has a name: c1_course, c2_mnist1d, c3_lenet or c4_vgg; its loss is the cross-entropy.
    ///
    /// ACTIVATION is tanh, relu, sigmoid, leaky_relu, elu, silu, gelu, softplus or log_sigmoid; - or none for none.
    #[arg(
        long = "workload",
        value_name = "SIZES:BATCH:ACTIVATION",
        allow_hyphen_values = true
    )]
    workloads: Vec<Workload>,

    /// Measure the time of a step against batch and against width instead, and draw DIR/step_time.svg; and against the
    /// length, the channels and the kernel of a convolution, and draw DIR/convolutions.svg
    #[arg(long, value_name = "DIR", conflicts_with = "workloads")]
    pub(crate) chart: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn options(&self) -> Options {
        let workloads = if self.workloads.is_empty() {
            Workload::defaults()
        } else {
            self.workloads.clone()
        };
        Options {
            workloads,
            dtypes: self
                .dtype
                .map_or_else(|| Dtype::ALL.to_vec(), |dtype| vec![dtype]),
            threads: self.threads,
            simd: self.simd,
            time: self.seconds,
        }
    }
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads) if threads > 0 => Ok(threads),
        _ => Err(format!(
            "found '{text}', expected a whole number of at least 1, such as 2"
        )),
    }
}

fn simd(text: &str) -> Result<SimdLevel, SimdLevelError> {
    let level: SimdLevel = text.parse()?;
    level.run(|| level)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let refused = |found: &str| format!("found {found}, expected a finite number of at least 0, such as 0.5");
    let seconds: f64 = text.parse().map_err(|_| refused(&format!("'{text}'")))?;
    if !(seconds.is_finite() && seconds >= 0.0) {
        return Err(refused(&format!("'{text}'")));
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| refused("more seconds than a clock can count"))
}
