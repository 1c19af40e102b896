//! `cargo xtask experiments`: generates the report, or checks the committed one.
#![allow(clippy::print_stderr, reason = "a program talks to its user")]

mod cli;
mod processes;
mod terminal;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use brique_experiments::experiments::ALL;
use brique_experiments::{Committed, Error, Experiment, Run, Settings, Workers, emptied};
use clap::Parser;

use crate::cli::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match carry_out(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments request, together with the other processes. Only the first process writes files and prints.
fn carry_out(arguments: &Arguments) -> Result<bool, Error> {
    let mut workers = processes::workers(arguments.threads)?;
    if arguments.list {
        if workers.is_first() {
            terminal::list(&ALL);
        }
        Ok(true)
    } else if arguments.check {
        check(arguments, &mut workers)
    } else {
        make(arguments, &mut workers)
    }
}

/// Runs the requested experiments and writes their results. With `--bless`, if every claim holds, it also updates the
/// committed copy.
fn make(arguments: &Arguments, workers: &mut Workers<'_>) -> Result<bool, Error> {
    let settings = Settings {
        seeds: arguments.seeds,
    };
    let run = run(&arguments.experiments(), &settings, workers)?;
    if !workers.is_first() {
        return Ok(true);
    }
    let folder = arguments.out.clone().map_or_else(default_folder, Ok)?;
    run.write(&folder)?;
    terminal::summary(&run);
    terminal::say(&format!("report: {}", folder.join("report.md").display()));
    if !arguments.bless {
        return Ok(true);
    }
    if run.claims().any(|claim| !claim.holds()) {
        eprintln!("error: a claim does not hold; the committed report stays as it was");
        return Ok(false);
    }
    run.replace(&committed())?;
    terminal::say(&format!("blessed: {}", committed().join("report.md").display()));
    Ok(true)
}

fn default_folder() -> Result<PathBuf, Error> {
    let folder = workspace().join("target/report");
    emptied(&folder)?;
    Ok(folder)
}

/// Runs the requested experiments, or all, into a temporary folder and names the differences from the committed report.
fn check(arguments: &Arguments, workers: &mut Workers<'_>) -> Result<bool, Error> {
    let committed = Committed::read(&committed()).inspect_err(|error| workers.fail(error))?;
    let run = run(&arguments.experiments(), &Settings::default(), workers)?;
    if !workers.is_first() {
        return Ok(true);
    }
    let folder = tempfile::tempdir().map_err(Error::file("make a folder in", &env::temp_dir()))?;
    run.write(folder.path())?;
    terminal::summary(&run);
    let faults = committed.faults(&run);
    terminal::verdict(&faults);
    Ok(faults.is_empty())
}

fn run(experiments: &[&Experiment], settings: &Settings, workers: &mut Workers<'_>) -> Result<Run, Error> {
    let bars = workers
        .is_first()
        .then(|| terminal::Bars::new(experiments, settings));
    Run::of(experiments, settings, workers, &|name| {
        if let Some(bars) = &bars {
            bars.advance(name);
        }
    })
}

fn committed() -> PathBuf {
    workspace().join("docs/report")
}

/// The root of the workspace, found from the folder of the package: that of the run if cargo runs it, otherwise that of
/// the build.
fn workspace() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.ancestors().nth(2).map_or(package.clone(), Path::to_owned)
}
