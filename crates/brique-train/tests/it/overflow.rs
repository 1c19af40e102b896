//! Updates that make a parameter NaN or infinite: a fit takes them back.

use std::ops::ControlFlow;

use brique_core::Module;
use brique_datasets::Dataset;
use brique_layers::{Dropout, Linear, Sequential};
use brique_losses::{L1Loss, MSELoss};
use brique_optim::{Adam, AdamW, Optimizer, RMSprop, SGD, Schedule};
use brique_tensor::ndarray::{Array2, array};
use brique_train::{Checkpoints, Error, Fit, NotFinite, Stepper, Weights};

use crate::networks::{data, line, parameters};

/// Makes the first steps of a fit without shuffling, one after the other.
fn steps(
    network: &mut dyn Module,
    optimizer: &mut dyn Optimizer,
    data: &Dataset,
    batch: usize,
    rates: impl IntoIterator<Item = f64>,
) {
    let mut stepper = Stepper::default();
    let count = data.len().div_ceil(batch);
    for (step, rate) in rates.into_iter().enumerate() {
        optimizer.set_learning_rate(rate).unwrap();
        let (x, y) = data.batches(batch).unwrap().nth(step % count).unwrap();
        stepper.step(network, &MSELoss::new(), optimizer, &x, &y).unwrap();
    }
}

fn overflowing_module(error: &Error) -> Option<(usize, usize, &str)> {
    let Error::Step { epoch, batch, source } = error else {
        return None;
    };
    match &**source {
        Error::NotFinite(NotFinite::Parameter { module }) => Some((*epoch, *batch, module)),
        _ => None,
    }
}

/// A fit whose step 14, batch 2 of epoch 3, overflows ends with the parameters and the state after the 14 steps before,
/// bit for bit.
fn check_that_the_step_is_taken_back(make: &dyn Fn() -> Box<dyn Optimizer>) {
    let data = data::<f64>(40, 3);
    let large_targets = data.targets() * 1e4;
    let data = data.with_targets(large_targets).unwrap();
    let network = || {
        let linear = Linear::from_parameters(Array2::from_elem((4, 2), 0.5)).unwrap();
        let dropout = Dropout::new(0.25, 9).unwrap();
        Sequential::new(3).then(dropout).unwrap().then(linear).unwrap()
    };
    let (mut found, mut optimizer) = (network(), make());
    let rate = optimizer.learning_rate();
    let error = Fit::new(10, 10)
        .schedule_by_step(Schedule::step(14, 1.7e308).unwrap())
        .run(&mut found, &MSELoss::new(), &mut *optimizer, &data)
        .unwrap_err();
    assert_eq!(
        overflowing_module(error.error()),
        Some((3, 2, "module 1 (Linear(3 → 2))")),
        "{error}"
    );
    let (mut expected, mut by_hand) = (network(), make());
    steps(&mut expected, &mut *by_hand, &data, 10, [rate; 14]);
    assert_eq!(parameters(&found), parameters(&expected));
    assert_eq!(optimizer.state(), by_hand.state());
    assert_eq!(optimizer.learning_rate(), rate);
}

#[test]
fn an_update_that_overflows_is_taken_back() {
    check_that_the_step_is_taken_back(&|| Box::new(SGD::new(0.1).unwrap()));
    check_that_the_step_is_taken_back(&|| Box::new(SGD::new(0.1).unwrap().momentum(0.5).unwrap()));
    check_that_the_step_is_taken_back(&|| Box::new(Adam::new(1.0).unwrap()));
    check_that_the_step_is_taken_back(&|| Box::new(AdamW::new(1.0).unwrap()));
    check_that_the_step_is_taken_back(&|| Box::new(RMSprop::new(1.0).unwrap()));
}

/// The last step of a training has no step after it that would fail.
#[test]
fn an_overflow_in_the_very_last_step_is_found_too() {
    let data = Dataset::new(array![[1.0], [2.0]], array![[1e10], [2e10]]).unwrap();
    let (mut network, mut sgd) = (line(0.5, 0.25), SGD::new(1e300).unwrap());
    let error = Fit::new(1, 2)
        .run(&mut network, &MSELoss::new(), &mut sgd, &data)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "epoch 0, batch 0: the update gives module 0 (Linear(1 → 1)) a NaN or an infinity; \
         no parameter has changed in this step, a smaller learning rate may help"
    );
    assert_eq!(parameters(&network)[0], array![[0.5], [0.25]]);
    assert_eq!(sgd.state().steps, 0);
}

