//! Writes everything that a person takes away from a playground into a folder: the Rust program as a package that
//! depends on this workspace, the PyTorch program, and files of the network before and after the training. Prints the
//! digest of the training at the SIMD level baseline.
//!
//! `cargo run --release -p brique-page --example playground_take_away -- CONFIG.json FOLDER`
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::fs;
use std::path::Path;

use brique_page::playground::{Config, Playground};
use brique_tensor::SimdLevel;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, folder] = arguments.as_slice() else {
        return Err("expected CONFIG.json and FOLDER".into());
    };
    let config = Config::from_json(&fs::read_to_string(config)?)?;
    let folder = Path::new(folder);
    let bits = SimdLevel::Baseline.run(|| take_away(config, folder))??;
    println!("digest {bits}");
    Ok(())
}

fn take_away(config: Config, folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut playground = Playground::new(config)?;
    let package = folder.join("taken_away");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("Cargo.toml"), manifest())?;
    fs::write(package.join("src/main.rs"), playground.rust())?;
    fs::write(folder.join("playground.py"), playground.pytorch())?;
    fs::write(folder.join("brique.safetensors"), playground.safetensors()?)?;
    while !playground.status().ended {
        playground.epoch()?;
    }
    fs::write(folder.join("trained.safetensors"), playground.safetensors()?)?;
    fs::write(folder.join("trained.onnx"), playground.onnx()?)?;
    let history = playground.history();
    for (name, losses) in [
        ("training", Some(&history.train_loss)),
        ("test", history.test_loss.as_ref()),
    ] {
        if let Some(loss) = losses.and_then(|losses| losses.last()) {
            println!("{name} set: loss {loss:.6}");
        }
    }
    Ok(playground.bits())
}

/// The manifest of the Rust program. The package is a workspace of its own, wherever its folder is.
fn manifest() -> String {
    let brique = concat!(env!("CARGO_MANIFEST_DIR"), "/../brique");
    format!(
        "[package]\nname = \"taken_away\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nbrique = {{ path = {brique:?} }}\n"
    )
}
