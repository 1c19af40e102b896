use brique_page::playground::{Config, Data, Loss, Module, Optimizer, Playground, Schedule};

use super::{config, learns, message};

fn optimizers() -> [Optimizer; 6] {
    let (beta_1, beta_2, weight_decay) = (0.8, 0.99, 0.001);
    [
        Optimizer::SGD {
            learning_rate: 0.1,
            momentum: 0.0,
            nesterov: false,
            weight_decay,
        },
        Optimizer::SGD {
            learning_rate: 0.05,
            momentum: 0.5,
            nesterov: true,
            weight_decay,
        },
        Optimizer::Adam {
            learning_rate: 0.02,
            beta_1,
            beta_2,
            weight_decay,
        },
        Optimizer::AdamW {
            learning_rate: 0.02,
            beta_1,
            beta_2,
            weight_decay,
        },
        Optimizer::RMSprop {
            learning_rate: 0.01,
            alpha: 0.9,
            momentum: 0.1,
            weight_decay,
        },
        Optimizer::Adagrad {
            learning_rate: 0.05,
            lr_decay: 0.01,
            weight_decay,
        },
    ]
}

#[test]
fn every_optimiser_trains_in_its_own_way() {
    let mut bits: Vec<String> = optimizers()
        .map(|optimizer| {
            learns(&Config {
                optimizer,
                ..config()
            })
            .bits()
        })
        .to_vec();
    bits.sort();
    bits.dedup();
    assert_eq!(bits.len(), optimizers().len());
}

#[test]
fn every_schedule_is_followed() {
    let steps = 4 * 8; // 60 examples in batches of 16, 8 epochs
    for (schedule, factor_of_last) in [
        (Schedule::Constant {}, 1.0),
        (
            Schedule::Step {
                every: 10,
                gamma: 0.5,
            },
            0.125,
        ),
        (Schedule::Exponential { gamma: 0.9 }, 0.9_f64.powi(steps - 1)),
        (Schedule::Cosine { lowest: 0.5 }, 0.501_203),
        (
            Schedule::WarmUp {
                steps: 8,
                lowest: 0.5,
            },
            0.502_139,
        ),
        (Schedule::OneCycle {}, 4e-6),
    ] {
        let playground = learns(&Config { schedule, ..config() });
        let last = playground.history().learning_rate[8] / 0.02;
        assert!(
            (last - factor_of_last).abs() < 1e-6,
            "{last} instead of {factor_of_last}"
        );
    }
}

