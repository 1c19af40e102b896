//! Compares the time of a step of four residual blocks with that of the same chain without the additions.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::time::{Duration, Instant};

use brique_core::Module;
use brique_layers::{Init, Linear, ReLU, Residual, Sequential};
use brique_losses::MSELoss;
use brique_optim::SGD;
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use brique_train::Stepper;

const BLOCKS: usize = 4;
const ROWS: usize = 128;
const ROUNDS: usize = 15;

fn chain(width: usize, is_residual: bool) -> Result<Sequential<f32>, Box<dyn Error>> {
    let mut rng = portable(1);
    let mut network = Sequential::new(width);
    for _ in 0..BLOCKS {
        let mut linear = || Linear::new(width, width, Init::Uniform(0.01), &mut rng);
        let block = Sequential::new(width)
            .then(linear()?)?
            .then(ReLU)?
            .then(linear()?)?;
        network = if is_residual {
            network.then(Residual::new(width, block)?)?
        } else {
            network.then(block)?
        };
    }
    Ok(network)
}

/// Returns the shortest time of several steps of each network, measured in turn.
fn shortest(width: usize) -> Result<[Duration; 2], Box<dyn Error>> {
    let mut rng = portable(2);
    let x = Array2::from_shape_simple_fn((ROWS, width), || f32::from_f64(rng.standard_normal()));
    let mut networks: Vec<(Box<dyn Module<f32>>, Stepper<f32>)> = Vec::new();
    for is_residual in [false, true] {
        networks.push((Box::new(chain(width, is_residual)?), Stepper::default()));
    }
    let (loss, mut descent) = (MSELoss::new(), SGD::new(1e-6)?);
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        for ((network, stepper), shortest) in networks.iter_mut().zip(&mut shortest) {
            for _ in 0..20 {
                let start = Instant::now();
                stepper.step(&mut **network, &loss, &mut descent, &x, &x)?;
                *shortest = (*shortest).min(start.elapsed());
            }
        }
    }
    Ok(shortest)
}

fn main() -> Result<(), Box<dyn Error>> {
    for width in [64, 256] {
        let [plain, residual] = shortest(width)?;
        let ratio = residual.as_secs_f64() / plain.as_secs_f64();
        println!("width {width}: chain {plain:?}, residual {residual:?}, ratio {ratio:.3}");
    }
    Ok(())
}
