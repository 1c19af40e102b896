//! A process that fails, ends or hangs is named by the others.

use std::ops::ControlFlow;
use std::time::Duration;

use brique_core::Module;
use brique_distributed::{Communicator, Error, Sharded, ThreadCommunicator, run_threads};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::SGD;
use brique_train::{Fit, Strategy};

use crate::trainings::{data, network};

#[test]
fn an_error_in_one_process_reaches_all_others() {
    let data = data::<f64>(1);
    let mut targets = data.targets().clone();
    targets[[13, 0]] = 7.0; // in the second batch, in the shard of process 1
    let bad_targets = data.clone().with_targets(targets).unwrap();
    let errors = run_threads(3, |communicator| {
        let is_bad = communicator.rank() == 1;
        let mut sharded = Sharded::new(communicator, 6).unwrap();
        let fit = Fit::new(1, 10).strategy(&mut sharded);
        let data = if is_bad { &bad_targets } else { &data };
        let mut sgd = SGD::new(0.1).unwrap();
        fit.run(&mut network(), &BCEWithLogitsLoss::new(), &mut sgd, data)
            .unwrap_err()
            .to_string()
    });
    assert!(
        errors[1].starts_with("epoch 0, batch 1: BCEWithLogitsLoss(mean), forward: y[0, 0] is 7"),
        "{}",
        errors[1]
    );
    for other in [0, 2] {
        let expected = format!(
            "epoch 0, batch 1: process 1 of 3 failed: {}",
            errors[1].trim_start_matches("epoch 0, batch 1: ")
        );
        assert_eq!(errors[other], expected);
    }
}

#[test]
fn a_nan_stops_all_processes_with_the_same_error() {
    let data = data::<f64>(1);
    let mut inputs = data.inputs().clone();
    inputs[[20, 0]] = f64::NAN;
    let data = data.with_inputs(inputs).unwrap();
    let errors = run_threads(3, |communicator| {
        let mut sharded = Sharded::new(communicator, 6).unwrap();
        let fit = Fit::new(1, 10).strategy(&mut sharded);
        let mut sgd = SGD::new(0.1).unwrap();
        fit.run(&mut network(), &BCEWithLogitsLoss::new(), &mut sgd, &data)
            .unwrap_err()
            .to_string()
    });
    assert!(errors[0].starts_with("epoch 0, batch 2: "), "{}", errors[0]);
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
}

#[test]
fn a_callback_that_stops_in_one_process_stops_all() {
    let data = data::<f64>(1);
    let steps = run_threads(3, |communicator| {
        let stops = communicator.rank() == 2;
        let mut sharded = Sharded::new(communicator, 6).unwrap();
        let mut fit = Fit::new(9, 10).strategy(&mut sharded);
        if stops {
            fit = fit.on_batch(|batch, _| match batch.steps {
                7 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            });
        }
        let mut sgd = SGD::new(0.1).unwrap();
        fit.run(&mut network(), &BCEWithLogitsLoss::new(), &mut sgd, &data)
            .unwrap();
        brique_optim::Optimizer::<f64>::state(&sgd).steps
    });
    assert_eq!(steps, [7, 7, 7]);
}

#[test]
fn a_process_that_ended_is_named() {
    let results = run_threads::<f64, _>(3, |mut communicator| {
        if communicator.rank() == 1 {
            return Ok(Vec::new());
        }
        communicator.gather(vec![1.0])
    });
    for other in [0, 2] {
        assert_eq!(results[other], Err(Error::Ended { rank: 1, size: 3 }));
    }
}

#[test]
fn a_process_that_sends_nothing_is_named_after_the_timeout() {
    let mut group = ThreadCommunicator::<f64>::group(2);
    let silent = group.pop();
    let mut waiting = group.remove(0).with_timeout(Duration::from_millis(20));
    let error = waiting.barrier().unwrap_err();
    assert_eq!(
        error.to_string(),
        "process 1 of 2 sent nothing for 0.02 s: it hangs, or the timeout is too short"
    );
    drop(silent);
}

/// What the processes say of the first step if process 1 has another number of shards, parameters or examples.
fn errors_if_processes_differ(shards: usize, weight: f64, seed: u64) -> Vec<String> {
    run_threads(2, |communicator| {
        let differs = communicator.rank() == 1;
        let mut sharded = Sharded::new(communicator, if differs { shards } else { 2 }).unwrap();
        let mut network = network::<f64>();
        if differs {
            network.visit_parameters_mut(&mut |parameter| parameter.value_mut()[[0, 0]] += weight);
        }
        let data = data(if differs { seed } else { 1 });
        let fit = Fit::new(1, 10).strategy(&mut sharded);
        let result = fit.run(
            &mut network,
            &BCEWithLogitsLoss::new(),
            &mut SGD::new(0.1).unwrap(),
            &data,
        );
        result.map_or_else(|error| error.to_string(), |_| String::new())
    })
}

#[test]
fn processes_that_begin_different_trainings_are_told() {
    for (what, shards, weight, seed) in [
        ("number of shards", 4, 0.0, 1),
        ("parameters", 2, 1e-9, 1),
        ("examples in the first batch", 2, 0.0, 3),
    ] {
        let expected = |rank: usize, other: usize| {
            format!(
                "epoch 0, batch 0: process {rank} and process {other} of 2 have not the same {what}: all processes \
                 must begin the same training, with the same seeds"
            )
        };
        assert_eq!(
            errors_if_processes_differ(shards, weight, seed),
            [expected(0, 1), expected(1, 0)]
        );
    }
    assert_eq!(errors_if_processes_differ(2, 0.0, 1), ["", ""]);
}

#[test]
fn no_shards_are_refused() {
    let error = Sharded::<_, f64>::new(brique_distributed::Alone, 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the number of shards is 0, expected at least 1"
    );
}

#[test]
fn any_is_true_if_it_is_true_in_one_process() {
    for (here, expected) in [
        ([false, false], false),
        ([false, true], true),
        ([true, true], true),
    ] {
        let results = run_threads::<f64, _>(2, |communicator| {
            let here = here[communicator.rank()];
            Sharded::new(communicator, 2).unwrap().any(here).unwrap()
        });
        assert_eq!(results, [expected; 2]);
    }
}
