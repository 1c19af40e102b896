//! Trains a layer in both types of number and prints every bit of its parameters: the same, however it is compiled.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use brique_core::{Error, Loss, Module};
use brique_layers::{Init, Linear};
use brique_losses::MSELoss;
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, Axis};

fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

/// The parameters of a layer from 30 to 20 values after 50 steps, in batches of 33 rows of 100.
///
/// # Errors
///
/// None that these shapes have.
pub fn trained<T: Scalar>() -> Result<Array2<T>, Error> {
    let (x, y): (Array2<T>, Array2<T>) = (normal((100, 30), 1), normal((100, 20), 2));
    let mut linear: Linear<T> = Linear::new(30, 20, Init::PyTorch, &mut portable(3))?;
    let loss = MSELoss::default();
    let batches = || {
        x.axis_chunks_iter(Axis(0), 33)
            .zip(y.axis_chunks_iter(Axis(0), 33))
    };
    for (x, y) in (0..50).flat_map(|_| batches()).take(50) {
        let delta = loss.backward(&y, &linear.forward(&x)?)?;
        linear.zero_grad();
        linear.backward_update_gradient(&x, &delta)?;
        linear.update_parameters(T::from_f64(0.1))?;
    }
    Ok(linear.parameters().value().to_owned())
}

fn main() -> Result<(), Error> {
    for parameter in trained::<f64>()? {
        println!("{:016x}", parameter.to_bits());
    }
    for parameter in trained::<f32>()? {
        println!("{:08x}", parameter.to_bits());
    }
    Ok(())
}
