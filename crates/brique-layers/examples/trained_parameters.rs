//! Trains a network in both types of number and prints every bit of its parameters, at every SIMD level of
//! the processor: the same, however it is compiled.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use brique_core::{Error, Gradient, Loss, Module, Workspace};
use brique_layers::{Dropout, Init, LayerNorm, Linear, Sequential, Tanh};
use brique_losses::MSELoss;
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Scalar, SimdLevel};

fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

/// 30–24–20 with a normalisation, a tanh and a dropout between.
fn network<T: Scalar>() -> Result<Sequential<T>, Error> {
    let mut rng = portable(3);
    Sequential::new(30)
        .then(Linear::new(30, 24, Init::PyTorch, &mut rng)?)?
        .then(LayerNorm::new(24)?)?
        .then(Tanh)?
        .then(Dropout::new(0.1, 7)?)?
        .then(Linear::new(24, 20, Init::PyTorch, &mut rng)?)
}

/// All parameters of the network after 50 steps, in batches of 33 rows of 100.
///
/// # Errors
///
/// None that these shapes have.
pub fn trained<T: Scalar>() -> Result<Vec<T>, Error> {
    let (x, y): (Array2<T>, Array2<T>) = (normal((100, 30), 1), normal((100, 20), 2));
    let (mut network, mut workspace) = (network::<T>()?, Workspace::default());
    let loss = MSELoss::new();
    let batches = || {
        x.axis_chunks_iter(Axis(0), 33)
            .zip(y.axis_chunks_iter(Axis(0), 33))
    };
    for (step, (x, y)) in (0..50).flat_map(|_| batches()).take(50).enumerate() {
        network.begin_step(step as u64);
        let delta = loss.backward(&y, &workspace.forward(&network, &x)?)?;
        network.zero_grad();
        workspace.backward(&mut network, &x, &delta, Gradient::Add)?;
        network.update_parameters(T::from_f64(0.1))?;
    }
    let mut parameters = Vec::new();
    network.visit_parameters(&mut |parameter| parameters.extend(parameter.value().iter().copied()));
    Ok(parameters)
}

/// Every bit of them, a parameter a line, first in `f64` and then in `f32`.
///
/// # Errors
///
/// As [`trained`].
pub fn in_both_types() -> Result<String, Error> {
    let double = trained::<f64>()?
        .into_iter()
        .map(|p| format!("{:016x}\n", p.to_bits()));
    let single = trained::<f32>()?
        .into_iter()
        .map(|p| format!("{:08x}\n", p.to_bits()));
    Ok(double.chain(single).collect())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for level in SimdLevel::available() {
        print!("{}", level.run(in_both_types)??);
    }
    Ok(())
}
