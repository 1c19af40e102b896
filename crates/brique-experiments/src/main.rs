//! `cargo xtask experiments`: makes the report again, or checks that it can be made.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

mod cli;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use brique_experiments::experiments::ALL;
use brique_experiments::{Error, Experiment, Run, Settings, differences};
use clap::Parser;

use crate::cli::Arguments;

/// How far a number may be from the committed one, relative.
const TOLERANCE: f64 = 1e-9;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = if arguments.list {
        terminal::list(&ALL);
        Ok(true)
    } else if arguments.check {
        check()
    } else {
        make(&arguments)
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what is asked for and writes it; where asked, refreshes the committed copy too.
fn make(arguments: &Arguments) -> Result<bool, Error> {
    let chosen: Vec<&Experiment> = ALL
        .iter()
        .filter(|experiment| {
            arguments.only.is_empty() || arguments.only.iter().any(|name| name == experiment.name)
        })
        .collect();
    let run = run(
        &chosen,
        &Settings {
            seeds: arguments.seeds,
        },
    )?;
    let folder = arguments
        .out
        .clone()
        .unwrap_or_else(|| workspace().join("target/report"));
    run.write(&folder)?;
    terminal::summary(&run);
    println!("report: {}", folder.join("report.md").display());
    if arguments.bless {
        bless(&run)?;
        println!("blessed: {}", committed().join("report.md").display());
    }
    Ok(true)
}

/// Replaces the committed report; figures that are no longer made go.
fn bless(run: &Run) -> Result<(), Error> {
    let figures = committed().join("figures");
    if figures.exists() {
        fs::remove_dir_all(&figures).map_err(|source| file_error("empty", &figures, source))?;
    }
    run.write(&committed())
}

/// Runs everything into a temporary folder and names what is not as it was committed.
fn check() -> Result<bool, Error> {
    let folder = tempfile::tempdir().map_err(|source| file_error("make", &env::temp_dir(), source))?;
    let run = run(&ALL.iter().collect::<Vec<_>>(), &Settings::default())?;
    run.write(folder.path())?;
    terminal::summary(&run);

    let path = committed().join("results.json");
    let text = fs::read_to_string(&path).map_err(|source| file_error("read", &path, source))?;
    let committed_results = serde_json::from_str(&text).map_err(|source| Error::Json {
        path: path.clone(),
        source,
    })?;
    let mut faults: Vec<String> = run
        .claims()
        .filter(|claim| !claim.holds())
        .map(|claim| {
            format!(
                "claim {} fails: {} is not {}",
                claim.id,
                claim.measured_as_text(),
                claim.bound_as_text()
            )
        })
        .collect();
    faults.extend(
        differences(&committed_results, &run.results(), TOLERANCE)
            .into_iter()
            .map(|difference| format!("docs/report/results.json: {difference}")),
    );
    for folder in [folder.path(), &committed()] {
        for figure in run.figures() {
            let path = folder.join("figures").join(&figure.file);
            if !path.is_file() {
                faults.push(format!("figure {} is missing", path.display()));
            }
        }
    }
    terminal::verdict(&faults);
    Ok(faults.is_empty())
}

fn run(experiments: &[&Experiment], settings: &Settings) -> Result<Run, Error> {
    let bars = terminal::Bars::new(experiments, settings);
    Run::of(experiments, settings, &|name| bars.advance(name))
}

fn file_error(verb: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File {
        verb,
        path: path.to_owned(),
        source,
    }
}

fn committed() -> PathBuf {
    workspace().join("docs/report")
}

/// The root of the workspace: where cargo runs this package from, or where it was built.
fn workspace() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.ancestors().nth(2).map_or(package.clone(), Path::to_owned)
}
