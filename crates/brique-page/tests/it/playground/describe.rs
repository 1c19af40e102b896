use brique_page::playground::{Config, Loss, Module, describe, describe_json};

use super::{config, message, on_digits};

#[test]
fn shapes_and_parameters_are_listed() {
    let inner = vec![Module::Linear { out: 6 }, Module::Tanh {}];
    let network = vec![
        Module::Linear { out: 6 },
        Module::Residual { inner },
        Module::Linear { out: 2 },
    ];
    let described = describe(&Config { network, ..config() });
    assert_eq!(described.error, None);
    assert_eq!(
        (
            described.input.as_str(),
            described.classes,
            described.outputs_needed
        ),
        ("(2)", Some(2), Some(2))
    );
    assert_eq!(described.parameters, 18 + 42 + 14);
    let [first, residual, last] = &described.modules[..] else {
        panic!("{described:?}")
    };
    assert_eq!(
        (first.path.as_str(), first.text.as_str(), first.units),
        ("0", "Linear(2 → 6)", 6)
    );
    assert_eq!(residual.inner[0].path, "1.module.0");
    assert_eq!(
        (residual.inner[0].output.clone(), residual.parameters),
        (vec![6], 42)
    );
    assert_eq!((last.output.clone(), last.parameters), (vec![2], 14));
}

#[test]
fn shapes_of_images_are_listed() {
    let network = vec![
        Module::Conv2D {
            channels: 4,
            kernel: 3,
            stride: 1,
            padding: 0,
        },
        Module::MaxPool2D { kernel: 2 },
        Module::Flatten {},
        Module::Linear { out: 10 },
    ];
    let described = describe(&Config {
        network,
        ..on_digits()
    });
    assert_eq!(described.error, None);
    assert_eq!(described.input, "(8, 8, 1)");
    let outputs: Vec<Vec<usize>> = described
        .modules
        .iter()
        .map(|module| module.output.clone())
        .collect();
    assert_eq!(outputs, [vec![6, 6, 4], vec![3, 3, 4], vec![36], vec![10]]);
}

#[test]
fn mistakes_in_shapes_are_the_librarys_messages() {
    let linear = |out| Module::Linear { out };
    let convolution = Module::Conv2D {
        channels: 4,
        kernel: 3,
        stride: 1,
        padding: 0,
    };
    for (wrong, module, expected) in [
        (
            Config {
                network: vec![linear(4), convolution.clone()],
                ..config()
            },
            Some(1),
            "Conv2D((4) → 4 channels), new: an example of the input has shape (4), expected",
        ),
        (
            Config {
                network: vec![convolution.clone(), linear(10)],
                ..on_digits()
            },
            Some(1),
            "module 1 (Linear(144 → 10)), then: an example of the input has shape (6, 6, 4), expected (144)",
        ),
        (
            Config {
                network: vec![
                    linear(4),
                    Module::Residual {
                        inner: vec![linear(3)],
                    },
                ],
                ..config()
            },
            Some(1),
            "Residual(",
        ),
        (
            Config {
                network: vec![linear(5), Module::GroupNorm { groups: 2 }],
                ..config()
            },
            Some(1),
            "GroupNorm((5), groups 2), new: the number of groups is 2, expected a divisor of 5 channels",
        ),
        (
            Config {
                network: vec![linear(0)],
                ..config()
            },
            Some(0),
            "Linear, new: out is 0, expected from 1 to 4096",
        ),
        (
            Config {
                network: vec![linear(9999)],
                ..config()
            },
            Some(0),
            "Linear, new: out is 9999",
        ),
        (
            Config {
                network: vec![linear(3)],
                ..config()
            },
            None,
            "the number of outputs of the network is 3, expected 2, one for each class",
        ),
        (
            Config {
                network: vec![linear(1)],
                ..config()
            },
            None,
            "the number of outputs of the network is 1, expected 2, one for each class",
        ),
        (
            Config {
                network: vec![linear(2)],
                loss: Loss::BCEWithLogitsLoss {},
                ..config()
            },
            None,
            "BCEWithLogitsLoss(mean), forward: yhat has shape (1, 2), expected (1, 1)",
        ),
    ] {
        let found = message(&wrong);
        assert!(found.starts_with(expected), "{found}");
        let described = describe(&wrong);
        assert_eq!(described.error.unwrap().module, module);
        assert_eq!(described.modules.len(), module.unwrap_or(wrong.network.len()));
    }
}

#[test]
fn a_text_that_is_no_configuration_is_a_mistake_too() {
    let found = |text: &str| describe_json(text).error.unwrap().message;
    assert!(found("{").starts_with("the JSON cannot be read: "));
    let json = config().to_json().unwrap();
    assert_eq!(describe_json(&json).error, None);
    assert!(found(&json.replace("\"Tanh\"", "\"Tan\"")).contains("unknown variant `Tan`"));
    assert!(found(&json.replace("\"batch\"", "\"bath\"")).contains("unknown field `bath`"));
    assert!(
        found(&json.replace("\"noise\":0.1", "\"noise\":0.1,\"sound\":1")).contains("unknown field `sound`")
    );
}
