use brique_page::playground::{Config, Data, Function, Loss, Module, Playground, Task, examples};

use super::{config, learns, on_digits};

/// Every kind of data of a classification in the plane, with its number of classes.
fn classifications() -> Vec<(Data, usize)> {
    let (examples, noise, seed) = (80, 0.05, 2);
    let corners = |class: f64| {
        [
            [class, class, class],
            [class + 0.1, class, class],
            [class, class - 0.2, class],
        ]
    };
    vec![
        (
            Data::TwoGaussians {
                examples,
                sigma: 0.1,
                noise,
                seed,
            },
            2,
        ),
        (
            Data::FourGaussians {
                examples,
                sigma: 0.1,
                noise,
                seed,
            },
            2,
        ),
        (
            Data::Checkerboard {
                examples,
                noise,
                seed,
            },
            2,
        ),
        (
            Data::Moons {
                examples,
                noise,
                seed,
            },
            2,
        ),
        (
            Data::Circles {
                examples,
                noise,
                factor: 0.5,
                seed,
            },
            2,
        ),
        (
            Data::Blobs {
                examples,
                classes: 4,
                deviation: 1.0,
                seed,
            },
            4,
        ),
        (
            Data::Spirals {
                examples,
                classes: 3,
                noise,
                turns: 0.5,
                seed,
            },
            3,
        ),
        (
            Data::Points {
                points: [corners(0.0), corners(1.0)].concat(),
                task: Task::Classification,
            },
            2,
        ),
        (table(Task::Classification, false), 3),
    ]
}

fn regressions() -> Vec<Data> {
    let (examples, noise, seed) = (80, 0.05, 2);
    let function = |function| Data::Function {
        function,
        examples,
        noise,
        seed,
    };
    let point = |x: f64| [x, -x, 2.0 * x];
    vec![
        Data::Plane {
            examples,
            weight_1: 3.0,
            weight_2: -2.0,
            bias: 1.0,
            noise,
            seed,
        },
        function(Function::Product),
        function(Function::Waves),
        function(Function::Bell),
        function(Function::Pyramid),
        function(Function::Saddle),
        Data::Points {
            points: [-1.0, -0.5, 0.0, 0.5, 1.0].map(point).to_vec(),
            task: Task::Regression,
        },
        table(Task::Regression, true),
    ]
}

fn table(task: Task, standardize: bool) -> Data {
    let rows: Vec<String> = (0..30)
        .map(|row| format!("{},{},{}", f64::from(row) / 10.0, row % 7, row % 3))
        .collect();
    Data::Csv {
        text: format!("a,b,kind\n{}\n", rows.join("\n")),
        x_1: "b".to_owned(),
        x_2: "a".to_owned(),
        target: "kind".to_owned(),
        task,
        standardize,
    }
}

fn of_classes(data: Data, classes: usize) -> Config {
    let network = vec![
        Module::Linear { out: 6 },
        Module::Tanh {},
        Module::Linear { out: classes },
    ];
    Config {
        data,
        network,
        ..config()
    }
}

#[test]
fn every_classification_is_learnt() {
    for (data, classes) in classifications() {
        let playground = learns(&of_classes(data, classes));
        assert_eq!(playground.examples().classes, Some(classes));
        let accuracies = playground.history().train_accuracy.as_ref().unwrap();
        assert!(accuracies.iter().all(|accuracy| (0.0..=1.0).contains(accuracy)));
        assert_eq!(accuracies.len(), 9);
    }
}

#[test]
fn every_regression_is_learnt() {
    for data in regressions() {
        let config = Config {
            loss: Loss::MSELoss {},
            ..of_classes(data, 1)
        };
        let playground = learns(&config);
        assert_eq!(playground.examples().task, Task::Regression);
        assert_eq!(playground.history().train_accuracy, None);
    }
}

#[test]
fn digits_are_learnt() {
    let playground = learns(&on_digits());
    assert_eq!(playground.examples().input.to_string(), "(8, 8, 1)");
    let inputs = &playground.examples().inputs;
    assert_eq!(inputs.dim(), (60, 64));
    assert!(inputs.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    assert!(inputs.iter().any(|&pixel| pixel == 1.0));
}

#[test]
fn coordinates_have_six_decimals() {
    let all = classifications()
        .into_iter()
        .map(|(data, _)| data)
        .chain(regressions());
    for data in all.filter(|data| {
        !matches!(
            data,
            Data::Csv {
                standardize: false,
                ..
            }
        )
    }) {
        let examples = examples(&Config { data, ..config() }).unwrap();
        for number in examples.inputs.iter().chain(&examples.targets) {
            let text = number.to_string();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            assert!(decimals <= 6, "{text}");
        }
    }
}

/// Targets are those of the function, up to the noise of the last decimal.
#[test]
fn functions_have_their_values() {
    let value = |function: Function| function.value(0.5, -0.25);
    assert_eq!(value(Function::Product), -0.125);
    assert!((value(Function::Waves) - 0.5_f64.sqrt()).abs() < 1e-15);
    assert!((value(Function::Bell) - (-1.25_f64).exp()).abs() < 1e-15);
    assert_eq!(value(Function::Pyramid), 0.75);
    assert_eq!(value(Function::Saddle), 0.1875);
    let data = Data::Function {
        function: Function::Saddle,
        examples: 20,
        noise: 0.0,
        seed: 1,
    };
    let examples = examples(&Config { data, ..config() }).unwrap();
    for (input, target) in examples.inputs.outer_iter().zip(&examples.targets) {
        assert!((Function::Saddle.value(input[0], input[1]) - target).abs() <= 5e-7);
    }
}

#[test]
fn the_split_divides_the_examples() {
    let playground = Playground::new(config()).unwrap();
    let split = &playground.examples().split;
    assert_eq!((split.train.len(), split.test.len()), (60, 20));
    let mut all = [&split.train[..], &split.test].concat();
    all.sort_unstable();
    assert_eq!(all, (0..80).collect::<Vec<_>>());
    assert_eq!(
        playground.is_test().iter().filter(|is_test| **is_test).count(),
        20
    );
    assert_eq!(playground.test().unwrap().len(), 20);
}

#[test]
fn without_a_test_set_all_examples_are_for_training() {
    let playground = learns(&Config {
        test_fraction: 0.0,
        ..config()
    });
    assert_eq!(playground.train().len(), 80);
    assert!(playground.test().is_none());
    assert_eq!(playground.history().test_loss, None);
    assert_eq!(playground.history().test_accuracy, None);
}

#[test]
fn the_best_accuracy_is_known_for_some_data() {
    let best = |data| {
        Playground::new(Config { data, ..config() })
            .unwrap()
            .best_accuracy()
    };
    let (examples, noise, seed) = (80, 0.02, 2);
    let two = best(Data::TwoGaussians {
        examples,
        sigma: 0.1,
        noise,
        seed,
    })
    .unwrap();
    assert!((two - 0.999_99).abs() < 1e-5);
    let four = best(Data::FourGaussians {
        examples,
        sigma: 0.1,
        noise,
        seed,
    })
    .unwrap();
    assert!((four - 0.9984).abs() < 1e-4);
    // As a simulation of four million points has it.
    let board = |noise| {
        best(Data::Checkerboard {
            examples,
            noise,
            seed,
        })
        .unwrap()
    };
    assert!((board(0.1) - 0.870_35).abs() < 5e-4);
    assert!((board(0.02) - 0.972_45).abs() < 2e-4);
    assert!((board(0.0) - 1.0).abs() < 1e-12);
    assert_eq!(
        best(Data::Moons {
            examples,
            noise,
            seed
        }),
        None
    );
}
