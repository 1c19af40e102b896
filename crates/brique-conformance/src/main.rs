//! `cargo xtask conformance`: runs exact vectors and complete training runs against the library.
#![allow(clippy::print_stderr, reason = "a program talks to its user")]

mod tables;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use brique_conformance::Error;
use brique_tensor::SimdLevel;
use clap::Parser;

/// Runs every case in a folder against the library: exact vectors of modules and losses, and complete training runs.
///
/// Prints, for each result of a module, its worst error in units of the last place next to PyTorch's, and for each
/// training run the distance of its losses and its final parameters from the exact ones. Files that need something the
/// library does not have are listed as not built. Exits with 1 if a case fails, with 2 if there is none.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask conformance", bin_name = "cargo xtask conformance")]
struct Arguments {
    /// The folder with the .safetensors files and their index.json; folders in it are searched too
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,

    /// Compute with this set of SIMD instructions, which the processor must have: baseline, simd128 (WebAssembly), avx2 or avx512
    #[arg(long, value_name = "LEVEL", default_value_t = SimdLevel::best())]
    simd: SimdLevel,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let run = arguments.simd.run(|| brique_conformance::run(&arguments.folder));
    match run.map_err(Error::from).flatten() {
        Ok(conformance) => {
            let text = if arguments.json {
                format!("{:#}", conformance.to_json())
            } else {
                tables::tables(&conformance)
            };
            // A write error is ignored: the reader may have closed the pipe, as `head` does.
            let _nobody_reads = writeln!(io::stdout(), "{text}");
            if conformance.holds() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
