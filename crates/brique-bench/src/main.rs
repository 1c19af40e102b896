//! `cargo xtask bench`: how long a step of training takes.
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
            // That nobody reads on, as behind `head`, is no mistake.
            let _nobody_reads = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures what is asked for, draws it where that is asked for, and gives what is printed.
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
    let path = folder.join("step_time.svg");
    let written = |done: io::Result<()>| {
        done.map_err(|source| Error::Write {
            path: path.clone(),
            source,
        })
    };
    // Before the measurements, which take a minute.
    written(fs::create_dir_all(folder))?;
    let sweeps = Sweep::defaults();
    options.workloads = sweeps.iter().flat_map(Sweep::workloads).cloned().collect();
    let report = measured(&options)?;
    written(fs::write(&path, draw(&sweeps, &report)))?;
    Ok(report)
}

/// Measures with a progress bar on the terminal, which is redrawn between the measurements only.
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
