//! The project's tasks, `cargo xtask TASK`. Each task starts cargo.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

const HELP: &str = "\
The project's tasks.

Usage: cargo xtask TASK [OPTIONS]

Tasks:
  experiments  Make the report again: every figure, table and claim (--help for its options)
  conformance  Run exact vectors and whole trainings against the library (--help for its options)
  bench        Measure how long a training step takes (--help for its options)
  playground   Serve the playground on this machine; --build makes its WebAssembly, --check says whether it is stale
  doc          Build the documentation of all crates (--open opens it)
  onnx-backend Run a folder of the onnx package's backend tests through import and prediction
  crash-test   Kill a save at every system call, and make every one fail (needs strace)
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let task = arguments.next();
    match task.as_ref().and_then(|task| task.to_str()) {
        Some("experiments") => run_in_release(experiments(), arguments),
        Some("conformance") => run_in_release(&["--bin", "brique-conformance"], arguments),
        Some("bench") => run_in_release(&["--bin", "brique-bench"], arguments),
        Some("playground") => {
            let program = ["--features", "brique-page/tool", "--bin", "brique-playground"];
            run("dev", &program, arguments)
        }
        Some("onnx-backend") => run_in_release(&["--bin", "brique-onnx-backend"], arguments),
        Some("doc") => document(arguments),
        Some("crash-test") => run_in_release(&["--example", "crash_test"], arguments),
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

/// The program of the experiments. Processes that `mpirun` has started share the seeds, which takes a feature.
fn experiments() -> &'static [&'static str] {
    // Open MPI sets the one and MPICH the other.
    let variables = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"];
    if variables.iter().any(|name| env::var_os(name).is_some()) {
        &[
            "--features",
            "brique-experiments/mpi",
            "--bin",
            "brique-experiments",
        ]
    } else {
        &["--bin", "brique-experiments"]
    }
}

/// Builds a program or an example in release mode and runs it in the user's current directory.
///
/// No package is named: the features of all packages together are the same for every task and for `cargo test --workspace`, so
/// that nothing is compiled again for another task.
fn run_in_release(program: &[&str], arguments: impl Iterator<Item = OsString>) -> ExitCode {
    run("release", program, arguments)
}

fn run(profile: &str, program: &[&str], arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let status = cargo()
        .args(["run", "--profile", profile])
        .args(program)
        .args(["--manifest-path", MANIFEST, "--"])
        .args(arguments)
        .status();
    exit_code(status)
}

/// Builds the documentation of all crates, one after the other: cargo removes a crate's folder before it documents the
/// crate, and rustdoc links to another crate only if it finds its folder.
fn document(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    if let Err(error) = make_folders() {
        eprintln!("error: the folders of the documentation cannot be made: {error}");
        return ExitCode::FAILURE;
    }
    let status = cargo()
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--jobs",
            "1",
            "--manifest-path",
            MANIFEST,
        ])
        .args(arguments)
        .status();
    exit_code(status)
}

/// Makes the folder of each crate's documentation, because cargo documents the crates in any order.
fn make_folders() -> io::Result<()> {
    let workspace = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    for entry in fs::read_dir(workspace.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().replace('-', "_");
        fs::create_dir_all(target.join("doc").join(name))?;
    }
    Ok(())
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn exit_code(status: io::Result<ExitStatus>) -> ExitCode {
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
