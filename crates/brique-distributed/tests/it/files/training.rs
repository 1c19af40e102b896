//! Whole trainings on files.

use std::ops::ControlFlow;

use brique_core::Loss;
use brique_datasets::{CsvOptions, Dataset, InputColumns, read_csv};
use brique_distributed::{Alone, Communicator, CsvSource, Order, Sharded, run_threads};
use brique_layers::{Dropout, Init, LayerNorm, Linear, Sequential, Tanh};
use brique_losses::MSELoss;
use brique_optim::{Adam, Optimizer, Schedule};
use brique_random::portable;
use brique_tensor::Scalar;
use brique_train::{Checkpoints, Error, ExampleSource, Fit};

use crate::files::{Files, read_all};
use crate::trainings::Outcome;

const SHUFFLED: [Option<u64>; 2] = [None, Some(7)];

fn network<T: Scalar>(inputs: usize) -> Sequential<T> {
    let mut rng = portable(5);
    Sequential::new(inputs)
        .then(LayerNorm::new(inputs).unwrap())
        .and_then(|network| network.then(Linear::new(inputs, 5, Init::PyTorch, &mut rng)?))
        .and_then(|network| network.then(Tanh))
        .and_then(|network| network.then(Dropout::new(0.2, 9)?))
        .and_then(|network| network.then(Linear::new(5, 1, Init::PyTorch, &mut rng)?))
        .unwrap()
}

/// The last batch has five examples, fewer than there are shards.
fn fit<'a, T: Scalar>(seed: Option<u64>) -> Fit<'a, T> {
    let fit = Fit::new(3, 10)
        .schedule_by_step(Schedule::cosine(0.1).unwrap())
        .clip_norm(0.8);
    match seed {
        Some(seed) => fit.shuffle(seed),
        None => fit,
    }
}

fn optimizer<T: Scalar>() -> impl Optimizer<T> {
    Adam::new(0.02).unwrap()
}

fn train_on<T: Scalar>(
    communicator: impl Communicator<T>,
    source: &mut dyn ExampleSource<T>,
    seed: Option<u64>,
) -> Result<Outcome, Error> {
    let mut sharded = Sharded::new(communicator, 7).unwrap();
    let mut network = network(source.sizes().inputs);
    let mut optimizer = optimizer();
    let loss: &dyn Loss<T> = &MSELoss::new();
    let history = fit(seed)
        .strategy(&mut sharded)
        .run_on(&mut network, loss, &mut optimizer, source)?;
    Ok(Outcome::new(&network, &optimizer, &history))
}

fn train_in_memory<T: Scalar>(data: &Dataset<T>) -> Outcome {
    let mut sharded = Sharded::new(Alone, 7).unwrap();
    let mut network = network(data.inputs().ncols());
    let mut optimizer = optimizer();
    let fit = fit(None).strategy(&mut sharded);
    let history = fit
        .run(&mut network, &MSELoss::new(), &mut optimizer, data)
        .unwrap();
    Outcome::new(&network, &optimizer, &history)
}

/// Without the text column, whose missing values are NaN.
fn numbers() -> CsvOptions {
    CsvOptions {
        inputs: InputColumns::only(["a", "b"]),
        ..CsvOptions::with_header()
    }
}

fn sources<T: Scalar>(files: &Files) -> Vec<Box<dyn ExampleSource<T>>> {
    let csv = CsvSource::open(files.path("table.csv"), &numbers()).unwrap();
    vec![
        Box::new(files.idx()),
        Box::new(csv),
        Box::new(files.safetensors()),
    ]
}

fn check<T: Scalar>() {
    let files = Files::new();
    let mut in_memory = files.in_memory::<T>();
    in_memory[1] = read_csv(files.path("table.csv"), &numbers()).unwrap();
    for (number, data) in in_memory.iter().enumerate() {
        let mut outcomes = Vec::new();
        for seed in SHUFFLED {
            let alone = train_on::<T>(Alone, &mut *sources(&files)[number], seed).unwrap();
            for size in [1, 2, 3, 5, 9] {
                let all = run_threads(size, |communicator| {
                    train_on::<T>(communicator, &mut *sources(&files)[number], seed)
                });
                for outcome in all {
                    assert_eq!(
                        outcome.unwrap(),
                        alone,
                        "source {number}, {size} processes, {seed:?}"
                    );
                }
            }
            outcomes.push(alone);
        }
        assert_eq!(outcomes[0], train_in_memory(data), "source {number}");
        assert_ne!(outcomes[0], outcomes[1], "source {number}");
    }
}

#[test]
fn trainings_have_the_same_bits_on_any_number_of_processes_and_in_memory_in_f32() {
    check::<f32>();
}

#[test]
fn trainings_have_the_same_bits_on_any_number_of_processes_and_in_memory_in_f64() {
    check::<f64>();
}

/// One epoch of a shuffled file is one of a data set in memory that has its order.
#[test]
fn a_shuffled_epoch_is_that_of_the_data_set_in_this_order() {
    let files = Files::new();
    let data: Dataset = files.in_memory().swap_remove(2);
    let order = Order::new(data.len(), Some(7));
    let rows: Vec<usize> = (0..data.len())
        .map(|position| order.get(position).unwrap())
        .collect();
    let in_order = data.select(&rows).unwrap();
    let read = read_all(&mut files.safetensors::<f64>(), Some(7), 10);
    assert_eq!(read, in_order.into_parts());
}

#[test]
fn a_training_on_a_file_continues_in_the_middle_of_an_epoch_with_the_same_bits() {
    let files = Files::new();
    let train = |folder: &str, stop: Option<u64>| {
        let mut source = files.safetensors::<f64>();
        let mut network = network(6);
        let mut optimizer = optimizer();
        let mut fit = fit(Some(3)).checkpoints(Checkpoints::new(files.path(folder)));
        if let Some(steps) = stop {
            fit = fit.on_batch(move |batch, _| {
                assert!(batch.steps <= steps);
                if batch.steps == steps {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
        }
        let history = fit
            .run_on(&mut network, &MSELoss::new(), &mut optimizer, &mut source)
            .unwrap();
        Outcome::new(&network, &optimizer, &history)
    };
    let whole = train("whole", None);
    for steps in [1, 7, 10, 12] {
        let folder = format!("stopped after {steps}");
        train(&folder, Some(steps));
        assert_eq!(train(&folder, None), whole, "{steps}");
    }
}

/// One process has the whole batch, and the others have nothing that they could compare with it.
#[test]
fn more_processes_than_shards_train_too() {
    let files = Files::new();
    let outcomes = run_threads(3, |communicator| {
        let mut sharded = Sharded::new(communicator, 1).unwrap();
        let fit = Fit::new(1, 10).strategy(&mut sharded);
        let mut source = files.safetensors::<f64>();
        let mut network = network(6);
        fit.run_on(&mut network, &MSELoss::new(), &mut optimizer(), &mut source)
            .map(|history| history.epochs()[0].loss)
            .unwrap()
    });
    assert!(outcomes.iter().all(|&loss| loss == outcomes[0]));
}
