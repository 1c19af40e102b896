use brique_page::playground::{Config, Data, Function, Task};

use super::{config, message};

fn check(wrong: Vec<(Data, &str)>) {
    for (data, expected) in wrong {
        let message = message(&Config { data, ..config() });
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn wrong_parameters_are_named() {
    let (examples, noise, seed) = (80, 0.05, 2);
    check(vec![
        (
            Data::Moons {
                examples,
                noise: -1.0,
                seed,
            },
            "moons: noise is -1, expected",
        ),
        (
            Data::Moons {
                examples,
                noise: 1e308,
                seed,
            },
            "a number of an example is ",
        ),
        (
            Data::Circles {
                examples,
                noise,
                factor: 1.5,
                seed,
            },
            "circles: factor is 1.5, expected",
        ),
        (
            Data::TwoGaussians {
                examples,
                sigma: -0.1,
                noise,
                seed,
            },
            "gen_arti: sigma is -0.1",
        ),
        (
            Data::Function {
                function: Function::Bell,
                examples,
                noise: -1.0,
                seed,
            },
            "noise is -1, expected a finite number of at least 0",
        ),
    ]);
    let message = message(&Config {
        test_fraction: 1.5,
        ..config()
    });
    assert!(
        message.starts_with("train_test_split: the fraction of TestSize is 1.5"),
        "{message}"
    );
}

#[test]
fn too_many_or_too_few_are_named() {
    let (examples, noise, seed) = (80, 0.05, 2);
    check(vec![
        (
            Data::Moons {
                examples: 0,
                noise,
                seed,
            },
            "the number of examples is 0, expected from 1 to 20000",
        ),
        (
            Data::Moons {
                examples: 30_000,
                noise,
                seed,
            },
            "the number of examples is 30000",
        ),
        (
            Data::Blobs {
                examples,
                classes: 11,
                deviation: 1.0,
                seed,
            },
            "the number of classes is 11",
        ),
        (
            Data::Spirals {
                examples,
                classes: 1,
                noise,
                turns: 1.0,
                seed,
            },
            "the number of classes is 1",
        ),
        (
            Data::Digits { examples: 1798, seed },
            "the number of examples is 1798, expected from 1 to 1797",
        ),
        (
            Data::Moons {
                examples: 1,
                noise,
                seed,
            },
            "with 1 examples and a test size of 0.25",
        ),
    ]);
}

#[test]
fn wrong_points_are_named() {
    let points = |points| Data::Points {
        points,
        task: Task::Classification,
    };
    check(vec![
        (points(Vec::new()), "the number of examples is 0"),
        (
            points(vec![[0.0, 0.0, 10.0]]),
            "the class of a point is 10, expected a whole number from 0 to 9",
        ),
        (points(vec![[0.0, 0.0, 0.5]]), "the class of a point is 0.5"),
        (points(vec![[0.0, f64::NAN, 0.5]]), "a number of a point is NaN"),
    ]);
}
