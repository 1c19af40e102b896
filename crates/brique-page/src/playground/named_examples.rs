//! Configurations with names. Some resemble the experiments of the report.

mod report;

use self::report::of_the_report;
use super::catalogue::NamedConfig;
use super::{Config, Data, Dtype, Function, Init, Loss, Module, Optimizer, Schedule};

/// Returns the configuration with which the page begins.
pub(super) fn first_config() -> Config {
    classifier(
        Data::Moons {
            examples: 300,
            noise: 0.15,
            seed: 1,
        },
        &[8],
        2,
    )
}

/// Returns the configurations.
pub(super) fn named_examples() -> Vec<NamedConfig> {
    let mut examples = of_the_page();
    examples.extend(of_the_report());
    examples
}

fn of_the_page() -> Vec<NamedConfig> {
    let named = |name, config| NamedConfig {
        name,
        report: None,
        config,
    };
    let spirals = Data::Spirals {
        examples: 600,
        classes: 3,
        noise: 0.03,
        turns: 1.0,
        seed: 1,
    };
    let blobs = Data::Blobs {
        examples: 400,
        classes: 5,
        deviation: 1.2,
        seed: 3,
    };
    let waves = Data::Function {
        function: Function::Waves,
        examples: 500,
        noise: 0.05,
        seed: 1,
    };
    let residual = Module::Residual {
        inner: vec![Module::Linear { out: 16 }, Module::Tanh {}],
    };
    vec![
        named("moons", first_config()),
        named(
            "circles",
            classifier(
                Data::Circles {
                    examples: 300,
                    noise: 0.1,
                    factor: 0.5,
                    seed: 1,
                },
                &[6],
                2,
            ),
        ),
        named("spirals", classifier(spirals.clone(), &[32, 32], 3)),
        named("blobs", classifier(blobs, &[8], 5)),
        named(
            "residual",
            Config {
                network: vec![
                    Module::Linear { out: 16 },
                    residual.clone(),
                    residual.clone(),
                    residual,
                    Module::Linear { out: 3 },
                ],
                ..classifier(spirals, &[], 3)
            },
        ),
        named(
            "waves",
            Config {
                network: chain(&Module::Tanh {}, &[32, 32], 1),
                loss: Loss::MSELoss {},
                ..classifier(waves, &[], 1)
            },
        ),
    ]
}

/// A classification with cross-entropy, Adam and hidden layers of these widths with Tanh.
fn classifier(data: Data, hidden: &[usize], classes: usize) -> Config {
    Config {
        data,
        test_fraction: 0.3,
        network: chain(&Module::Tanh {}, hidden, classes),
        init: Init::XavierUniform,
        loss: Loss::CrossEntropyLoss { label_smoothing: 0.0 },
        optimizer: adam(0.01),
        schedule: Schedule::Constant {},
        clip_norm: None,
        batch: 32,
        epochs: 200,
        seed: 1,
        dtype: Dtype::default(),
    }
}

/// Linear layers of these widths and of `out`, with an activation between them.
fn chain(activation: &Module, hidden: &[usize], out: usize) -> Vec<Module> {
    let layers = hidden
        .iter()
        .flat_map(|&out| [Module::Linear { out }, activation.clone()]);
    layers.chain([Module::Linear { out }]).collect()
}

fn adam(learning_rate: f64) -> Optimizer {
    Optimizer::Adam {
        learning_rate,
        beta_1: 0.9,
        beta_2: 0.999,
        weight_decay: 0.0,
    }
}
