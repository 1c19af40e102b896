use brique_datasets::Dataset;
use brique_layers::{Dropout, Init, LayerNorm, Linear, ReLU, Sequential, Tanh};
use brique_losses::MSELoss;
use brique_optim::{Adam, Optimizer, SGD};
use brique_random::portable;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Scalar, Threads};
use brique_train::Fit;

use crate::networks::{data, parameters};

const BATCH: usize = 128;
const HIDDEN: usize = 300;

/// 3–300–300–2: products, functions and updates of the layer between are large enough for two threads.
fn large_network<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(1);
    let mut linear = |inputs, outputs| Linear::new(inputs, outputs, Init::XavierUniform, &mut rng).unwrap();
    let network = Sequential::new(3).then(linear(3, HIDDEN)).unwrap();
    let network = network.then(Tanh).unwrap().then(linear(HIDDEN, HIDDEN)).unwrap();
    let network = network.then(LayerNorm::new(HIDDEN).unwrap()).unwrap();
    let network = network.then(Dropout::new(0.1, 3).unwrap()).unwrap();
    network.then(ReLU).unwrap().then(linear(HIDDEN, 2)).unwrap()
}

/// Losses and parameters of a training of 3 epochs, whose last batches are short.
fn training<T: Scalar>(data: &Dataset<T>, optimizer: &mut dyn Optimizer<T>) -> (Vec<f64>, Vec<Array2<T>>) {
    let mut network = large_network();
    let history = Fit::new(3, BATCH)
        .clip_norm(1.0)
        .run(&mut network, &MSELoss::new(), optimizer, data)
        .unwrap();
    (history.losses().collect(), parameters(&network))
}

fn check<T: Scalar, O: Optimizer<T>>(optimizer: impl Fn() -> O + Sync) {
    let data = data::<T>(300, 5);
    let run = || training(&data, &mut optimizer());
    let (losses, values) = run();
    assert!(losses[2] < losses[0]);
    for count in [1, 2] {
        let (found_losses, found) = Threads::new(count).unwrap().run(run);
        assert_eq!(found_losses, losses, "{count} threads, {}", T::NAME);
        assert_eq!(found, values, "{count} threads, {}", T::NAME);
    }
}

#[test]
fn a_training_has_the_same_bits_on_one_thread_and_on_two() {
    check::<f64, _>(|| Adam::new(1e-3).unwrap());
    check::<f32, _>(|| Adam::new(1e-3).unwrap());
    check::<f64, _>(|| SGD::new(0.01).unwrap().momentum(0.9).unwrap());
    check::<f32, _>(|| SGD::new(0.01).unwrap().momentum(0.9).unwrap());
}
