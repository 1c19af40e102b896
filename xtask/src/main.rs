//! The project's tasks, `cargo xtask TASK`. Each task starts cargo.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

const HELP: &str = "\
The project's tasks.

Usage: cargo xtask TASK [OPTIONS]

Tasks:
  experiments  Make the report again: every figure, table and claim (--help for its options)
  conformance  Run exact vectors and whole trainings against the library (--help for its options)
  bench        Measure how long a training step takes (--help for its options)
  crash-test   Kill a save at every system call, and make every one fail (needs strace)
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let task = arguments.next();
    match task.as_ref().and_then(|task| task.to_str()) {
        Some("experiments") => run_in_release(&["brique-experiments"], arguments),
        Some("conformance") => run_in_release(&["brique-conformance"], arguments),
        Some("bench") => run_in_release(&["brique-bench"], arguments),
        Some("crash-test") => run_in_release(&["brique-checkpoint", "--example", "crash_test"], arguments),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            match task {
                Some(task) => eprintln!("error: there is no task '{}'\n", task.display()),
                None => eprintln!("error: no task is named\n"),
            }
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

/// Builds the program of a package, or an example of it, in release mode and runs it in the user's current directory.
fn run_in_release(program: &[&str], arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let status = Command::new(cargo)
        .args(["run", "--release", "--package"])
        .args(program)
        .args(["--manifest-path", manifest, "--"])
        .args(arguments)
        .status();
    match status {
        Ok(status) => status.code().map_or(ExitCode::FAILURE, |code| {
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }),
        Err(error) => {
            eprintln!("error: cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}
