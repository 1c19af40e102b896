//! Saved values, in networks.

use brique_core::{Error, Gradient, Module, Workspace};
use brique_gradcheck::strategies::sizes;
use brique_layers::Linear;
use brique_layers::{ELU, GELU, Init, LogSigmoid, ReLU, Residual, Sequential, SiLU, Sigmoid, Softplus, Tanh};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

/// Every function that saves its derivative, and two that do not.
fn functions<T: Scalar>() -> Vec<Box<dyn Module<T>>> {
    vec![
        Box::new(Tanh),
        Box::new(Sigmoid),
        Box::new(Softplus),
        Box::new(LogSigmoid),
        Box::new(SiLU),
        Box::new(GELU),
        Box::new(ELU::new(0.5).unwrap()),
    ]
}

fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

/// Each function with a linear module behind it.
fn modules<T: Scalar>(width: usize) -> Vec<Box<dyn Module<T>>> {
    let linear = |seed| Linear::new(width, width, Init::StandardNormal, &mut portable(seed)).unwrap();
    let with_linear = |(function, seed)| -> [Box<dyn Module<T>>; 2] { [function, Box::new(linear(seed))] };
    functions().into_iter().zip(0..).flat_map(with_linear).collect()
}

fn network<T: Scalar>(width: usize) -> Result<Sequential<T>, Error> {
    modules(width)
        .into_iter()
        .try_fold(Sequential::new(width), Sequential::then)
}

/// The gradients and the error of the input, of modules that are called one after the other and remember nothing.
fn backward_by_hand<T: Scalar>(
    width: usize,
    x: &Matrix<T>,
    delta: &Matrix<T>,
) -> (Vec<Array2<T>>, Array2<T>) {
    let mut modules = modules::<T>(width);
    let mut inputs = vec![x.to_owned()];
    for module in &modules {
        inputs.push(module.forward(&inputs[inputs.len() - 1]).unwrap());
    }
    let mut delta = delta.to_owned();
    let mut gradients = Vec::new();
    for (module, input) in modules.iter_mut().zip(&inputs).rev() {
        module.backward_update_gradient(input, &delta).unwrap();
        delta = module.backward_delta(input, &delta).unwrap();
        module.visit_parameters(&mut |parameter| gradients.insert(0, parameter.gradient().to_owned()));
    }
    (gradients, delta)
}

fn gradients<T: Scalar>(network: &Sequential<T>) -> Vec<Array2<T>> {
    let mut gradients = Vec::new();
    network.visit_parameters(&mut |parameter| gradients.push(parameter.gradient().to_owned()));
    gradients
}

fn check<T: Scalar>(width: usize, rows: usize) {
    let mut network = network::<T>(width).unwrap();
    let (x, delta) = (normal((rows, width), 1), normal((rows, width), 2));
    let (expected, input_delta) = backward_by_hand(width, &x, &delta);
    let mut workspace = Workspace::default();
    for _ in 0..2 {
        workspace.forward(&network, &x).unwrap();
        let found = workspace.backward_with_delta(&mut network, &x, &delta, Gradient::Overwrite);
        assert_eq!(found.unwrap(), input_delta);
        assert_eq!(gradients(&network), expected);
        workspace.predict(&network, &x).unwrap();
    }
    assert_eq!(network.backward_delta(&x, &delta).unwrap(), input_delta);
}

proptest! {
    #[test]
    fn saved_values_change_no_gradient([width, rows] in sizes()) {
        check::<f64>(width, rows);
        check::<f32>(width, rows);
    }
}

/// Saved values belong to one batch: another one in the same workspace uses none of them.
#[test]
fn saved_values_of_one_batch_are_not_used_for_another() {
    let mut network = network::<f64>(5).unwrap();
    let mut workspace = Workspace::default();
    for (rows, seed) in [(7, 1), (3, 2), (7, 3)] {
        let (x, delta) = (normal((rows, 5), seed), normal((rows, 5), 9));
        workspace.forward(&network, &normal((7, 5), 4)).unwrap();
        workspace.forward(&network, &x).unwrap();
        workspace
            .backward(&mut network, &x, &delta, Gradient::Overwrite)
            .unwrap();
        assert_eq!(gradients(&network), backward_by_hand(5, &x, &delta).0);
    }
}

/// A linear module, then `second`, then a linear module: networks of one shape.
fn around(second: impl Module + 'static) -> Sequential {
    let linear = |seed| Linear::new(3, 3, Init::StandardNormal, &mut portable(seed)).unwrap();
    let network = Sequential::new(3).then(linear(1)).unwrap();
    network.then(second).unwrap().then(linear(2)).unwrap()
}

/// Networks whose shapes and numbers of modules are the same as those of the first, but not what they save.
fn others() -> Vec<Sequential> {
    vec![
        around(ReLU),
        around(Box::new(Sequential::new(3).then(Tanh).unwrap()) as Box<dyn Module>),
        around(Residual::new(3, Tanh).unwrap()),
    ]
}

#[test]
fn a_backward_pass_of_another_network_is_refused() {
    let (x, delta) = (normal((4, 3), 1), normal((4, 3), 2));
    let first = around(Tanh);
    let mut workspace = Workspace::default();
    for mut other in others() {
        workspace.forward(&first, &x).unwrap();
        let error = workspace
            .backward(&mut other, &x, &delta, Gradient::Add)
            .unwrap_err();
        assert!(
            error.to_string().ends_with(
                "the batch in the workspace is that of another network, expected the 4 rows of the input: \
                 forward comes first"
            ),
            "{error}"
        );
        assert!(
            gradients(&other)
                .iter()
                .all(|gradient| gradient.iter().all(|&g| g == 0.0))
        );
        // What the refused pass left behind is no batch of either network.
        assert!(workspace.backward(&mut other, &x, &delta, Gradient::Add).is_err());
    }
}

#[test]
fn a_workspace_serves_one_network_after_the_other() {
    let (x, delta) = (normal((4, 3), 1), normal((4, 3), 2));
    let mut workspace = Workspace::default();
    let mut networks = others();
    networks.push(around(Tanh));
    for _ in 0..2 {
        for network in &mut networks {
            let expected = network.forward(&x).unwrap();
            network.zero_grad();
            network.backward_update_gradient(&x, &delta).unwrap();
            let expected_gradients = gradients(network);
            assert_eq!(workspace.predict(network, &x).unwrap(), expected);
            assert_eq!(workspace.forward(network, &x).unwrap(), expected);
            workspace
                .backward(network, &x, &delta, Gradient::Overwrite)
                .unwrap();
            assert_eq!(gradients(network), expected_gradients);
        }
    }
}

/// A network that grows between two steps, at the same place in memory.
#[test]
fn a_workspace_follows_a_network_that_changes() {
    let x = normal((4, 3), 1);
    let mut network = around(Tanh);
    let mut workspace = Workspace::default();
    for _ in 0..3 {
        let expected = network.forward(&x).unwrap();
        assert_eq!(workspace.forward(&network, &x).unwrap(), expected);
        workspace
            .backward(&mut network, &x, &expected, Gradient::Overwrite)
            .unwrap();
        workspace.forward(&network, &x).unwrap();
        network = network.then(Tanh).unwrap();
        assert!(
            workspace
                .backward(&mut network, &x, &expected, Gradient::Add)
                .is_err()
        );
    }
}
