//! Loads the network that `train_and_save` has saved, and predicts.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use brique::prelude::*;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = brique::checkpoint::load::<f64>("line.safetensors")?;
    println!("{network}: {:.0}", network.predict(&array![[2.0]])?);
    Ok(())
}
