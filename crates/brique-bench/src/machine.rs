//! On which machine something was measured.

use std::{env, fs, thread};

/// What the numbers depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The processor's name where the system tells it, else its architecture.
    pub processor: String,
    /// How many threads run at the same time.
    pub cores: usize,
}

impl Machine {
    /// The machine that this runs on.
    #[must_use]
    pub fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            processor: model_in(&cpuinfo).unwrap_or(env::consts::ARCH).to_owned(),
            cores: thread::available_parallelism().map_or(1, Into::into),
        }
    }
}

/// The name of the first processor in a text like Linux's `/proc/cpuinfo`; there is none on every architecture.
///
/// ```
/// let cpuinfo = "processor\t: 0\nmodel name\t: Fast 9000\n\nprocessor\t: 1\nmodel name\t: Slow 1\n";
/// assert_eq!(brique_bench::model_in(cpuinfo), Some("Fast 9000"));
/// ```
#[must_use]
pub fn model_in(cpuinfo: &str) -> Option<&str> {
    let entries = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let mut models = entries.filter(|(key, _)| key.trim() == "model name");
    models.next().map(|(_, model)| model.trim())
}
