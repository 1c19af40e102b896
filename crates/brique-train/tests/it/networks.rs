//! Networks and data to train with.

use brique_core::Module;
use brique_datasets::Dataset;
use brique_layers::{Init, Linear, ReLU, Sequential, Tanh};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

pub fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

/// 3–8–6–2 with a tanh and a rectifier between.
pub fn network<T: Scalar>(seed: u64) -> Sequential<T> {
    let mut rng = portable(seed);
    let mut linear = |inputs, outputs| Linear::new(inputs, outputs, Init::XavierUniform, &mut rng).unwrap();
    let network = Sequential::new(3).then(linear(3, 8)).unwrap().then(Tanh).unwrap();
    network
        .then(linear(8, 6))
        .unwrap()
        .then(ReLU)
        .unwrap()
        .then(linear(6, 2))
        .unwrap()
}

pub fn line(weight: f64, bias: f64) -> Sequential {
    let parameters = Array2::from_shape_vec((2, 1), vec![weight, bias]).unwrap();
    Sequential::new(1)
        .then(Linear::from_parameters(parameters).unwrap())
        .unwrap()
}

/// Two inputs' worth of noise: targets that a network can learn a little of.
pub fn data<T: Scalar>(examples: usize, seed: u64) -> Dataset<T> {
    Dataset::new(normal((examples, 3), seed), normal((examples, 2), seed ^ 1)).unwrap()
}

pub fn parameters<T: Scalar>(network: &Sequential<T>) -> Vec<Array2<T>> {
    let mut values = Vec::new();
    network.visit_parameters(&mut |parameter| values.push(parameter.value().to_owned()));
    values
}
