//! The machine on which a measurement was made.

use std::{env, fs, thread};

/// The properties of a machine that the results depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The processor's name if the system provides it, otherwise its architecture.
    pub processor: String,
    /// The number of threads that can run at the same time.
    pub cores: usize,
}

impl Machine {
    /// Returns the current machine.
    #[must_use]
    pub fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            processor: model_in(&cpuinfo).unwrap_or(env::consts::ARCH).to_owned(),
            cores: thread::available_parallelism().map_or(1, Into::into),
        }
    }
}

/// Returns the name of the first processor in a text like Linux's `/proc/cpuinfo`; some architectures do not provide a
/// name.
///
/// ```
/// let cpuinfo = "processor\t: 0\nmodel name\t: Fast 9000\n\n\
///                processor\t: 1\nmodel name\t: Slow 1\n";
/// assert_eq!(brique_bench::model_in(cpuinfo), Some("Fast 9000"));
/// ```
#[must_use]
pub fn model_in(cpuinfo: &str) -> Option<&str> {
    let entries = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let mut models = entries.filter(|(key, _)| key.trim() == "model name");
    models.next().map(|(_, model)| model.trim())
}