#[test]
fn every_loss_takes_the_targets_that_it_can() {
    let two = Data::Moons {
        examples: 60,
        noise: 0.1,
        seed: 1,
    };
    let three = Data::Blobs {
        examples: 60,
        classes: 3,
        deviation: 1.0,
        seed: 1,
    };
    let numbers = Data::Plane {
        examples: 60,
        weight_1: 1.0,
        weight_2: 2.0,
        bias: 0.0,
        noise: 0.1,
        seed: 1,
    };
    let losses = [
        (
            Loss::CrossEntropyLoss { label_smoothing: 0.1 },
            [Some(2), Some(3), None],
        ),
        (Loss::BCEWithLogitsLoss {}, [Some(1), Some(3), None]),
        (Loss::HingeLoss {}, [Some(1), None, None]),
        (Loss::MSELoss {}, [Some(1), Some(3), Some(1)]),
        (Loss::L1Loss {}, [Some(1), Some(3), Some(1)]),
        (Loss::HuberLoss { delta: 0.5 }, [Some(1), Some(3), Some(1)]),
    ];
    for (loss, outputs) in losses {
        for (data, outputs) in [&two, &three, &numbers].into_iter().zip(outputs) {
            let network = vec![
                Module::Linear { out: 6 },
                Module::Tanh {},
                Module::Linear {
                    out: outputs.unwrap_or(1),
                },
            ];
            let config = Config {
                data: data.clone(),
                network,
                loss: loss.clone(),
                ..config()
            };
            if outputs.is_none() {
                assert!(message(&config).starts_with("the target is "));
                continue;
            }
            let mut playground = learns(&config);
            let shown = playground.outputs(None, &[0.1, 0.2]).unwrap();
            let classes = playground.examples().classes;
            if let Some(accuracies) = &playground.history().train_accuracy {
                assert!(accuracies[8] > 0.7, "{accuracies:?} with {loss:?}");
            }
            assert_eq!(shown.len(), classes.unwrap_or(1));
            if classes == Some(2) {
                assert!((shown[0] + shown[1] - 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn wrong_options_are_errors_that_name_them() {
    let adam = |learning_rate, beta_1| Optimizer::Adam {
        learning_rate,
        beta_1,
        beta_2: 0.9,
        weight_decay: 0.0,
    };
    let sgd = Optimizer::SGD {
        learning_rate: 0.1,
        momentum: 0.0,
        nesterov: true,
        weight_decay: 0.0,
    };
    for (wrong, expected) in [
        (
            Config {
                optimizer: adam(-1.0, 0.9),
                ..config()
            },
            "Adam: learning_rate is -1",
        ),
        (
            Config {
                optimizer: adam(0.1, 1.0),
                ..config()
            },
            "Adam: beta1 is 1",
        ),
        (
            Config {
                optimizer: sgd,
                ..config()
            },
            "SGD: momentum is 0",
        ),
        (
            Config {
                schedule: Schedule::Cosine { lowest: 2.0 },
                ..config()
            },
            "Schedule::cosine: lowest is 2",
        ),
        (
            Config {
                schedule: Schedule::Step { every: 0, gamma: 1.0 },
                ..config()
            },
            "Schedule::step: every is 0",
        ),
        (
            Config { batch: 0, ..config() },
            "Fit: the size of a batch is 0, expected at least 1",
        ),
        (
            Config {
                clip_norm: Some(0.0),
                ..config()
            },
            "Fit: clip_norm is 0",
        ),
        (
            Config {
                loss: Loss::CrossEntropyLoss { label_smoothing: 2.0 },
                ..config()
            },
            "CrossEntropyLoss(mean), label_smoothing: smoothing is 2",
        ),
    ] {
        let message = message(&wrong);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_failed_step_leaves_the_parameters_of_the_last_good_one() {
    let optimizer = Optimizer::SGD {
        learning_rate: 1e200,
        momentum: 0.0,
        nesterov: false,
        weight_decay: 0.0,
    };
    let network = vec![Module::Linear { out: 4 }, Module::Linear { out: 1 }];
    let config = Config {
        optimizer,
        network,
        loss: Loss::MSELoss {},
        ..config()
    };
    let mut by_one = Playground::new(config.clone()).unwrap();
    let mut all = Playground::new(config).unwrap();
    let message = all.step(1000).unwrap_err().to_string();
    assert!(message.starts_with("epoch 0, batch "), "{message}");
    while by_one.step(1).is_ok() {}
    assert_eq!(by_one.bits(), all.bits());
    assert_eq!(by_one.status().step, all.status().step);
    assert_eq!(all.step(1).unwrap_err().to_string(), message, "it fails again");
    assert!(all.weights(0).unwrap().iter().all(|weight| weight.is_finite()));
}

/// The loss is finite, and so are the gradients; only the update is not.
#[test]
fn an_update_to_infinity_is_taken_back() {
    let data = Data::Plane {
        examples: 60,
        weight_1: 1000.0,
        weight_2: 0.0,
        bias: 1000.0,
        noise: 0.0,
        seed: 1,
    };
    let optimizer = Optimizer::SGD {
        learning_rate: 1e307,
        momentum: 0.0,
        nesterov: false,
        weight_decay: 0.0,
    };
    let network = vec![Module::Linear { out: 1 }];
    let loss = Loss::MSELoss {};
    let mut playground = Playground::new(Config {
        data,
        network,
        loss,
        optimizer,
        ..config()
    })
    .unwrap();
    let (weights, bits) = (playground.weights(0).unwrap(), playground.bits());
    for _ in 0..2 {
        let message = playground.step(3).unwrap_err().to_string();
        let expected = "epoch 0, batch 0: the update gives module 0 (Linear(2 → 1)) a NaN or an infinity";
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(playground.weights(0).unwrap(), weights);
        assert_eq!((playground.bits(), playground.status().batch), (bits.clone(), 0));
    }
}
