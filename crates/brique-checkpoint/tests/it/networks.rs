//! Fourteen architectures, among them residual ones, concatenations and convolutions.

use brique_core::{Module, Shape};
use brique_layers::{
    AvgPool2D, Concat, Conv1D, Conv2D, Dropout, ELU, GELU, GlobalAvgPool, GroupNorm, Init, LayerNorm,
    LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1D, ReLU, Reshape, Residual, Sequential, SiLU, Sigmoid,
    Softmax, Softplus, Tanh, Window,
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

/// Convolutions and a max pool along one axis.
fn convolution<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(11);
    let first = Conv1D::new(
        [3, 1],
        4,
        Window::new(2).padding(1),
        Init::StandardNormal,
        &mut rng,
    )
    .unwrap();
    let second = Conv1D::grouped(
        [4, 4],
        6,
        Window::new(2).dilation(2),
        2,
        Init::StandardNormal,
        &mut rng,
    );
    let network = chain(3).then(Reshape::new([3, 1])).unwrap().then(first).unwrap();
    let network = network.then(Tanh).unwrap().then(second.unwrap()).unwrap();
    let network = network.then(MaxPool1D::new([2, 6], 2).unwrap()).unwrap();
    let network = network.then(GlobalAvgPool::new([1, 6]).unwrap()).unwrap();
    network.then(linear(6, 2, 10)).unwrap()
}

/// A convolution, an average pool and a normalisation along two axes.
fn image<T: Scalar>() -> Sequential<T> {
    let window = Window::new([2, 3]).padding([1, 2]).stride([1, 2]);
    let conv = Conv2D::new([1, 3, 1], 4, window, Init::StandardNormal, &mut portable(12)).unwrap();
    let network = chain(3)
        .then(Reshape::new([1, 3, 1]))
        .unwrap()
        .then(conv)
        .unwrap();
    let network = network.then(GroupNorm::new([2, 3, 4], 2).unwrap()).unwrap();
    // The mean of what was just normalised would be nearly 0, and its error relative to it large.
    let network = network.then(ReLU).unwrap();
    let network = network.then(AvgPool2D::new([2, 3, 4], [2, 1]).unwrap()).unwrap();
    let network = network.then(GlobalAvgPool::new([1, 3, 4]).unwrap()).unwrap();
    network.then(linear(4, 2, 13)).unwrap()
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
        ("convolution", Box::new(convolution())),
        ("image", Box::new(image())),
    ]
}
