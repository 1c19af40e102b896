//! `cargo xtask bench`: measures the time of a training step.
#![allow(clippy::print_stderr, reason = "a program talks to its user")]

mod cli;
mod table;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use brique_bench::{Error, Options, Report, Sweep, draw, run};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match bench(&arguments) {
        Ok(text) => {
            // A write error is ignored: the reader may have closed the pipe, as `head` does.
            let _nobody_reads = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the requested measurements, draws the figures if requested, and returns the text to print.
fn bench(arguments: &Arguments) -> Result<String, Box<dyn std::error::Error>> {
    let report = match &arguments.chart {
        None => measured(&arguments.options())?,
        Some(folder) => charted(arguments.options(), folder)?,
    };
    if arguments.json {
        return Ok(serde_json::to_string_pretty(&report.rows)?);
    }
    Ok(table::table(&report))
}

fn charted(mut options: Options, folder: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let paths = ["step_time.svg", "convolutions.svg"].map(|name| folder.join(name));
    let written = |path: &Path, done: io::Result<()>| {
        done.map_err(|source| Error::Write {
            path: path.to_owned(),
            source,
        })
    };
    // Create the folder before the measurements, which take minutes.
    written(&paths[0], fs::create_dir_all(folder))?;
    let (linear, convolutions) = (Sweep::defaults(), Sweep::convolutions());
    let sweeps = linear.iter().chain(&convolutions);
    options.workloads = sweeps.flat_map(Sweep::workloads).cloned().collect();
    let report = measured(&options)?;
    for (path, sweeps) in paths.iter().zip([&linear[..], &convolutions[..]]) {
        written(path, fs::write(path, draw(sweeps, &report)))?;
    }
    Ok(report)
}

/// Measures with a progress bar on the terminal, which is redrawn only between the measurements.
fn measured(options: &Options) -> Result<Report, Error> {
    let style = ProgressStyle::with_template("{bar:30.cyan} {pos}/{len} {msg}");
    let bar = ProgressBar::new(options.measurements() as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let report = run(options, &|what| {
        bar.set_message(what.to_owned());
        bar.inc(1);
    });
    bar.finish_and_clear();
    report
}
