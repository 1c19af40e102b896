//! A training has the same bits on any number of processes.

use brique_core::Reduction;
use brique_datasets::Dataset;
use brique_distributed::{Alone, Sharded, run_threads};
use brique_layers::Sequential;
use brique_losses::{BCEWithLogitsLoss, CrossEntropyLoss};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use brique_train::Fit;

use crate::trainings::{
    MakeOptimizer, Outcome, convolutions, data, fit, network, optimizers, run, sequences, train,
    train_convolutions,
};

const SIZES: [usize; 6] = [1, 2, 3, 4, 8, 11];

fn check_optimizers<T: Scalar>() {
    for (name, make) in optimizers::<T>() {
        let alone = train::<T>(Alone, make, 3).unwrap();
        for size in SIZES {
            for outcome in run_threads(size, |communicator| train::<T>(communicator, make, 3)) {
                assert_eq!(outcome.unwrap(), alone, "{name}, {size} processes");
            }
        }
    }
}

#[test]
fn every_optimizer_has_the_same_bits_on_any_number_of_processes_in_f64() {
    check_optimizers::<f64>();
}

#[test]
fn every_optimizer_has_the_same_bits_on_any_number_of_processes_in_f32() {
    check_optimizers::<f32>();
}

#[test]
fn convolutions_have_the_same_bits() {
    let alone = train_convolutions::<f32>(Alone).unwrap();
    for size in SIZES {
        for outcome in run_threads(size, train_convolutions::<f32>) {
            assert_eq!(outcome.unwrap(), alone, "{size} processes");
        }
    }
}

#[test]
fn sums_and_weighted_examples_have_the_same_bits() {
    let weights: Vec<f64> = (0..45_u32).map(|i| f64::from(i % 4)).collect();
    let data: Dataset = data(1).with_example_weights(weights).unwrap();
    let (_, make) = optimizers::<f64>()[0];
    for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
        let loss = BCEWithLogitsLoss::new().with_reduction(reduction);
        let train = |sharded: &mut dyn brique_train::Strategy| {
            let fit = Fit::new(2, 10).shuffle(7).clip_norm(0.5).strategy(sharded);
            run(fit, network(), &loss, make, &data).unwrap()
        };
        let alone = train(&mut Sharded::new(Alone, 8).unwrap());
        for outcome in run_threads(3, |communicator| {
            train(&mut Sharded::new(communicator, 8).unwrap())
        }) {
            assert_eq!(outcome, alone, "{reduction}");
        }
    }
}

/// The largest difference of two parameters.
fn difference(a: &Outcome, b: &Outcome) -> f64 {
    let numbers =
        |outcome: &Outcome| -> Vec<f64> { outcome.parameters.iter().copied().map(f64::from_bits).collect() };
    let pairs = numbers(a).into_iter().zip(numbers(b));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Without dropout, whose masks belong to shards, the shards compute the same training up to rounding.
#[test]
fn shards_compute_the_training_without_shards_up_to_rounding() {
    let (_, make) = optimizers::<f64>()[1];
    let data = sequences::<f64>();
    let targets: Array2<f64> = Array2::from_shape_fn((23, 1), |(row, _)| f64::from(row % 2 == 0));
    let classes = Dataset::new(data.inputs().clone(), targets).unwrap();
    let weighted = classes
        .clone()
        .with_example_weights((0..23_u32).map(f64::from).collect())
        .unwrap();
    let weighing = CrossEntropyLoss::new().class_weights(vec![1.0, 3.0]).unwrap();
    for (loss, data) in [
        (CrossEntropyLoss::new(), &classes),
        (CrossEntropyLoss::new(), &weighted),
        (CrossEntropyLoss::new().with_reduction(Reduction::Sum), &classes),
        (weighing, &classes),
    ] {
        let plain = run(Fit::new(2, 8).clip_norm(0.5), convolutions(), &loss, make, data).unwrap();
        for shards in [1, 2, 3, 8, 20] {
            let mut sharded = Sharded::new(Alone, shards).unwrap();
            let fit = Fit::new(2, 8).clip_norm(0.5).strategy(&mut sharded);
            let outcome = run(fit, convolutions(), &loss, make, data).unwrap();
            assert!(difference(&plain, &outcome) < 1e-13, "{loss}, {shards} shards");
        }
    }
}

#[test]
fn another_number_of_shards_may_have_other_bits() {
    let (_, make) = optimizers::<f64>()[0];
    let train = |shards| {
        let mut sharded = Sharded::new(Alone, shards).unwrap();
        run(
            Fit::new(1, 10).strategy(&mut sharded),
            network(),
            &BCEWithLogitsLoss::new(),
            make,
            &data(1),
        )
        .unwrap()
    };
    assert_ne!(train(2), train(8));
}

#[test]
fn a_network_without_parameters_trains_too() {
    let make: MakeOptimizer<f64> = optimizers()[0].1;
    let data = Dataset::new(Array2::ones((5, 1)), Array2::zeros((5, 1))).unwrap();
    for outcome in run_threads(2, |communicator| {
        let mut sharded = Sharded::new(communicator, 3).unwrap();
        let fit = Fit::new(1, 2).strategy(&mut sharded);
        run(fit, Sequential::new(1), &BCEWithLogitsLoss::new(), make, &data)
    }) {
        assert!(outcome.unwrap().parameters.is_empty());
    }
}

#[test]
fn early_stop_ends_all_processes_in_the_same_epoch() {
    let (_, make) = optimizers::<f64>()[3];
    let (data, validation) = (data(1), data(2));
    let results = run_threads(3, |communicator| {
        let mut sharded = Sharded::new(communicator, 8).unwrap();
        let fit = fit(60, &validation).stop_early(2).strategy(&mut sharded);
        run(fit, network(), &BCEWithLogitsLoss::new(), make, &data).unwrap()
    });
    assert!(results[0].history.len() < 60 * 4, "no early stop");
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}
