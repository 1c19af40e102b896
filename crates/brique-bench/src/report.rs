//! What was found.

use clap::ValueEnum;
use serde::Serialize;

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
    /// Microseconds a step, the median of the samples.
    pub median_us: f64,
    /// Microseconds a step in the shortest sample.
    pub min_us: f64,
    /// How often a warm step asks for memory.
    pub allocations_per_step: f64,
    /// 10⁹ operations a second, of those in the matrix products that a step needs, in the shortest sample.
    pub gflops: f64,
    /// Of the fastest product there is.
    pub fraction_of_peak: f64,
}

/// The fastest product with one type of number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The type of number.
    pub dtype: Dtype,
    /// 10⁹ operations a second.
    pub gflops: f64,
}

/// All that was measured, and on what.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// On how many threads.
    pub threads: usize,
    /// One for each type of number.
    pub peaks: Vec<Peak>,
    /// Workload by workload, type by type.
    pub rows: Vec<Row>,
}

impl Report {
    /// Where it was measured, in words: `Fast 9000, 8 cores, 1 thread`.
    #[must_use]
    pub fn machine_and_threads(&self) -> String {
        let Machine { processor, cores } = &self.machine;
        let (cores, threads) = (counted(*cores, "core"), counted(self.threads, "thread"));
        format!("{processor}, {cores}, {threads}")
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
