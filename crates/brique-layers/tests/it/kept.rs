//! What modules keep on their way forward, in networks.

use brique_core::{Error, Module};
use brique_gradcheck::strategies::sizes;
use brique_layers::Linear;
use brique_layers::{Elu, Gelu, Init, LogSigmoid, Sequential, Sigmoid, Silu, Softplus, Tanh, Workspace};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::levels::proptest_on_every_level;

/// Every function that keeps its slope, the first of them without anything below that could use it.
fn functions<T: Scalar>() -> Vec<Box<dyn Module<T>>> {
    vec![
        Box::new(Tanh),
        Box::new(Sigmoid),
        Box::new(Softplus),
        Box::new(LogSigmoid),
        Box::new(Silu),
        Box::new(Gelu),
        Box::new(Elu::new(0.5).unwrap()),
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
    // Once with what was kept, once when that is used up, and once where nothing was.
    network.forward_in(&x, &mut workspace).unwrap();
    for _ in 0..2 {
        network.fresh_backward_in(&x, &delta, &mut workspace).unwrap();
        assert_eq!(gradients(&network), expected);
    }
    network.predict_in(&x, &mut workspace).unwrap();
    network.fresh_backward_in(&x, &delta, &mut workspace).unwrap();
    assert_eq!(gradients(&network), expected);
    assert_eq!(network.backward_delta(&x, &delta).unwrap(), input_delta);
}

proptest_on_every_level! {
    #[test]
    fn what_is_kept_changes_no_gradient([width, rows] in sizes()) {
        check::<f64>(width, rows);
        check::<f32>(width, rows);
    }
}

/// What is kept belongs to one batch: another one in the same workspace leaves nothing of it.
#[test]
fn what_is_kept_of_one_batch_is_not_used_for_another() {
    let mut network = network::<f64>(5).unwrap();
    let mut workspace = Workspace::default();
    for (rows, seed) in [(7, 1), (3, 2), (7, 3)] {
        let (x, delta) = (normal((rows, 5), seed), normal((rows, 5), 9));
        network.forward_in(&normal((7, 5), 4), &mut workspace).unwrap();
        network.forward_in(&x, &mut workspace).unwrap();
        network.fresh_backward_in(&x, &delta, &mut workspace).unwrap();
        assert_eq!(gradients(&network), backward_by_hand(5, &x, &delta).0);
    }
}
