use brique_page::playground::{Config, Data, Init, Module};

use super::{config, learns, on_digits};

#[test]
fn every_module_of_the_plane_is_trained() {
    let linear = |out| Module::Linear { out };
    let residual = |inner| Module::Residual { inner };
    for module in [
        Module::ReLU {},
        Module::LeakyReLU { negative_slope: 0.1 },
        Module::ELU { alpha: 1.0 },
        Module::Tanh {},
        Module::Sigmoid {},
        Module::SiLU {},
        Module::GELU {},
        Module::Softplus {},
        Module::Dropout { rate: 0.2 },
        Module::LayerNorm {},
        Module::GroupNorm { groups: 3 },
        Module::Flatten {},
        residual(Vec::new()),
        residual(vec![linear(6), Module::Tanh {}]),
        residual(vec![linear(4), residual(vec![Module::Tanh {}]), linear(6)]),
    ] {
        learns(&Config {
            network: vec![linear(6), module, linear(2)],
            ..config()
        });
    }
}

#[test]
fn every_module_of_images_is_trained() {
    let convolution = || Module::Conv2D {
        channels: 4,
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    let (flatten, linear) = (|| Module::Flatten {}, || Module::Linear { out: 10 });
    for network in [
        vec![
            convolution(),
            Module::ReLU {},
            Module::MaxPool2D { kernel: 2 },
            flatten(),
            linear(),
        ],
        vec![
            Module::Conv2D {
                channels: 3,
                kernel: 5,
                stride: 2,
                padding: 0,
            },
            flatten(),
            linear(),
        ],
        vec![Module::AvgPool2D { kernel: 2 }, flatten(), linear()],
        vec![
            convolution(),
            Module::GroupNorm { groups: 2 },
            Module::GlobalAvgPool {},
            linear(),
        ],
        vec![
            convolution(),
            Module::Residual {
                inner: vec![convolution(), Module::Tanh {}],
            },
            flatten(),
            linear(),
        ],
    ] {
        learns(&Config {
            network,
            epochs: 4,
            ..on_digits()
        });
    }
}

#[test]
fn every_init_begins_elsewhere() {
    let inits = [
        Init::StandardNormal,
        Init::PyTorch,
        Init::XavierUniform,
        Init::XavierNormal,
        Init::HeUniform,
        Init::HeNormal,
    ];
    let mut bits: Vec<String> = inits
        .map(|init| learns(&Config { init, ..config() }).bits())
        .to_vec();
    bits.sort();
    bits.dedup();
    assert_eq!(bits.len(), inits.len());
}

/// A mask that did not change would make dropout a smaller network, and two trainings equal.
#[test]
fn dropout_has_no_effect_on_what_is_shown() {
    let network = vec![Module::Dropout { rate: 0.5 }, Module::Linear { out: 2 }];
    let mut playground = learns(&Config {
        network,
        epochs: 40,
        ..config()
    });
    let once = playground.outputs(None, &[0.5, 0.25]).unwrap();
    playground.step(1).unwrap();
    assert_eq!(once, playground.outputs(None, &[0.5, 0.25]).unwrap());
    assert_eq!(playground.outputs(Some(0), &[0.5, 0.25]).unwrap(), [0.5, 0.25]);
}

/// What a person may type does not make the page panic.
#[test]
fn strange_networks_are_errors_or_fine() {
    let sizes = [0, 1, 2, 3, 9, 5000, usize::MAX];
    let mut modules: Vec<Module> = vec![
        Module::GlobalAvgPool {},
        Module::LayerNorm {},
        Module::Residual {
            inner: vec![Module::Residual { inner: Vec::new() }],
        },
        Module::Dropout { rate: 1.0 },
        Module::Dropout { rate: -1.0 },
        Module::LeakyReLU { negative_slope: -3.0 },
        Module::ELU { alpha: -1.0 },
    ];
    for size in sizes {
        modules.extend([
            Module::Linear { out: size },
            Module::GroupNorm { groups: size },
            Module::MaxPool2D { kernel: size },
            Module::AvgPool2D { kernel: size },
        ]);
        for other in sizes {
            modules.extend([
                Module::Conv2D {
                    channels: size,
                    kernel: other,
                    stride: 1,
                    padding: 0,
                },
                Module::Conv2D {
                    channels: 1,
                    kernel: 1,
                    stride: size,
                    padding: other,
                },
            ]);
        }
    }
    for data in [
        Data::Moons {
            examples: 10,
            noise: 0.1,
            seed: 1,
        },
        Data::Digits {
            examples: 10,
            seed: 1,
        },
    ] {
        for module in &modules {
            for network in [
                vec![module.clone()],
                vec![Module::Flatten {}, module.clone(), Module::Linear { out: 2 }],
            ] {
                let _ = brique_page::playground::describe(&Config {
                    data: data.clone(),
                    network,
                    ..config()
                });
            }
        }
    }
}
