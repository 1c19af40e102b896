//! Twelve architectures, among them residual ones and concatenations.

use brique_core::{Module, Shape};
use brique_layers::{
    Concat, Dropout, ELU, GELU, Init, LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, ReLU, Residual,
    Sequential, SiLU, Sigmoid, Softmax, Softplus, Tanh,
};
use brique_random::portable;
use brique_tensor::Scalar;

/// A layer with parameters that depend on its sizes and the seed.
fn linear<T: Scalar>(inputs: usize, outputs: usize, seed: u64) -> Linear<T> {
    Linear::new(inputs, outputs, Init::StandardNormal, &mut portable(seed)).unwrap()
}

fn chain<T: Scalar>(inputs: usize) -> Sequential<T> {
    Sequential::new(Shape::from(inputs))
}

fn norm<T: Scalar>(values: usize) -> LayerNorm<T> {
    let mut norm = LayerNorm::new(values).unwrap();
    let mut number = 0.0;
    norm.own_parameters_mut(&mut |parameter| {
        parameter.value_mut().mapv_inplace(|value| {
            number += 0.25;
            value + T::from_f64(number)
        });
    });
    norm
}

fn block<T: Scalar>(width: usize) -> Sequential<T> {
    let first = chain(width).then(linear(width, 5, 1)).unwrap();
    first.then(Tanh).unwrap().then(linear(5, width, 2)).unwrap()
}

/// All architectures by name. Each takes examples of three values.
pub fn architectures<T: Scalar>() -> Vec<(&'static str, Box<dyn Module<T>>)> {
    let branches = Concat::new(3)
        .branch(linear(3, 2, 3))
        .and_then(|concat| concat.branch_named("wide", linear(3, 7, 4)))
        .unwrap();
    let nested = Concat::new(3)
        .branch(Residual::new(3, block(3)).unwrap())
        .and_then(|concat| concat.branch(block(3)))
        .unwrap();
    let named = chain(3)
        .then_named("encoder", block(3))
        .and_then(|network| network.then_named("head", linear(3, 1, 5)))
        .unwrap();
    let ten = |network: Sequential<T>| network.then(linear(3, 10, 6)).unwrap();
    vec![
        ("linear", Box::new(linear(3, 2, 7))),
        ("no_parameters", Box::new(chain(3).then(Tanh).unwrap())),
        ("empty", Box::new(chain::<T>(3))),
        ("perceptron", Box::new(block(3))),
        ("softmax", Box::new(ten(chain(3)).then(Softmax).unwrap())),
        (
            "activations",
            Box::new(
                ten(chain(3).then(ReLU).unwrap())
                    .then(LeakyReLU::new(0.2).unwrap())
                    .and_then(|network| network.then(ELU::new(0.5).unwrap())?.then(SiLU)?.then(GELU))
                    .and_then(|network| {
                        network
                            .then(Softplus)?
                            .then(Sigmoid)?
                            .then(LogSigmoid)?
                            .then(LogSoftmax)
                    })
                    .unwrap(),
            ),
        ),
        (
            "norm",
            Box::new(chain(3).then(norm(3)).unwrap().then(linear(3, 2, 8)).unwrap()),
        ),
        (
            "dropout",
            Box::new(block(3).then(Dropout::new(0.5, 7).unwrap()).unwrap()),
        ),
        ("residual", Box::new(Residual::new(3, block(3)).unwrap())),
        (
            "concat",
            Box::new(chain(3).then(branches).unwrap().then(linear(9, 1, 9)).unwrap()),
        ),
        (
            "nested",
            Box::new(chain(3).then(nested).unwrap().then(norm(6)).unwrap()),
        ),
        ("named", Box::new(named)),
    ]
}
