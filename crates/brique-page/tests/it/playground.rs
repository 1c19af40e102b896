//! The playground: every kind of everything, bits, time, mistakes.

mod allocations;
mod bits;
mod catalogue;
mod csv;
mod data;
mod describe;
mod modules;
mod time;
mod trainers;
mod views;
mod wrong_data;

use brique_page::playground::{Config, Data, Dtype, Init, Loss, Module, Optimizer, Playground, Schedule};

/// Moons, two linear layers with Tanh, cross-entropy and Adam.
pub(crate) fn config() -> Config {
    Config {
        data: Data::Moons {
            examples: 80,
            noise: 0.1,
            seed: 1,
        },
        test_fraction: 0.25,
        network: vec![
            Module::Linear { out: 6 },
            Module::Tanh {},
            Module::Linear { out: 2 },
        ],
        init: Init::XavierUniform,
        loss: Loss::CrossEntropyLoss { label_smoothing: 0.0 },
        optimizer: Optimizer::Adam {
            learning_rate: 0.02,
            beta_1: 0.9,
            beta_2: 0.999,
            weight_decay: 0.0,
        },
        schedule: Schedule::Constant {},
        clip_norm: None,
        batch: 16,
        epochs: 8,
        seed: 3,
        dtype: Dtype::Float64,
    }
}

pub(crate) fn on_digits() -> Config {
    Config {
        data: Data::Digits {
            examples: 60,
            seed: 1,
        },
        network: vec![Module::Flatten {}, Module::Linear { out: 10 }],
        ..config()
    }
}

/// Trains to the end, and checks that the training loss has become smaller.
pub(crate) fn learns(config: &Config) -> Playground {
    let mut playground = Playground::new(config.clone()).unwrap();
    let status = playground.step(usize::MAX).unwrap();
    assert!(status.ended);
    let losses = &playground.history().train_loss;
    assert_eq!(losses.len(), config.epochs + 1);
    assert!(losses.iter().all(|loss| loss.is_finite()));
    assert!(losses[config.epochs] < losses[0], "{losses:?} of {config:?}");
    playground
}

/// The error of a configuration, which `describe` says too.
pub(crate) fn message(config: &Config) -> String {
    let error = Playground::new(config.clone()).unwrap_err();
    let described = brique_page::playground::describe(config).error.unwrap();
    assert_eq!(described.message, error.to_string());
    assert_eq!(described.module, error.module());
    described.message
}
