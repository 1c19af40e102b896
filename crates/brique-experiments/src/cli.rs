//! The command-line options.

use std::path::PathBuf;

use brique_experiments::experiments::ALL;
use brique_experiments::{Experiment, Settings};
use clap::Parser;
use clap::builder::PossibleValuesParser;

/// Makes the report again: every figure, table and claim of its experiments.
///
/// Writes report.md, results.json and figures/*.svg.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask experiments", bin_name = "cargo xtask experiments")]
pub(crate) struct Arguments {
    /// Run only this experiment (may be given several times)
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(ALL.map(|experiment| experiment.name)))]
    pub(crate) only: Vec<String>,

    /// Write to this folder [default: target/report]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Repeat over this many seeds where an experiment is repeated
    #[arg(long, value_name = "N", default_value_t = Settings::SEEDS, value_parser = at_least_one)]
    pub(crate) seeds: usize,

    /// Share the seeds among this many threads of each process; the results are the same [default: one a core]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) threads: Option<usize>,

    /// Run everything, or what --only names, into a temporary folder; fail if a claim does, or if the committed report
    /// differs
    #[arg(long, conflicts_with_all = ["out", "seeds", "bless", "list"])]
    pub(crate) check: bool,

    /// Refresh the committed report in docs/report too
    #[arg(long, conflicts_with_all = ["only", "seeds", "list"])]
    pub(crate) bless: bool,

    /// List the experiments
    #[arg(long)]
    pub(crate) list: bool,
}

impl Arguments {
    /// The requested experiments, or all.
    pub(crate) fn experiments(&self) -> Vec<&'static Experiment> {
        let is_chosen = |name: &str| self.only.is_empty() || self.only.iter().any(|chosen| chosen == name);
        ALL.iter()
            .filter(|experiment| is_chosen(experiment.name))
            .collect()
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least one".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("expected a whole number: {error}")),
    }
}