/// Beyond 2/λ the parameters of a line grow until the loss overflows: they are those of the last step before.
#[test]
fn a_line_that_diverges_has_the_parameters_of_the_last_completed_step() {
    let data = Dataset::new(array![[1.0], [2.0], [3.0]], array![[1.0], [2.0], [4.0]]).unwrap();
    let rate = 2.0; // the largest eigenvalue of the Hessian is about 11
    let mut network = line(0.0, 0.0);
    let mut sgd = SGD::new(rate).unwrap();
    let error = Fit::new(10_000, 3)
        .run(&mut network, &MSELoss::new(), &mut sgd, &data)
        .unwrap_err();
    let Error::Step {
        epoch,
        batch: 0,
        source,
    } = error.error()
    else {
        panic!("{error}")
    };
    assert!(
        matches!(**source, Error::NotFinite(NotFinite::Loss { .. })),
        "{error}"
    );
    let mut expected = line(0.0, 0.0);
    steps(
        &mut expected,
        &mut SGD::new(rate).unwrap(),
        &data,
        3,
        vec![rate; *epoch],
    );
    assert_eq!(parameters(&network), parameters(&expected));
    assert!(parameters(&network)[0].iter().all(|value| value.is_finite()));
    assert_eq!(sgd.state().steps, *epoch as u64);
}

#[test]
fn the_same_in_f32() {
    let data = Dataset::new(array![[1.0_f32], [2.0]], array![[1e5], [2e5]]).unwrap();
    let linear = Linear::from_parameters(array![[0.5_f32], [0.25]]).unwrap();
    let mut network = Sequential::new(1).then(linear).unwrap();
    let before = Weights::of(&network);
    let mut sgd = SGD::new(1e38).unwrap();
    let error = Fit::new(3, 2)
        .run(&mut network, &L1Loss::new(), &mut sgd, &data.clone())
        .unwrap_err();
    assert!(error.to_string().starts_with("epoch "), "{error}");
    assert!(
        Weights::of(&network).values()[0]
            .iter()
            .all(|value| value.is_finite())
    );

    network = Sequential::new(1)
        .then(Linear::from_parameters(before.values()[0].clone()).unwrap())
        .unwrap();
    let error = Fit::new(3, 2)
        .run(&mut network, &MSELoss::new(), &mut sgd, &data)
        .unwrap_err();
    assert_eq!(
        overflowing_module(error.error()),
        Some((0, 0, "module 0 (Linear(1 → 1))")),
        "{error}"
    );
    assert_eq!(Weights::of(&network), before);
}

/// A bias of −∞ before a rectifier switches a unit off: a network may have it from the start.
#[test]
fn a_parameter_that_is_infinite_from_the_start_is_none_of_the_fits_business() {
    let linear = Linear::from_parameters(array![[1.0, 1.0], [0.0, f64::NEG_INFINITY]]).unwrap();
    let network = Sequential::new(1)
        .then(linear)
        .unwrap()
        .then(brique_layers::ReLU)
        .unwrap();
    let head = Linear::from_parameters(array![[1.0], [1.0], [0.0]]).unwrap();
    let mut network = network.then(head).unwrap();
    let data = Dataset::new(array![[1.0], [2.0]], array![[1.0], [2.0]]).unwrap();
    let mut sgd = SGD::new(0.01).unwrap();
    Fit::new(3, 1)
        .run(&mut network, &MSELoss::new(), &mut sgd, &data)
        .unwrap();
    assert_eq!(parameters(&network)[0][[1, 1]], f64::NEG_INFINITY);
}

/// A callback stops the training right after the update that overflows: no checkpoint may contain it.
#[test]
fn a_training_that_is_stopped_after_an_overflow_saves_nothing_infinite() {
    let data = Dataset::new(array![[1.0], [2.0]], array![[1e10], [2e10]]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut network, mut sgd) = (line(0.5, 0.25), SGD::new(1e300).unwrap());
    let error = Fit::new(1, 1)
        .checkpoints(Checkpoints::new(folder.path()))
        .on_batch(|_, _| ControlFlow::Break(()))
        .run(&mut network, &MSELoss::new(), &mut sgd, &data)
        .unwrap_err();
    assert!(overflowing_module(error.error()).is_some(), "{error}");
    assert_eq!(parameters(&network)[0], array![[0.5], [0.25]]);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
