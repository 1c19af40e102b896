//! Configurations with names.

use super::catalogue::NamedConfig;
use super::{Config, Data, Error, Init, Loss, Module, Optimizer, Schedule};

/// Returns the configurations, the one with which the page begins first.
pub(super) fn named_examples() -> Result<Vec<NamedConfig>, Error> {
    Ok(vec![NamedConfig {
        name: "moons",
        report: None,
        config: Config {
            data: Data::Moons {
                examples: 300,
                noise: 0.15,
                seed: 1,
            },
            test_fraction: 0.3,
            network: vec![
                Module::Linear { out: 8 },
                Module::Tanh {},
                Module::Linear { out: 2 },
            ],
            init: Init::XavierUniform,
            loss: Loss::CrossEntropyLoss { label_smoothing: 0.0 },
            optimizer: Optimizer::Adam {
                learning_rate: 0.01,
                beta_1: 0.9,
                beta_2: 0.999,
                weight_decay: 0.0,
            },
            schedule: Schedule::Constant {},
            clip_norm: None,
            batch: 32,
            epochs: 200,
            seed: 1,
        },
    }])
}
