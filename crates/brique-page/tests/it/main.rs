//! The progress line, the table and the figure of real trainings.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(clippy::float_cmp, reason = "exact results are expected")]

mod check;
mod client;
mod dashboard;
mod layer_statistics;
mod local_server;
mod microscope;
mod networks;
mod playground;
mod progress_line;
mod record;
mod take_away;

use brique_datasets::{DataType, GenArti, Selection, TestSize, gen_arti, train_test_split};
use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::Adam;
use brique_random::portable;
use brique_train::{Fit, History, Metric, metrics};

/// Trains for some epochs, with what `set_up` adds to the fit.
fn trained(epochs: usize, set_up: impl for<'a> FnOnce(Fit<'a>) -> Fit<'a>) -> History {
    let mut rng = portable(1);
    let data = gen_arti(&GenArti::of(DataType::FourGaussians), &mut rng)
        .unwrap()
        .with_zero_one_targets()
        .unwrap();
    let selection = Selection::Shuffled(&mut rng);
    let (train, test) = train_test_split(&data, TestSize::default(), selection).unwrap();
    let mut network: Sequential = Sequential::new(2)
        .then(Linear::new(2, 8, Init::XavierUniform, &mut rng).unwrap())
        .unwrap()
        .then(Tanh)
        .unwrap()
        .then(Linear::new(8, 1, Init::XavierUniform, &mut rng).unwrap())
        .unwrap();
    let accuracy = Metric::new("accuracy, in %", |y, yhat| {
        Ok(100.0 * metrics::accuracy_of_logits(y, yhat)?)
    });
    let fit = set_up(Fit::new(epochs, 64).metric(accuracy)).validate(&test);
    fit.run(
        &mut network,
        &BCEWithLogitsLoss::new(),
        &mut Adam::new(0.01).unwrap(),
        &train,
    )
    .unwrap()
}
