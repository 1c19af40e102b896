//! The results of a benchmark.

use brique::tensor::SimdLevel;
use clap::ValueEnum;
use serde::{Serialize, Serializer};

use crate::Machine;

/// The two number types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

impl Dtype {
    /// Both number types.
    pub const ALL: [Self; 2] = [Self::F32, Self::F64];

    /// Returns `"f32"` or `"f64"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// The result of one workload with one number type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The name of the workload.
    pub workload: String,
    /// The number type.
    pub dtype: Dtype,
    /// The number of threads.
    pub threads: usize,
    /// The SIMD level.
    #[serde(serialize_with = "by_name")]
    pub simd: SimdLevel,
    /// Microseconds per step, the median of the samples.
    pub median_us: f64,
    /// Microseconds per step in the shortest sample.
    pub min_us: f64,
    /// The number of allocations of a warm step.
    pub allocations_per_step: f64,
    /// 10⁹ operations per second in the shortest sample; only the operations of the matrix products that a step needs
    /// are counted.
    pub gflops: f64,
    /// `gflops` as a fraction of `peak_gflops`.
    pub fraction_of_peak: f64,
    /// [`Peak::gflops`] of this number type.
    pub peak_gflops: f64,
    /// [`Peak::best_product_gflops`] of this number type.
    pub best_product_gflops: f64,
    /// `best_product_gflops` as a fraction of `peak_gflops`.
    pub best_product_fraction_of_peak: f64,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn by_name<S: Serializer>(level: &SimdLevel, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(level)
}

/// The largest speeds with one number type, at the SIMD level and with the threads of the report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The number type.
    pub dtype: Dtype,
    /// 10⁹ operations per second in multiply-adds on registers only: the limit of the machine.
    pub gflops: f64,
    /// 10⁹ operations per second in the fastest of a layer's products at 512 × 512 · 512 × 512: the limit of the
    /// library.
    pub best_product_gflops: f64,
}

impl Peak {
    /// Returns the best product as a fraction of the peak.
    #[must_use]
    pub fn best_product_fraction(&self) -> f64 {
        self.best_product_gflops / self.gflops
    }
}

/// All results, and the conditions of the measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// The number of threads.
    pub threads: usize,
    /// The SIMD level.
    pub simd: SimdLevel,
    /// One for each number type.
    pub peaks: Vec<Peak>,
    /// The rows, by workload and then by number type.
    pub rows: Vec<Row>,
}

impl Report {
    /// Describes the conditions of the measurement: `Fast 9000, 8 cores, 1 thread, avx2`.
    #[must_use]
    pub fn conditions(&self) -> String {
        let Machine { processor, cores } = &self.machine;
        let (cores, threads) = (counted(*cores, "core"), counted(self.threads, "thread"));
        format!("{processor}, {cores}, {threads}, {}", self.simd)
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
