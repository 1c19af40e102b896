//! What was found.

use brique::tensor::SimdLevel;
use clap::ValueEnum;
use serde::{Serialize, Serializer};

use crate::Machine;

/// The two kinds of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

impl Dtype {
    /// Both.
    pub const ALL: [Self; 2] = [Self::F32, Self::F64];

    /// `"f32"` or `"f64"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// One workload with one type of number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub workload: String,
    /// The type of its numbers.
    pub dtype: Dtype,
    /// On how many threads.
    pub threads: usize,
    /// At which SIMD level.
    #[serde(serialize_with = "by_name")]
    pub simd: SimdLevel,
    /// Microseconds a step, the median of the samples.
    pub median_us: f64,
    /// Microseconds a step in the shortest sample.
    pub min_us: f64,
    /// How often a warm step asks for memory.
    pub allocations_per_step: f64,
    /// 10⁹ operations a second, of those in the matrix products that a step needs, in the shortest sample.
    pub gflops: f64,
    /// `gflops` as a fraction of `peak_gflops`.
    pub fraction_of_peak: f64,
    /// [`Peak::gflops`] of this type of number.
    pub peak_gflops: f64,
    /// [`Peak::best_product_gflops`] of this type of number.
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

/// The most that can be reached with one type of number, at the SIMD level and on the threads of the report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The type of number.
    pub dtype: Dtype,
    /// 10⁹ operations a second, in multiply-adds on registers alone: the limit of the machine.
    pub gflops: f64,
    /// 10⁹ operations a second in the fastest of a layer's products at 512 × 512 · 512 × 512: the limit of the library.
    pub best_product_gflops: f64,
}

impl Peak {
    /// The best product as a fraction of the peak.
    #[must_use]
    pub fn best_product_fraction(&self) -> f64 {
        self.best_product_gflops / self.gflops
    }
}

/// All that was measured, and on what.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// On how many threads.
    pub threads: usize,
    /// At which SIMD level.
    pub simd: SimdLevel,
    /// One for each type of number.
    pub peaks: Vec<Peak>,
    /// Workload by workload, type by type.
    pub rows: Vec<Row>,
}

impl Report {
    /// Where and how it was measured, in words: `Fast 9000, 8 cores, 1 thread, avx2`.
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
