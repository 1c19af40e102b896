//! PyTorch's own numbers, and those of 80-bit arithmetic after many steps.

use brique_core::Parameter;
use brique_optim::{Adagrad, Adam, AdamW, Error, Optimizer, RMSprop, SGD};
use brique_tensor::ndarray::array;

use crate::bag::Bag;
use crate::numbers;

/// A weight with its bias, and a weight of its own.
fn start() -> Bag {
    let [weight, bias, other] = numbers::START;
    Bag(vec![
        Parameter::with_weight_rows(array![[weight], [bias]], 1),
        Parameter::new(array![[other]]),
    ])
}

/// As in `pytorch.py`, and exact.
fn gradient(t: usize, k: usize) -> f64 {
    (((7 * k + 3 * t) % 11) as f64 - 5.0) / 4.0
}

fn check(name: &str, optimizer: Result<impl Optimizer, Error>, expected: [[f64; 3]; 5]) {
    let (mut optimizer, mut bag) = (optimizer.unwrap(), start());
    for (t, expected) in expected.iter().enumerate() {
        bag.set_gradients(|k, _| gradient(t, k));
        optimizer.step(&mut bag).unwrap();
        for (k, (found, expected)) in bag.values().into_iter().zip(expected).enumerate() {
            assert!(
                (found - expected).abs() <= 4e-15 * expected.abs().max(1.0),
                "{name}, parameter {k} after step {t}: {found}, expected {expected}"
            );
        }
    }
}

#[test]
fn sgd_is_pytorchs() {
    let sgd = || SGD::new(0.1);
    check("plain", sgd(), numbers::SGD);
    let decay = sgd().and_then(|sgd| sgd.weight_decay(0.25));
    check("decay", decay, numbers::SGD_DECAY);
    let momentum = sgd().and_then(|sgd| sgd.momentum(0.9));
    check("momentum", momentum, numbers::SGD_MOMENTUM);
    let nesterov = sgd().and_then(|sgd| sgd.nesterov(0.9));
    check("nesterov", nesterov, numbers::SGD_NESTEROV);
    let weights = sgd().and_then(|sgd| sgd.nesterov(0.8)?.decay_weights_only().weight_decay(0.25));
    check("decay of weights", weights, numbers::SGD_NESTEROV_DECAY_WEIGHTS);
}

#[test]
fn adam_is_pytorchs() {
    let adam = || Adam::new(0.1);
    check("defaults", adam(), numbers::ADAM);
    let options = adam().and_then(|adam| adam.betas(0.5, 0.75)?.eps(0.125)?.weight_decay(0.25));
    check("options", options, numbers::ADAM_OPTIONS);
    let weights = adam().and_then(|adam| adam.weight_decay(0.25));
    check(
        "decay of weights",
        weights.map(Adam::decay_weights_only),
        numbers::ADAM_DECAY_WEIGHTS,
    );
}

#[test]
fn adam_w_is_pytorchs() {
    let adam_w = || AdamW::new(0.1);
    check("defaults", adam_w(), numbers::ADAM_W);
    let options = adam_w().and_then(|adam_w| adam_w.betas(0.5, 0.75)?.eps(0.125)?.weight_decay(0.25));
    check("options", options, numbers::ADAM_W_OPTIONS);
    let weights = adam_w().and_then(|adam_w| adam_w.weight_decay(0.25));
    check(
        "decay of weights",
        weights.map(AdamW::decay_weights_only),
        numbers::ADAM_W_DECAY_WEIGHTS,
    );
}

#[test]
fn rmsprop_is_pytorchs() {
    let rmsprop = || RMSprop::new(0.1);
    check("defaults", rmsprop(), numbers::RMS_PROP);
    let options = rmsprop().and_then(|rule| rule.alpha(0.5)?.eps(0.125)?.weight_decay(0.25));
    check("options", options, numbers::RMS_PROP_OPTIONS);
    let momentum = || rmsprop().and_then(|rule| rule.momentum(0.9));
    check("momentum", momentum(), numbers::RMS_PROP_MOMENTUM);
    let weights = momentum().and_then(|rule| rule.weight_decay(0.25));
    check(
        "decay of weights",
        weights.map(RMSprop::decay_weights_only),
        numbers::RMS_PROP_MOMENTUM_DECAY_WEIGHTS,
    );
}

#[test]
fn adagrad_is_pytorchs() {
    let adagrad = || Adagrad::new(0.1);
    check("defaults", adagrad(), numbers::ADA_GRAD);
    let options = adagrad().and_then(|rule| rule.lr_decay(0.5)?.eps(0.125)?.weight_decay(0.25));
    check("options", options, numbers::ADA_GRAD_OPTIONS);
    let weights = adagrad().and_then(|rule| rule.weight_decay(0.25));
    check(
        "decay of weights",
        weights.map(Adagrad::decay_weights_only),
        numbers::ADA_GRAD_DECAY_WEIGHTS,
    );
}

/// 400 steps down three parabolas with noise.
fn check_long(name: &str, optimizer: Result<impl Optimizer, Error>, expected: [f64; 3]) {
    let (mut optimizer, mut bag) = (optimizer.unwrap(), start());
    for t in 0..400 {
        bag.set_gradients(|k, value| numbers::CURVATURES[k] * value + gradient(t, k));
        optimizer.step(&mut bag).unwrap();
    }
    for (found, expected) in bag.values().into_iter().zip(expected) {
        let distance = (found - expected).abs() / expected.abs();
        assert!(
            distance <= 2e-13,
            "{name}: {found} is {distance:e} from {expected}"
        );
    }
}

#[test]
fn four_hundred_steps_keep_the_digits_of_80_bits() {
    let sgd = SGD::new(0.05).and_then(|sgd| sgd.nesterov(0.9)?.weight_decay(1e-3));
    check_long("SGD", sgd, numbers::LONG_SGD);
    check_long("Adam", Adam::new(0.01), numbers::LONG_ADAM);
    let adam_w = AdamW::new(0.01).and_then(|adam_w| adam_w.weight_decay(0.05));
    check_long("AdamW", adam_w, numbers::LONG_ADAM_W);
    check_long("RMSprop", RMSprop::new(0.005), numbers::LONG_RMS_PROP);
    check_long("Adagrad", Adagrad::new(0.05), numbers::LONG_ADA_GRAD);
}
