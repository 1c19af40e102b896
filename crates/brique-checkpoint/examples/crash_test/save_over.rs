//! The program that is killed.

use std::path::Path;

use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_random::portable;

use crate::Result;

/// A path that the program asks for before the save. No file has it: the call is a mark in the trace.
pub const BEGIN: &str = "crash test: begin";
/// A path that the program asks for after the save.
pub const END: &str = "crash test: end";

/// Returns a network. Versions have different numbers and different sizes.
pub fn network(version: u8) -> Result<Sequential> {
    let mut rng = portable(version.into());
    let width = 4 + usize::from(version);
    let network = Sequential::new(3)
        .then(Linear::new(3, width, Init::PyTorch, &mut rng)?)?
        .then(Tanh)?
        .then(Linear::new(width, 2, Init::PyTorch, &mut rng)?)?;
    Ok(network)
}

/// Saves a version of the network.
pub fn save_over(path: &Path, version: u8) -> Result<()> {
    let network = network(version)?;
    let _ = Path::new(BEGIN).exists();
    let saved = brique_checkpoint::save(&network, path);
    let _ = Path::new(END).exists();
    Ok(saved?)
}
