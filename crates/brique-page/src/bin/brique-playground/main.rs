//! `cargo xtask playground`: serves the page of the playground, builds its WebAssembly, and checks whether that is stale.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

mod artefact;
mod compile;
mod first_picture;
mod record;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use brique_page::LocalServer;
use clap::Parser;

/// Any failure; its text is for the user.
type Failure = Box<dyn std::error::Error>;

/// The folder of the workspace.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Serves the playground on 127.0.0.1, until it is interrupted.
///
/// The page needs no server of its own: any server for files will do.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask playground", bin_name = "cargo xtask playground")]
struct Arguments {
    /// Build the WebAssembly of the page again, and do not serve it
    #[arg(long)]
    build: bool,

    /// Check whether the WebAssembly of the page is that of the present sources; exits with 1 if it is stale or too large
    #[arg(long, conflicts_with = "build")]
    check: bool,

    /// The port; 0 is any that is free
    #[arg(long, default_value_t = 8642)]
    port: u16,

    /// The folder of the page; by default docs/playground of the workspace
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let folder = arguments
        .folder
        .unwrap_or_else(|| Path::new(WORKSPACE).join("docs/playground"));
    let done = if arguments.build {
        artefact::build(&folder)
    } else if arguments.check {
        artefact::check(&folder)
    } else {
        serve(&folder, arguments.port)
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Serves the files of the folder; returns only if that fails.
fn serve(folder: &Path, port: u16) -> Result<bool, Failure> {
    let server = LocalServer::of_folder(port, folder)?;
    println!("http://127.0.0.1:{}/ (Ctrl+C ends it)", server.port());
    loop {
        thread::park();
    }
}
