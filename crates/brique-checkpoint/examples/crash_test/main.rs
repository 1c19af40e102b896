//! Kills a program at every system call of a save, and makes every one of these calls fail. The file must be the old
//! one or the new one each time.
//!
//! `cargo xtask crash-test` starts it. It needs strace. With a path and the number of a version it is the program that
//! saves.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

mod folder;
mod injection;
mod save_over;
mod scenario;
mod strace;
mod tally;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use folder::Folder;
use injection::{Injection, judge};
use scenario::Scenario;
use strace::Call;
use tally::Tally;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match &arguments[..] {
        [] => crash_test(),
        [path, version] => version
            .parse()
            .map_err(Into::into)
            .and_then(|version| save_over::save_over(Path::new(path), version))
            .map(|()| true),
        _ => Err("usage: crash_test [PATH VERSION]".into()),
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

/// Runs all scenarios and prints the summary. Returns whether no file was bad.
fn crash_test() -> Result<bool> {
    strace::check_installed()?;
    let start = Instant::now();
    let folder = Folder::new()?;
    let mut tally = Tally::default();
    for scenario in &scenario::ALL {
        run_scenario(&folder, scenario, &mut tally)?;
    }
    print!("{tally}");
    println!("{:.1} s", start.elapsed().as_secs_f64());
    Ok(tally.bad() == 0)
}

fn run_scenario(folder: &Folder, scenario: &Scenario, tally: &mut Tally) -> Result<()> {
    folder.prepare(scenario)?;
    let mut calls = strace::run(folder, scenario, None)?.calls_of_the_save()?;
    match scenario.failing {
        None => strace::check_order(&calls)?,
        // What comes before is the same as in a save that succeeds.
        Some(failing) => {
            let position = calls.iter().position(|call| call.name == failing);
            calls.drain(..=position.ok_or("the call that fails is not made")?);
        }
    }
    println!("{}: {} crash points", scenario.name, calls.len());
    for (position, call) in calls.iter().enumerate() {
        tally.add_point(&call.name);
        let is_end = position + 1 == calls.len();
        for injection in injection::ALL {
            // The last call is behind the save: to be killed there is to be killed when the save has returned.
            if injection == Injection::Kill || !is_end {
                run_point(folder, scenario, call, injection, tally)?;
            }
        }
    }
    Ok(())
}

/// Runs a save with one injection, judges what it left, and saves once more.
fn run_point(
    folder: &Folder,
    scenario: &Scenario,
    call: &Call,
    injection: Injection,
    tally: &mut Tally,
) -> Result<()> {
    folder.prepare(scenario)?;
    let run = strace::run(folder, scenario, Some((call, injection)))?;
    let state = folder.state(scenario)?;
    let mut fault = judge(injection, &run, state, scenario).map(str::to_owned);
    if fault.is_none() {
        fault = folder.save_once_more(scenario)?;
    }
    if let Some(fault) = &fault {
        println!("{}, {}: {fault}", scenario.name, injection.option(call));
    }
    tally.add_run(&call.name, state, run.has_failed(), fault.is_some());
    Ok(())
}
