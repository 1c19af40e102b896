//! Compares the time of saving and loading a network of 50 MB with that of copying and reading a file of its size.
//!
//! `cargo run --release -p brique-checkpoint --example save_and_load [FOLDER]`; the files are in a temporary folder, or
//! in a new folder in `FOLDER`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use brique_checkpoint::{load, load_into, save};
use brique_layers::{Init, Linear, Sequential};
use brique_random::portable;

const LAYERS: usize = 3;
const WIDTH: usize = 2048;
const ROUNDS: usize = 15;
const BLOCK_BYTES: usize = 1 << 18;
const NAMES: [&str; 5] = ["copy", "save", "read", "load", "load_into"];

fn network() -> Result<Sequential<f32>, Box<dyn Error>> {
    let mut rng = portable(1);
    let mut network = Sequential::new(WIDTH);
    for _ in 0..LAYERS {
        network = network.then(Linear::new(WIDTH, WIDTH, Init::Uniform(0.1), &mut rng)?)?;
    }
    Ok(network)
}

/// Copies a file block by block over another one and flushes it to the disk.
fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let (mut from, mut to) = (File::open(from)?, File::create(to)?);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match from.read(&mut block)? {
            0 => break,
            count => to.write_all(&block[..count])?,
        }
    }
    Ok(to.sync_all()?)
}

fn time(run: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed())
}

/// Measures each operation once, in the order of [`NAMES`].
fn round(
    network: &Sequential<f32>,
    other: &mut Sequential<f32>,
    folder: &Path,
) -> Result<[Duration; 5], Box<dyn Error>> {
    let (path, copied) = (folder.join("n.safetensors"), folder.join("copy"));
    Ok([
        time(|| copy(&path, &copied))?,
        time(|| Ok(save(network, &path)?))?,
        time(|| {
            black_box(fs::read(&path)?);
            Ok(())
        })?,
        time(|| {
            black_box(load::<f32>(&path)?);
            Ok(())
        })?,
        time(|| Ok(load_into(other, &path)?))?,
    ])
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let (network, mut other) = (network()?, network()?);
    let path = folder.path().join("n.safetensors");
    save(&network, &path)?;
    round(&network, &mut other, folder.path())?;

    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        rounds.push(round(&network, &mut other, folder.path())?);
    }
    let medians: Vec<f64> = (0..NAMES.len())
        .map(|number| median(rounds.iter().map(|times| times[number]).collect()))
        .collect();
    let (bytes, copy, read) = (fs::metadata(&path)?.len(), medians[0], medians[2]);
    println!("{LAYERS} layers {WIDTH} → {WIDTH} in f32, {bytes} bytes, medians of {ROUNDS} rounds:");
    println!("operation        ms   of a copy   of a read");
    for (name, time) in NAMES.iter().zip(&medians) {
        println!(
            "{name:<10} {time:>8.1} {:>11.2} {:>11.2}",
            time / copy,
            time / read
        );
    }
    Ok(())
}
