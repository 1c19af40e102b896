//! Trains a line and saves it. `load_and_predict` is the other program.

use brique::prelude::*;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = line(&mut portable(1));
    let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut portable(2))?;
    let mut sgd = SGD::new(0.02)?;
    Fit::new(500, 80).run(&mut network, &MSELoss::new(), &mut sgd, &data)?;
    brique::checkpoint::save(&network, "line.safetensors")?;
    Ok(())
}
