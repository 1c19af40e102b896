use brique_layers::{Init, Linear};
use brique_random::portable;
use brique_tensor::Matrix;
use brique_tensor::ndarray::ArrayRef1;
use proptest::prelude::*;

use brique_gradcheck::strategies::size;

const EVERY: [Init; 7] = [
    Init::StandardNormal,
    Init::Uniform(0.3),
    Init::PyTorch,
    Init::XavierUniform,
    Init::XavierNormal,
    Init::HeUniform,
    Init::HeNormal,
];

fn layer(inputs: usize, outputs: usize, init: Init) -> Linear {
    Linear::new(inputs, outputs, init, &mut portable(11)).unwrap()
}

fn variance(weight: &Matrix) -> f64 {
    weight.iter().map(|w| w * w).sum::<f64>() / weight.len() as f64
}

fn largest(weight: &Matrix) -> f64 {
    weight.iter().fold(0.0, |largest, w| w.abs().max(largest))
}

fn all_zero(bias: &ArrayRef1<f64>) -> bool {
    bias.iter().all(|b| b.to_bits() == 0)
}

/// Of 300 · 200 weights: no one beyond the bound, the largest close to it, the variance that of U(−bound, bound).
fn check_uniform(init: Init, bound: f64) {
    let linear = layer(300, 200, init);
    let largest = largest(&linear.weight());
    assert!(
        largest <= bound && largest > 0.999 * bound,
        "{init:?}: {largest}, bound {bound}"
    );
    let (found, expected) = (variance(&linear.weight()), bound * bound / 3.0);
    assert!(
        (found / expected - 1.0).abs() < 0.02,
        "{init:?}: variance {found}, expected {expected}"
    );
}

fn check_normal(init: Init, expected: f64) {
    let linear = layer(300, 200, init);
    let found = variance(&linear.weight());
    assert!(
        (found / expected - 1.0).abs() < 0.02,
        "{init:?}: variance {found}, expected {expected}"
    );
    assert!(
        largest(&linear.weight()) > 3.5 * expected.sqrt(),
        "{init:?} has no tails"
    );
}

#[test]
fn weights_have_the_spread_of_their_formula() {
    check_normal(Init::StandardNormal, 1.0);
    check_uniform(Init::Uniform(0.3), 0.3);
    check_uniform(Init::PyTorch, (1.0 / 300.0_f64).sqrt());
    check_uniform(Init::XavierUniform, (6.0 / 500.0_f64).sqrt());
    check_normal(Init::XavierNormal, 2.0 / 500.0);
    check_uniform(Init::HeUniform, (6.0 / 300.0_f64).sqrt());
    check_normal(Init::HeNormal, 2.0 / 300.0);
}

/// With one input, counting the bias would halve what a formula divides by.
#[test]
fn fan_in_never_counts_the_bias() {
    for (init, inputs, expected) in [
        (Init::PyTorch, 1, 1.0 / 3.0),
        (Init::HeUniform, 1, 2.0),
        (Init::HeNormal, 1, 2.0),
        (Init::HeNormal, 2, 1.0),
    ] {
        let found = variance(&layer(inputs, 30_000, init).weight());
        assert!(
            (found / expected - 1.0).abs() < 0.03,
            "{init:?}: variance {found}, expected {expected}"
        );
    }
    for init in [Init::XavierUniform, Init::XavierNormal] {
        let square = |seed| {
            let linear: Linear = Linear::new(1, 1, init, &mut portable(seed)).unwrap();
            linear.weight()[[0, 0]].powi(2)
        };
        let found = (0..10_000).map(square).sum::<f64>() / 10_000.0;
        assert!(
            (found - 1.0).abs() < 0.1,
            "{init:?}: variance {found}, expected 2 / (1 + 1)"
        );
    }
}

#[test]
fn a_drawn_bias_is_drawn_like_the_weights() {
    for (init, expected) in [
        (Init::StandardNormal, 1.0),
        (Init::Uniform(0.3), 0.03),
        (Init::PyTorch, 1.0 / 12.0),
    ] {
        let linear = layer(4, 60_000, init);
        let found = linear.bias().iter().map(|b| b * b).sum::<f64>() / 60_000.0;
        assert!(
            (found / expected - 1.0).abs() < 0.03,
            "{init:?}: variance {found}, expected {expected}"
        );
    }
}

#[test]
fn the_bias_is_drawn_or_zero() {
    for init in [Init::StandardNormal, Init::Uniform(0.3), Init::PyTorch] {
        let linear = layer(4, 50, init);
        assert!(linear.bias().iter().all(|b| *b != 0.0), "{init:?}");
    }
    for init in [
        Init::XavierUniform,
        Init::XavierNormal,
        Init::HeUniform,
        Init::HeNormal,
    ] {
        assert!(all_zero(&layer(4, 50, init).bias()), "{init:?}");
    }
}

#[test]
fn the_default_is_the_reports() {
    assert_eq!(Init::default(), Init::StandardNormal);
}

proptest! {
    #[test]
    fn every_shape_has_finite_parameters_from_the_seed_alone(inputs in size(), outputs in size()) {
        for init in EVERY {
            let linear = layer(inputs, outputs, init);
            prop_assert_eq!(linear.parameters().shape(), (inputs + 1, outputs));
            prop_assert!(linear.parameters().value().iter().all(|p| p.is_finite()));
            prop_assert_eq!(linear, layer(inputs, outputs, init));
        }
    }

    #[test]
    fn f32_layers_are_rounded_f64_layers(inputs in size(), outputs in size()) {
        for init in EVERY {
            let single: Linear<f32> = Linear::new(inputs, outputs, init, &mut portable(11)).unwrap();
            #[expect(clippy::cast_possible_truncation, reason = "rounding is what is compared")]
            let rounded = layer(inputs, outputs, init).parameters().value().mapv(|p| p as f32);
            prop_assert_eq!(single.parameters().value(), rounded);
        }
    }
}
