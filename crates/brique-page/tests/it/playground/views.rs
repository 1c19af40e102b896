use brique_page::playground::{Config, Data, Loss, Module, Playground, Task, to_json};
use serde_json::Value;

use super::{config, on_digits};

#[test]
fn a_picture_has_the_outputs_of_its_pixels() {
    let mut playground = Playground::new(config()).unwrap();
    let resolution = 40; // more pixels than are computed at once
    let [x_1, x_2] = playground.bounds().unwrap();
    let (regions, units) = (
        playground.regions(resolution).unwrap(),
        playground.units(1, resolution).unwrap(),
    );
    assert_eq!((regions.len(), units.len()), (2 * 1600, 6 * 1600));
    for (row, column) in [(0, 0), (3, 17), (39, 0), (39, 39)] {
        let at = |[low, high]: [f64; 2], pixel: usize| low + (high - low) * (pixel as f64 + 0.5) / 40.0;
        let point = [at(x_1, column), at(x_2, 39 - row)];
        let pixel = row * resolution + column;
        let outputs = playground.outputs(None, &point).unwrap();
        let hidden = playground.outputs(Some(1), &point).unwrap();
        for class in 0..2 {
            assert!((f64::from(regions[2 * pixel + class]) - outputs[class]).abs() < 1e-6);
        }
        for unit in 0..6 {
            assert!((f64::from(units[unit * 1600 + pixel]) - hidden[unit]).abs() < 1e-6);
        }
    }
}

#[test]
fn the_picture_of_own_points_changes_only_for_points_outside_of_it() {
    let bounds = |last: [f64; 3]| {
        let data = Data::Points {
            points: vec![[0.0, 0.0, 0.0], [0.5, -1.0, 1.0], [1.0, 1.0, 0.0], last],
            task: Task::Classification,
        };
        let playground = Playground::new(Config { data, ..config() }).unwrap();
        playground.bounds().unwrap()
    };
    assert_eq!(bounds([0.1, 0.1, 1.0]), [[-1.5, 1.5]; 2]);
    assert_eq!(bounds([1.5, -1.5, 1.0]), [[-1.5, 1.5]; 2]);
    let [x_1, x_2] = bounds([3.0, 0.0, 1.0]);
    assert!(x_1[0] == -1.5 && x_1[1] > 3.0 && x_2 == [-1.5, 1.5]);
}

#[test]
fn a_picture_of_a_regression_is_its_prediction() {
    let data = Data::Plane {
        examples: 20,
        weight_1: 1.0,
        weight_2: 0.0,
        bias: 0.0,
        noise: 0.0,
        seed: 1,
    };
    let network = vec![Module::Linear { out: 1 }];
    let mut playground = Playground::new(Config {
        data,
        network,
        loss: Loss::MSELoss {},
        ..config()
    })
    .unwrap();
    let weights = playground.weights(0).unwrap();
    assert_eq!(weights.len(), 3);
    let expected = 0.5 * weights[0] - weights[1] + weights[2];
    assert!((playground.outputs(None, &[0.5, -1.0]).unwrap()[0] - expected).abs() < 1e-15);
    assert_eq!(playground.regions(10).unwrap().len(), 100);
}

#[test]
fn what_cannot_be_shown_is_an_error() {
    let mut plane = Playground::new(config()).unwrap();
    let mut digits = Playground::new(on_digits()).unwrap();
    assert!(
        digits
            .regions(8)
            .unwrap_err()
            .to_string()
            .starts_with("the input is (8, 8, 1)")
    );
    assert!(digits.units(0, 8).is_err());
    assert!(
        plane
            .regions(0)
            .unwrap_err()
            .to_string()
            .starts_with("the resolution is 0")
    );
    assert!(plane.regions(100_000).is_err());
    assert!(
        plane
            .units(3, 8)
            .unwrap_err()
            .to_string()
            .starts_with("the index of a module is 3")
    );
    assert!(plane.weights(3).is_err());
    assert!(plane.weights(1).unwrap().is_empty());
    let message = plane.outputs(None, &[1.0]).unwrap_err().to_string();
    assert_eq!(message, "the number of values of the input is 1, expected 2");
    assert_eq!(digits.outputs(None, &[0.5; 64]).unwrap().len(), 10);
}

#[test]
fn pictures_of_wide_layers_have_a_limit() {
    let network = vec![Module::Linear { out: 4096 }, Module::Linear { out: 2 }];
    let mut playground = Playground::new(Config { network, ..config() }).unwrap();
    assert!(
        playground
            .units(0, 512)
            .unwrap_err()
            .to_string()
            .starts_with("the number of pixels is ")
    );
}

#[test]
fn answers_are_the_json_of_the_page() {
    let mut playground = Playground::new(config()).unwrap();
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let examples = json(to_json(&playground.examples_answer()).unwrap());
    assert_eq!(examples["input"], "plane");
    assert_eq!(examples["task"], "classification");
    assert_eq!(examples["x"].as_array().unwrap().len(), 80);
    assert_eq!(examples["x"][0].as_array().unwrap().len(), 2);
    assert_eq!(examples["classes"], 2);
    assert!(examples["bounds"][0][0].as_f64().unwrap() < examples["bounds"][0][1].as_f64().unwrap());
    let status = json(to_json(&playground.step(1).unwrap()).unwrap());
    assert_eq!(status["step"], 1);
    assert_eq!(status["steps_per_epoch"], 4);
    let history = json(to_json(&playground.history_answer(0)).unwrap());
    assert_eq!(history["epochs"], serde_json::json!([0]));
    assert_eq!(history["best_accuracy"], Value::Null);
    let digits = Playground::new(on_digits()).unwrap().examples_answer();
    assert_eq!((digits.input, digits.bounds), ("digits", None));
}
