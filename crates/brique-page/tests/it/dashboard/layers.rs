use brique_core::{Loss, Module};
use brique_layers::{Dropout, Flatten, Init, Linear, Residual, Sequential, Tanh};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::Adam;
use brique_page::Dashboard;
use brique_random::portable;
use brique_tensor::Matrix;
use brique_train::Fit;
use serde_json::{Value, json};

use super::{Page, data, train_with};

/// Returns the record of one step on the whole data set.
fn one_step(network: &mut dyn Module) -> Value {
    let dashboard = Dashboard::new().unwrap();
    let run = dashboard.run("a");
    train_with(
        run.watch(Fit::new(1, data().len())),
        network,
        &mut Adam::new(0.01).unwrap(),
    )
    .unwrap();
    Page::of(&dashboard).runs("")[0].clone()
}

fn root_mean_square(matrix: &Matrix) -> f64 {
    (matrix.iter().map(|number| number * number).sum::<f64>() / matrix.len() as f64).sqrt()
}

fn root_mean_square_gradient(module: &dyn Module) -> f64 {
    let mut sizes = Vec::new();
    module.own_parameters(&mut |parameter| sizes.push(root_mean_square(parameter.gradient())));
    assert_eq!(sizes.len(), 1);
    sizes[0]
}

fn assert_close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= 1e-12 * expected,
        "{found} is not {expected}"
    );
}

#[test]
fn the_sizes_are_those_of_the_backward_pass() {
    let mut rng = portable(2);
    let mut first: Linear = Linear::new(2, 8, Init::XavierUniform, &mut rng).unwrap();
    let mut last: Linear = Linear::new(8, 1, Init::XavierUniform, &mut rng).unwrap();
    let mut network = Sequential::new(2)
        .then(first.clone())
        .unwrap()
        .then(Tanh)
        .unwrap()
        .then(last.clone())
        .unwrap();
    let run = one_step(&mut network);

    let (data, loss) = (data(), BCEWithLogitsLoss::new());
    let z = first.forward(data.inputs()).unwrap();
    let hidden = Tanh.forward(&z).unwrap();
    let yhat = last.forward(&hidden).unwrap();
    let delta = loss.backward(data.targets(), &yhat).unwrap();
    let delta_hidden = last.backward_delta(&hidden, &delta).unwrap();
    let delta_z = Tanh.backward_delta(&z, &delta_hidden).unwrap();
    first.backward_update_gradient(data.inputs(), &delta_z).unwrap();
    last.backward_update_gradient(&hidden, &delta).unwrap();

    assert_eq!(
        run["layers"],
        json!([
            {"path": "0", "text": "Linear(2 → 8)"},
            {"path": "1", "text": "Tanh"},
            {"path": "2", "text": "Linear(8 → 1)"},
        ])
    );
    let batch = &run["batches"][0];
    assert_close(&batch["delta"][0], root_mean_square(&delta_z.view()));
    assert_close(&batch["delta"][1], root_mean_square(&delta_hidden.view()));
    assert_eq!(
        batch["delta"][2],
        Value::Null,
        "the δ of the loss is not in the workspace"
    );
    assert_close(&batch["gradient"][0], root_mean_square_gradient(&first));
    assert_eq!(batch["gradient"][1], Value::Null, "Tanh has no parameters");
    assert_close(&batch["gradient"][2], root_mean_square_gradient(&last));
}

#[test]
fn inner_modules_are_layers() {
    let mut rng = portable(2);
    let mut linear = |columns| -> Linear { Linear::new(columns, 2, Init::XavierUniform, &mut rng).unwrap() };
    let block = Sequential::new(2).then(linear(2)).unwrap().then(Tanh).unwrap();
    let (middle, last) = (
        linear(2),
        Linear::new(2, 1, Init::XavierUniform, &mut portable(3)).unwrap(),
    );
    let mut network: Sequential = Sequential::new(2)
        .then(middle)
        .unwrap()
        .then(Residual::new(2, block).unwrap())
        .unwrap()
        .then(Flatten)
        .unwrap()
        .then(Dropout::new(0.0, 1).unwrap())
        .unwrap()
        .then(last)
        .unwrap();
    let run = one_step(&mut network);
    let paths: Vec<&str> = run["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths[0], "0");
    assert!(
        paths[1].starts_with("1.") && paths[2].starts_with("1."),
        "{paths:?}"
    );
    assert_eq!(paths[3..], ["2", "3", "4"]);
    let delta = run["batches"][0]["delta"].as_array().unwrap();
    // The end of the block, `Flatten` and `Dropout` with probability 0 have the δ of the layer behind them.
    assert!(delta[2].as_f64().unwrap() > 0.0);
    assert_eq!(delta[2], delta[3]);
    assert_eq!(delta[3], delta[4]);
    assert_ne!(delta[1], delta[2]);
    assert_ne!(delta[0], delta[1]);
}

#[test]
fn a_network_of_one_module_is_a_layer() {
    let mut linear: Linear = Linear::new(2, 1, Init::XavierUniform, &mut portable(2)).unwrap();
    let run = one_step(&mut linear);
    assert_eq!(run["layers"], json!([{"path": "", "text": "Linear(2 → 1)"}]));
    assert!(run["batches"][0]["gradient"][0].as_f64().unwrap() > 0.0);
}
