//! Modules that a backward pass reports as soon as their gradients are complete.

use brique_core::{Gradient, Module, Workspace};
use brique_layers::{Flatten, Init, LayerNorm, Linear, Residual, Sequential, Tanh};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, array};

/// A chain whose second and last module keep values and have no backward pass.
fn network() -> Sequential {
    let mut rng = portable(3);
    let mut linear = |inputs, outputs| Linear::new(inputs, outputs, Init::PyTorch, &mut rng).unwrap();
    let block = Sequential::new(3)
        .then(linear(3, 3))
        .and_then(|block| block.then(Tanh))
        .unwrap();
    Sequential::new(2)
        .then(linear(2, 3))
        .and_then(|network| network.then(Flatten))
        .and_then(|network| network.then(LayerNorm::new(3)?))
        .and_then(|network| network.then(Residual::new(3, block)?))
        .and_then(|network| network.then(linear(3, 2)))
        .and_then(|network| network.then(Flatten))
        .unwrap()
}

fn gradients(module: &dyn Module) -> Vec<Array2<f64>> {
    let mut gradients = Vec::new();
    module.visit_parameters(&mut |parameter| gradients.push(parameter.gradient().to_owned()));
    gradients
}

/// Returns the names and gradients of the reported modules.
fn reports(network: &mut dyn Module, gradient: Gradient) -> Vec<(String, Vec<Array2<f64>>)> {
    let (x, delta) = (
        array![[0.5, -1.0], [2.0, 0.25], [0.0, 1.0]],
        array![[1.0, -0.5], [0.25, 0.5], [2.0, 1.0]],
    );
    let mut workspace = Workspace::default();
    workspace.forward(&*network, &x).unwrap();
    let mut reports = Vec::new();
    let mut report = |module: &mut dyn Module| {
        let name = module.to_string();
        reports.push((
            name.split(['(', ',']).next().unwrap_or_default().to_owned(),
            gradients(module),
        ));
    };
    workspace
        .backward_with_reports(network, &x, &delta, gradient, &mut report)
        .unwrap();
    reports
}

#[test]
fn a_chain_reports_each_module_once_from_the_last_to_the_first_with_its_gradients() {
    for gradient in [Gradient::Overwrite, Gradient::Add] {
        let mut network = network();
        let reports = reports(&mut network, gradient);
        let names: Vec<&str> = reports.iter().map(|(name, _)| &**name).collect();
        assert_eq!(
            names,
            ["Flatten", "Linear", "Residual", "LayerNorm", "Flatten", "Linear"]
        );
        let reported: Vec<_> = reports.into_iter().rev().flat_map(|(_, all)| all).collect();
        assert_eq!(reported, gradients(&network));
    }
}

#[test]
fn a_backward_pass_with_reports_has_the_gradients_of_one_without() {
    let (x, delta) = (
        array![[0.5, -1.0], [2.0, 0.25], [0.0, 1.0]],
        array![[1.0, -0.5], [0.25, 0.5], [2.0, 1.0]],
    );
    let (mut with, mut without) = (network(), network());
    reports(&mut with, Gradient::Overwrite);
    let mut workspace = Workspace::default();
    workspace.forward(&without, &x).unwrap();
    workspace
        .backward(&mut without, &x, &delta, Gradient::Overwrite)
        .unwrap();
    assert_eq!(gradients(&with), gradients(&without));
    assert!(
        gradients(&with)
            .iter()
            .all(|gradient| gradient.iter().any(|&n| n != 0.0))
    );
}

#[test]
fn another_module_is_reported_as_a_whole() {
    let mut residual = Residual::new(2, network_of_two()).unwrap();
    let reports = reports(&mut residual, Gradient::Overwrite);
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].1, gradients(&residual));
}

fn network_of_two() -> Sequential {
    Sequential::new(2)
        .then(Linear::from_parameters(array![[1.0, 2.0], [3.0, 4.0], [0.5, 0.25]]).unwrap())
        .and_then(|network| network.then(Tanh))
        .unwrap()
}

#[test]
fn a_boxed_chain_is_a_chain() {
    let mut boxed: Box<dyn Module> = Box::new(network());
    assert_eq!(reports(&mut boxed, Gradient::Overwrite).len(), 6);
}
