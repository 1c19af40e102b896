//! Trains the configuration of a playground at the SIMD level `Baseline`, and prints the digest of its bits:
//! `cargo run -p brique-page --example playground_bits -- CONFIG STEPS`.
//!
//! `CONFIG` is the JSON of a configuration, or a file that contains it. The playground in a browser has the same digest
//! after as many steps.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

use brique_page::playground::{Config, Playground};
use brique_tensor::SimdLevel;

fn main() -> ExitCode {
    match run() {
        Ok(bits) => {
            println!("{bits}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(config), Some(steps), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err(
            "expected two arguments: a configuration, or the file of one, and a number of steps".into(),
        );
    };
    let text = if config.starts_with('{') {
        config
    } else {
        fs::read_to_string(&config).map_err(|error| format!("{config}: {error}"))?
    };
    let steps = steps.parse()?;
    Ok(SimdLevel::Baseline.run(|| bits(&text, steps))??)
}

/// Returns the digest of a training after a number of steps.
fn bits(config: &str, steps: usize) -> Result<String, brique_page::playground::Error> {
    let mut playground = Playground::new(Config::from_json(config)?)?;
    playground.step(steps)?;
    Ok(playground.bits())
}
