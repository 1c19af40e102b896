//! The output on the terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use brique_experiments::{Experiment, Run, Settings};
use comfy_table::{Table, presets};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// One progress bar per experiment, none if the output is not a terminal.
pub(crate) struct Bars {
    by_name: BTreeMap<&'static str, ProgressBar>,
    _together: MultiProgress,
}

impl Bars {
    pub(crate) fn new(experiments: &[&Experiment], settings: &Settings) -> Self {
        let together = MultiProgress::new();
        let style = ProgressStyle::with_template("{prefix:>22} {bar:30.cyan} {pos}/{len} {elapsed:.dim}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let by_name = experiments
            .iter()
            .map(|experiment| {
                let bar = ProgressBar::new((experiment.steps)(settings) as u64).with_prefix(experiment.name);
                (experiment.name, together.add(bar.with_style(style.clone())))
            })
            .collect();
        Self {
            by_name,
            _together: together,
        }
    }

    pub(crate) fn advance(&self, name: &str) {
        if let Some(bar) = self.by_name.get(name) {
            bar.inc(1);
            if Some(bar.position()) == bar.length() {
                bar.finish();
            }
        }
    }
}

/// The experiments with their subjects, one line each.
pub(crate) fn list(experiments: &[Experiment]) {
    let width = experiments
        .iter()
        .map(|experiment| experiment.name.len())
        .max()
        .unwrap_or(0);
    for experiment in experiments {
        say(&format!("{:width$}  {}", experiment.name, experiment.summary));
    }
}

/// A row for each experiment, then the claims that do not hold.
pub(crate) fn summary(run: &Run) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["experiment", "claims", "result"]);
    for (name, outcome) in run.outcomes() {
        let held = outcome.claims.iter().filter(|claim| claim.holds()).count();
        table.add_row([
            (*name).to_owned(),
            format!("{held} of {}", outcome.claims.len()),
            outcome.headline.clone(),
        ]);
    }
    say(&table.trim_fmt());
    for claim in run.claims().filter(|claim| !claim.holds()) {
        say(&format!(
            "does not hold: {} — {}: {}, expected {}",
            claim.id,
            claim.text,
            claim.measured_as_text(),
            claim.bound_as_text()
        ));
    }
}

/// The faults that the check found, or a message that there are none.
pub(crate) fn verdict(faults: &[String]) {
    const SHOWN: usize = 20;
    for fault in faults.iter().take(SHOWN) {
        eprintln!("check: {fault}");
    }
    if faults.len() > SHOWN {
        eprintln!("check: and {} more", faults.len() - SHOWN);
    }
    if faults.is_empty() {
        say("check: every claim holds, docs/report agrees, no figure is missing");
    }
}

/// Writes a line to standard output. A closed pipe, as with `| head`, is not an error.
pub(crate) fn say(line: &str) {
    let _nobody_reads = writeln!(io::stdout(), "{line}");
}
