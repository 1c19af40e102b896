//! Networks and batches that contain every module of the playground.

use brique_core::{Loss, Module};
use brique_layers::{
    AvgPool2D, Conv2D, Dropout, ELU, Flatten, GELU, GlobalAvgPool, GroupNorm, Init, LayerNorm, LeakyReLU,
    Linear, MaxPool2D, ReLU, Residual, Sequential, SiLU, Sigmoid, Softplus, Tanh, Window,
};
use brique_losses::{BCEWithLogitsLoss, CrossEntropyLoss, HingeLoss, HuberLoss, L1Loss, MSELoss};
use brique_page::playground;
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;

pub fn numbers(shape: (usize, usize), seed: u64) -> Array2<f64> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || rng.standard_normal())
}

fn linear(inputs: usize, outputs: usize, seed: u64) -> Linear {
    Linear::new(inputs, outputs, Init::StandardNormal, &mut portable(seed)).unwrap()
}

/// Draws all parameters, so that none is 0 or 1.
fn drawn(mut network: Sequential) -> Sequential {
    let mut rng = portable(5);
    network.visit_parameters_mut(&mut |parameter| {
        let deviation = 0.5;
        parameter
            .value_mut()
            .map_inplace(|value| *value = rng.normal(0.1, deviation));
    });
    network
}

/// Networks of two inputs, with all modules that the plane can have.
pub fn flat() -> Vec<Sequential> {
    let begin = || Sequential::new(2).then(linear(2, 4, 1)).unwrap();
    let end = |network: Sequential| drawn(network.then(linear(4, 3, 2)).unwrap());
    let residual = Sequential::new(4)
        .then(linear(4, 4, 3))
        .and_then(|inner| inner.then(Tanh))
        .and_then(|inner| inner.then(Dropout::new(0.25, 1).unwrap()))
        .unwrap();
    vec![
        end(begin()),
        end(begin().then(ReLU).unwrap()),
        end(begin().then(LeakyReLU::new(0.25).unwrap()).unwrap()),
        end(begin().then(ELU::new(0.75).unwrap()).unwrap()),
        end(begin().then(Tanh).unwrap()),
        end(begin().then(Sigmoid).unwrap()),
        end(begin().then(SiLU).unwrap()),
        end(begin().then(GELU).unwrap()),
        end(begin().then(Softplus).unwrap()),
        end(begin().then(Dropout::new(0.5, 3).unwrap()).unwrap()),
        end(begin().then(LayerNorm::new(4).unwrap()).unwrap()),
        end(begin().then(GroupNorm::new(4, 2).unwrap()).unwrap()),
        end(begin().then(Residual::new(4, residual).unwrap()).unwrap()),
    ]
}

/// A network of images with one channel, of 6 × 6 pixels.
pub fn image() -> Sequential {
    let conv = |input: [usize; 3], channels, window| {
        Conv2D::new(input, channels, window, Init::PyTorch, &mut portable(4)).unwrap()
    };
    let network = Sequential::new([6, 6, 1])
        .then(conv([6, 6, 1], 2, Window::new(3).padding(1)))
        .and_then(|network| network.then(Tanh))
        .and_then(|network| network.then(MaxPool2D::new([6, 6, 2], 2)?))
        .and_then(|network| network.then(GroupNorm::new([3, 3, 2], 2)?))
        .and_then(|network| network.then(conv([3, 3, 2], 4, Window::new(2).padding(1))))
        .and_then(|network| network.then(AvgPool2D::new([4, 4, 4], 2)?))
        .and_then(|network| network.then(Flatten))
        .and_then(|network| network.then(linear(16, 3, 5)));
    drawn(network.unwrap())
}

/// A network of images that ends in the mean of each channel.
pub fn averaged() -> Sequential {
    let conv = Conv2D::new(
        [6, 6, 1],
        3,
        Window::new(3).stride(2),
        Init::PyTorch,
        &mut portable(4),
    )
    .unwrap();
    let network = Sequential::new([6, 6, 1])
        .then(conv)
        .and_then(|network| network.then(GlobalAvgPool::new([2, 2, 3])?));
    drawn(network.unwrap())
}

/// A loss of three outputs with its configuration, and targets for some examples.
pub fn cross_entropy(examples: usize) -> (Box<dyn Loss>, playground::Loss, Array2<f64>) {
    let loss = CrossEntropyLoss::new().label_smoothing(0.125).unwrap();
    let config = playground::Loss::CrossEntropyLoss {
        label_smoothing: 0.125,
    };
    let targets = Array2::from_shape_fn((examples, 1), |(row, _)| (row % 3) as f64);
    (Box::new(loss), config, targets)
}

/// Every loss with its configuration, and targets for some examples of three outputs.
pub fn losses(examples: usize) -> Vec<(Box<dyn Loss>, playground::Loss, Array2<f64>)> {
    let zero_one = Array2::from_shape_fn((examples, 3), |(row, column)| ((row + column) % 2) as f64);
    let signs = zero_one.mapv(|target| 2.0 * target - 1.0);
    let real = numbers((examples, 3), 9);
    vec![
        cross_entropy(examples),
        (
            Box::new(BCEWithLogitsLoss::new()),
            playground::Loss::BCEWithLogitsLoss {},
            zero_one,
        ),
        (
            Box::new(MSELoss::new()),
            playground::Loss::MSELoss {},
            real.clone(),
        ),
        (Box::new(L1Loss::new()), playground::Loss::L1Loss {}, real.clone()),
        (
            Box::new(HuberLoss::new().delta(0.5).unwrap()),
            playground::Loss::HuberLoss { delta: 0.5 },
            real,
        ),
        (Box::new(HingeLoss::new()), playground::Loss::HingeLoss {}, signs),
    ]
}
