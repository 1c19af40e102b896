//! Configurations that resemble experiments of the report, with the playground's data.

use super::{adam, chain, classifier};
use crate::playground::catalogue::NamedConfig;
use crate::playground::{Config, Data, Init, Loss, Module, Optimizer, Schedule};

/// Those of the report's experiments that are about points of the plane or digits, with the playground's data.
pub(super) fn of_the_report() -> Vec<NamedConfig> {
    let of = |report, name, config| NamedConfig {
        name,
        report: Some(report),
        config,
    };
    let two = || Data::TwoGaussians {
        examples: 1000,
        sigma: 0.1,
        noise: 0.1,
        seed: 1,
    };
    let four = || Data::FourGaussians {
        examples: 1000,
        sigma: 0.1,
        noise: 0.1,
        seed: 1,
    };
    let board = |examples| Data::Checkerboard {
        examples,
        noise: 0.1,
        seed: 1,
    };
    let moons = || Data::Moons {
        examples: 1000,
        noise: 0.1,
        seed: 1,
    };
    vec![
        of("regression_plane", "linear_plane", linear_plane()),
        of("classification", "linear_two_gaussians", linear(two())),
        of("classification", "linear_four_gaussians", linear(four())),
        of("classification", "linear_checkerboard", linear(board(1000))),
        of("nonlinear", "hidden_two_gaussians", one_hidden_layer(two())),
        of("nonlinear", "hidden_four_gaussians", one_hidden_layer(four())),
        of("nonlinear", "hidden_checkerboard", one_hidden_layer(board(1000))),
        of(
            "encapsulation",
            "four_layers",
            four_layers(moons(), Init::XavierUniform),
        ),
        of(
            "encapsulation",
            "four_layers_saturated",
            four_layers(moons(), Init::StandardNormal),
        ),
        of("optimisers", "optimiser_adam", optimiser(adam(0.01))),
        of("optimisers", "optimiser_sgd", optimiser(sgd(0.3))),
        of("depth", "depth_checkerboard", depth(board(20_000))),
        of("multiclass", "digits", digits()),
        of("convolution_digits", "digits_convolution", digits_convolution()),
    ]
}

fn linear_plane() -> Config {
    let data = Data::Plane {
        examples: 100,
        weight_1: 3.0,
        weight_2: -2.0,
        bias: 4.0,
        noise: 0.5,
        seed: 1,
    };
    Config {
        test_fraction: 0.0,
        batch: 100,
        optimizer: sgd(0.05),
        epochs: 300,
        ..linear(data)
    }
}

fn linear(data: Data) -> Config {
    Config {
        test_fraction: 0.2,
        network: vec![Module::Linear { out: 1 }],
        init: Init::StandardNormal,
        loss: Loss::MSELoss {},
        optimizer: sgd(0.1),
        batch: 1000,
        epochs: 500,
        ..classifier(data, &[], 1)
    }
}

/// The course's second network. Its sigmoid for the targets 0 and 1 is a Tanh here, for the targets −1 and 1.
fn one_hidden_layer(data: Data) -> Config {
    Config {
        test_fraction: 0.2,
        network: [chain(&Module::Tanh {}, &[5], 1), vec![Module::Tanh {}]].concat(),
        init: Init::PyTorch,
        loss: Loss::MSELoss {},
        optimizer: sgd(0.05),
        batch: 16,
        epochs: 500,
        ..classifier(data, &[], 1)
    }
}

fn four_layers(data: Data, init: Init) -> Config {
    Config {
        test_fraction: 0.2,
        network: chain(&Module::Tanh {}, &[5, 10, 20], 1),
        init,
        loss: Loss::BCEWithLogitsLoss {},
        optimizer: sgd(0.05),
        batch: 16,
        epochs: 100,
        ..classifier(data, &[], 1)
    }
}

fn optimiser(optimizer: Optimizer) -> Config {
    let data = Data::FourGaussians {
        examples: 1000,
        sigma: 0.1,
        noise: 0.1,
        seed: 1,
    };
    Config {
        test_fraction: 0.5,
        network: chain(&Module::Tanh {}, &[16, 16], 1),
        loss: Loss::BCEWithLogitsLoss {},
        optimizer,
        batch: 20,
        epochs: 30,
        ..classifier(data, &[], 1)
    }
}

fn depth(data: Data) -> Config {
    Config {
        test_fraction: 0.2,
        network: chain(&Module::ReLU {}, &[64, 64, 64], 1),
        init: Init::HeUniform,
        loss: Loss::BCEWithLogitsLoss {},
        schedule: Schedule::OneCycle {},
        batch: 128,
        epochs: 35,
        ..classifier(data, &[], 1)
    }
}

fn digits() -> Config {
    let data = Data::Digits {
        examples: 1797,
        seed: 1,
    };
    Config {
        test_fraction: 0.25,
        network: [vec![Module::Flatten {}], chain(&Module::ReLU {}, &[128, 64], 10)].concat(),
        init: Init::HeNormal,
        optimizer: adam(0.003),
        schedule: Schedule::Cosine { lowest: 0.0 },
        epochs: 20,
        ..classifier(data, &[], 10)
    }
}

fn digits_convolution() -> Config {
    let convolution = |channels| Module::Conv2D {
        channels,
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    Config {
        network: vec![
            convolution(16),
            Module::ReLU {},
            convolution(32),
            Module::ReLU {},
            Module::MaxPool2D { kernel: 2 },
            Module::Flatten {},
            Module::Dropout { rate: 0.5 },
            Module::Linear { out: 10 },
        ],
        optimizer: adam(0.01),
        epochs: 15,
        ..digits()
    }
}

fn sgd(learning_rate: f64) -> Optimizer {
    Optimizer::SGD {
        learning_rate,
        momentum: 0.0,
        nesterov: false,
        weight_decay: 0.0,
    }
}
