//! Overwritten gradients, compared with gradients that are set to zero and added to.

use brique_core::{Error, Gradient, Module, Workspace};
use brique_gradcheck::strategies::sizes;
use brique_layers::{Dropout, Init, LayerNorm, Linear, Sequential, Tanh};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

use crate::levels::proptest_on_every_level;

fn linear<T: Scalar>(inputs: usize, outputs: usize, seed: u64) -> Linear<T> {
    Linear::new(inputs, outputs, Init::StandardNormal, &mut portable(seed)).unwrap()
}

fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

/// Linear, tanh, layer norm, dropout, linear.
fn network<T: Scalar>([inputs, hidden, outputs]: [usize; 3]) -> Result<Sequential<T>, Error> {
    Sequential::new(inputs)
        .then(linear(inputs, hidden, 1))?
        .then(Tanh)?
        .then(LayerNorm::new(hidden)?)?
        .then(Dropout::new(0.3, 5)?)?
        .then(linear(hidden, outputs, 2))
}

/// A network whose modules are a network, which is taken apart, a network in a box, which is not, and a linear module
/// in a box.
fn nested<T: Scalar>([inputs, hidden, outputs]: [usize; 3]) -> Result<Sequential<T>, Error> {
    let within: Box<dyn Module<T>> = Box::new(network([hidden, hidden, outputs])?);
    let last: Box<dyn Module<T>> = Box::new(linear(outputs, outputs, 3));
    Sequential::new(inputs)
        .then(network([inputs, hidden, hidden])?)?
        .then(within)?
        .then(last)
}

fn fill_gradients<T: Scalar>(module: &mut dyn Module<T>, number: T) {
    module.visit_parameters_mut(&mut |parameter| parameter.gradient_mut().fill(number));
}

fn gradients<T: Scalar>(module: &dyn Module<T>) -> Vec<Array2<T>> {
    let mut gradients = Vec::new();
    module.visit_parameters(&mut |parameter| gradients.push(parameter.gradient().to_owned()));
    gradients
}

fn check<T: Scalar>(mut network: Sequential<T>, batches: [usize; 2]) {
    let mut workspace = Workspace::default();
    for (step, rows) in batches.into_iter().enumerate() {
        network.begin_step(step as u64);
        let x = normal((rows, network.input().size()), step as u64);
        let delta = normal((rows, network.output().size()), 7);
        let mut backward = |network: &mut Sequential<T>, gradient| {
            workspace.forward(network, &x).unwrap();
            workspace.backward(network, &x, &delta, gradient).unwrap();
            gradients(network)
        };
        network.zero_grad();
        let expected = backward(&mut network, Gradient::Add);
        for held in [T::one(), T::nan()] {
            fill_gradients(&mut network, held);
            assert_eq!(backward(&mut network, Gradient::Overwrite), expected);
        }
        // What they held last is overwritten as well.
        assert_eq!(backward(&mut network, Gradient::Overwrite), expected);
    }
}

proptest_on_every_level! {
    #[test]
    fn overwritten_gradients_are_those_added_to_zero([inputs, hidden, outputs, rows, more] in sizes()) {
        let sizes = [inputs, hidden.max(1), outputs];
        check(network::<f64>(sizes).unwrap(), [rows, more]);
        check(network::<f32>(sizes).unwrap(), [rows, more]);
    }

    #[test]
    fn overwritten_gradients_of_networks_in_networks_are_those_added_to_zero(
        [inputs, hidden, outputs, rows, more] in sizes(),
    ) {
        let sizes = [inputs, hidden.max(1), outputs];
        check(nested::<f64>(sizes).unwrap(), [rows, more]);
        check(nested::<f32>(sizes).unwrap(), [rows, more]);
    }
}

/// More terms than are added up at once, and a layer as wide as products are cut.
#[test]
fn overwritten_gradients_of_large_batches_are_those_added_to_zero() {
    check(network::<f64>([70, 129, 10]).unwrap(), [700, 300]);
    check(network::<f32>([70, 129, 10]).unwrap(), [700, 300]);
}

#[test]
fn a_nested_network_is_what_it_says() {
    let network = nested::<f64>([3, 4, 2]).unwrap();
    assert_eq!(network.len(), 7);
    assert_eq!(gradients(&network).len(), 3 + 3 + 1);
}

#[test]
fn what_is_refused_changes_no_gradient() {
    let mut network = network::<f64>([3, 4, 2]).unwrap();
    let mut workspace = Workspace::default();
    let (x, delta) = (normal((5, 3), 1), normal((5, 2), 2));
    fill_gradients(&mut network, 7.0);
    let mut told = |x: &Array2<f64>, delta: &Array2<f64>, workspace: &mut Workspace| {
        let done = workspace.backward(&mut network, x, delta, Gradient::Overwrite);
        let error = done.unwrap_err();
        let changed = gradients(&network).iter().flatten().any(|g| *g != 7.0);
        assert!(!changed, "{error}");
        let text = error.to_string();
        text.split_once("parameters), ").unwrap().1.to_owned()
    };
    assert_eq!(
        told(&x, &delta, &mut workspace),
        "backward: the batch in the workspace is none, expected the 5 rows of the input: forward comes first"
    );
    let other = self::network::<f64>([3, 4, 2]).unwrap();
    workspace.forward(&other, &x).unwrap();
    assert_eq!(
        told(&x, &normal((5, 3), 2), &mut workspace),
        "backward: delta has shape (5, 3), expected (5, 2): as many columns as the module's output"
    );
    assert_eq!(
        told(&normal((5, 4), 1), &delta, &mut workspace),
        "backward: an example of the input has shape (4), expected (3): what the first module takes"
    );
    assert_eq!(
        told(&normal((4, 3), 1), &normal((4, 2), 2), &mut workspace),
        "backward: the batch in the workspace is 5 rows, expected the 4 rows of the input: forward comes first"
    );
    workspace
        .backward(&mut network, &x, &delta, Gradient::Overwrite)
        .unwrap();
    assert!(
        gradients(&network)
            .iter()
            .all(|gradient| gradient.iter().all(|g| *g != 7.0))
    );
}
