//! The statistics of layers on cases that are computed by hand.

use brique_core::Module;
use brique_layers::{Linear, ReLU, Sequential, Sigmoid, Tanh};
use brique_losses::MSELoss;
use brique_page::playground::layer_statistics;
use brique_tensor::ndarray::{Array2, array};

use crate::networks::{flat, image, numbers};

#[test]
fn sizes_and_dead_units_are_those_computed_by_hand() {
    // z = [x, −x − 1]: the second unit is dead for x ≥ 0; y = ReLU(z); ŷ = 2·y₀ + y₁.
    let network: Sequential = Sequential::new(1)
        .then(Linear::from_parameters(array![[1.0, -1.0], [0.0, -1.0]]).unwrap())
        .and_then(|network| network.then(ReLU))
        .and_then(|network| network.then(Linear::from_parameters(array![[2.0], [1.0], [0.0]]).unwrap()))
        .unwrap();
    // L = ((2·1 − 0)² + (2·2 − 0)²) / 2, so δ = 2·ŷ/2 = [2, 4].
    let (x, y) = (array![[1.0], [2.0]], array![[0.0], [0.0]]);
    let statistics = layer_statistics(&network, &MSELoss::new(), &x, &y).unwrap();
    let paths: Vec<&str> = statistics.iter().map(|it| &*it.path).collect();
    assert_eq!(paths, ["0", "1", "2"]);
    assert_eq!(statistics[0].text, "Linear(1 → 2)");
    // δ of the last module is [2, 4]; before it, W₀·δ = [4, 8] and W₁·δ = [2, 4]; the dead unit propagates nothing.
    let close = |found: f64, squares: f64| assert!((found * found - squares).abs() < 1e-12, "{found}");
    close(statistics[2].delta, 20.0 / 2.0);
    close(statistics[1].delta, (16.0 + 64.0 + 4.0 + 16.0) / 4.0);
    close(statistics[0].delta, (16.0 + 64.0) / 4.0);
    // ∇W₀ = 1·4 + 2·8, ∇b₀ = 4 + 8, and 0 for the dead unit.
    close(statistics[0].gradient.unwrap(), (20.0 * 20.0 + 12.0 * 12.0) / 4.0);
    assert_eq!(statistics[1].gradient, None);
    // ∇W = [1·2 + 2·4, 0], ∇b = 2 + 4.
    close(statistics[2].gradient.unwrap(), (100.0 + 36.0) / 3.0);
    assert_eq!(statistics[1].dead, Some(0.5));
    assert_eq!((statistics[0].dead, statistics[1].saturated), (None, None));
}

#[test]
fn saturated_outputs_have_a_derivative_below_a_twentieth_of_the_largest() {
    // 1 − tanh²(x) is 0.0502 at 2.178 and 0.0498 at 2.182; 4·σ·(1 − σ) is it at twice these numbers.
    let x = array![[0.0], [2.178], [2.182], [-3.0]];
    let y = Array2::zeros((4, 1));
    let tanh: Sequential = Sequential::new(1).then(Tanh).unwrap();
    let found = layer_statistics(&tanh, &MSELoss::new(), &x, &y).unwrap();
    assert_eq!(found[0].saturated, Some(0.5));
    let sigmoid: Sequential = Sequential::new(1).then(Sigmoid).unwrap();
    let found = layer_statistics(&sigmoid, &MSELoss::new(), &(2.0 * &x), &y).unwrap();
    assert_eq!(found[0].saturated, Some(0.5));
}

#[test]
fn modules_inside_a_residual_are_measured_too() {
    let network = flat().pop().unwrap();
    let (x, y) = (numbers((8, 2), 1), Array2::zeros((8, 3)));
    let found = layer_statistics(&network, &MSELoss::new(), &x, &y).unwrap();
    let paths: Vec<&str> = found.iter().map(|it| &*it.path).collect();
    assert_eq!(
        paths,
        [
            "0",
            "1",
            "1.module",
            "1.module.0",
            "1.module.1",
            "1.module.2",
            "2"
        ]
    );
    // Without dropout, δ of the inner chain is that of the residual.
    assert!((found[1].delta - found[2].delta).abs() < 1e-15);
    assert!((found[1].delta - found[5].delta).abs() < 1e-15);
    assert!(found[3].gradient.unwrap() > 0.0);
    assert!(found[4].saturated.is_some());
}

#[test]
fn delta_of_a_module_before_a_flatten_is_found() {
    let network = image();
    let (x, y) = (numbers((3, 36), 1), Array2::zeros((3, 3)));
    let found = layer_statistics(&network, &MSELoss::new(), &x, &y).unwrap();
    let flatten = found.iter().position(|it| it.text == "Flatten").unwrap();
    assert!((found[flatten].delta - found[flatten - 1].delta).abs() < 1e-15);
    assert!(found.iter().all(|it| it.delta > 0.0 && it.delta.is_finite()));
}

#[test]
fn at_most_256_examples_are_measured() {
    let network = flat().remove(0);
    let x = numbers((300, 2), 1);
    let y = numbers((300, 3), 2);
    let all = layer_statistics(&network, &MSELoss::new(), &x, &y).unwrap();
    let first = |matrix: &Array2<f64>| {
        matrix
            .slice_axis(brique_tensor::ndarray::Axis(0), (..256).into())
            .to_owned()
    };
    let some = layer_statistics(&network, &MSELoss::new(), &first(&x), &first(&y)).unwrap();
    assert_eq!(all, some);
    let parameters = network.describe().parameter_count();
    assert_eq!(parameters, 2 * 4 + 4 + 4 * 3 + 3);
}
