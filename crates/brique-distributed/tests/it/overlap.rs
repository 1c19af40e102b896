//! Exchanges that go on during the backward pass, whenever their messages arrive.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use brique_core::{Fault, Memory, Module, Reduction, Shape};
use brique_datasets::Dataset;
use brique_distributed::{
    Alone, Communicator, Error, Message, Pending, Sharded, ThreadCommunicator, run_threads,
};
use brique_layers::{Linear, Sequential};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::SGD;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};
use brique_train::Fit;

use crate::trainings::{data, train_wide, wide};

/// A module that calls a function in its backward pass, and changes nothing.
struct Probe<F>(F);

impl<F> fmt::Debug for Probe<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Probe")
    }
}

impl<F> fmt::Display for Probe<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Probe")
    }
}

impl<T: Scalar, F: Fn() + Send + Sync> Module<T> for Probe<F> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        output.assign(input);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        input_delta.assign(delta);
    }

    fn gradient_kernel(&mut self, _: &Matrix<T>, _: &Matrix<T>, _: &mut Memory<T>) {
        (self.0)();
    }
}

/// The wide network with two probes: in the backward pass, `first` runs before all other modules, and `last` after them.
fn network<T: Scalar>(
    first: impl Fn() + Send + Sync + 'static,
    last: impl Fn() + Send + Sync + 'static,
) -> Sequential<T> {
    Sequential::new(2)
        .then(Probe(last))
        .and_then(|network| network.then(wide()))
        .and_then(|network| network.then(Probe(first)))
        .unwrap()
}

/// A communicator that says in every call but the n-th that nothing has arrived, and counts the exchanges that started.
#[derive(Debug)]
struct Late<C> {
    communicator: C,
    every: usize,
    receives_early: bool,
    calls: usize,
    started: Arc<AtomicUsize>,
}

impl<C> Late<C> {
    fn new(communicator: C, every: usize) -> Self {
        Self {
            communicator,
            every,
            receives_early: true,
            calls: 0,
            started: Arc::default(),
        }
    }
}

impl<T: Scalar, C: Communicator<T>> Communicator<T> for Late<C> {
    fn rank(&self) -> usize {
        self.communicator.rank()
    }

    fn size(&self) -> usize {
        self.communicator.size()
    }

    fn exchange(&mut self, messages: Vec<Vec<T>>) -> Result<Vec<Vec<T>>, Error> {
        self.communicator.exchange(messages)
    }

    fn receives_early(&self) -> bool {
        self.receives_early
    }

    fn moves_messages(&self) -> bool {
        self.communicator.moves_messages()
    }

    fn start(&mut self, messages: Vec<Message<T>>) -> Result<Pending<T>, Error> {
        self.started.fetch_add(1, Ordering::Relaxed);
        self.communicator.start(messages)
    }

    fn has_arrived(&mut self, pending: &Pending<T>) -> bool {
        self.calls += 1;
        self.calls.is_multiple_of(self.every) && self.communicator.has_arrived(pending)
    }

    fn finish(&mut self, pending: Pending<T>) -> Result<Vec<Message<T>>, Error> {
        self.communicator.finish(pending)
    }

    fn fail(&mut self, message: &str) {
        self.communicator.fail(message);
    }
}

/// A communicator that has the one operation that it must have.
#[derive(Debug)]
struct AtOnce<C>(C);

impl<T: Scalar, C: Communicator<T>> Communicator<T> for AtOnce<C> {
    fn rank(&self) -> usize {
        self.0.rank()
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn exchange(&mut self, messages: Vec<Vec<T>>) -> Result<Vec<Vec<T>>, Error> {
        self.0.exchange(messages)
    }

    fn fail(&mut self, message: &str) {
        self.0.fail(message);
    }
}

fn check_arrivals<T: Scalar>() {
    let alone = train_wide::<T>(Alone).unwrap();
    for size in [2, 3, 4, 5] {
        let at_once = run_threads(size, |communicator| {
            train_wide::<T>(AtOnce(communicator)).unwrap()
        });
        let late = run_threads(size, |communicator| {
            // Each process sees other messages late. Process 0 sees none before it waits for them.
            let every = [usize::MAX, 1, 3, 2, 7][communicator.rank()];
            train_wide::<T>(Late::new(communicator, every)).unwrap()
        });
        let at_the_end = run_threads(size, |communicator| {
            let mut late = Late::new(communicator, 1);
            late.receives_early = false;
            train_wide::<T>(late).unwrap()
        });
        for outcome in at_once.into_iter().chain(late).chain(at_the_end) {
            assert_eq!(outcome, alone, "{size} processes, {}", T::NAME);
        }
    }
}

#[test]
fn messages_that_arrive_late_or_at_once_give_the_same_bits() {
    check_arrivals::<f32>();
    check_arrivals::<f64>();
}

#[test]
fn exchanges_start_before_the_backward_pass_ends() {
    for (size, expected) in [(2, 4), (3, 5)] {
        let started = run_threads::<f64, _>(size, |communicator| {
            let late = Late::new(communicator, 1);
            let started = Arc::clone(&late.started);
            let (before, after) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let probe = |count: &Arc<AtomicUsize>| {
                let (started, count) = (Arc::clone(&started), Arc::clone(count));
                move || count.store(started.load(Ordering::Relaxed), Ordering::Relaxed)
            };
            let mut network = network(probe(&before), probe(&after));
            let mut sharded = Sharded::new(late, 6).unwrap();
            let fit = Fit::new(1, 45).strategy(&mut sharded);
            let mut sgd = SGD::new(0.1).unwrap();
            fit.run(&mut network, &BCEWithLogitsLoss::new(), &mut sgd, &data(1))
                .unwrap();
            after.load(Ordering::Relaxed) - before.load(Ordering::Relaxed)
        });
        assert_eq!(started, vec![expected; size], "{size} processes");
    }
}

/// The bits of all parameters.
fn values(network: &Sequential) -> Vec<u64> {
    let mut values = Vec::new();
    network.visit_parameters(&mut |parameter| values.extend(parameter.value().iter().map(|n| n.to_bits())));
    values
}

/// Trains in three processes. Process 1 calls `interruption` in the backward pass, after exchanges have started. Returns the
/// errors of the others.
fn errors_of_others(
    timeout: Duration,
    interruption: impl Fn() + Copy + Send + Sync + 'static,
) -> Vec<String> {
    let process = |communicator: ThreadCommunicator| {
        let is_interrupted = Communicator::rank(&communicator) == 1;
        let is_over = AtomicBool::new(!is_interrupted);
        let probe = move || {
            if !is_over.swap(true, Ordering::Relaxed) {
                interruption();
            }
        };
        let mut network = network(|| {}, probe);
        let before = values(&network);
        let communicator = communicator.with_timeout(timeout);
        let mut sharded = Sharded::new(communicator, 6).unwrap();
        let fit = Fit::new(1, 10).strategy(&mut sharded);
        let mut sgd = SGD::new(0.1).unwrap();
        let error = fit
            .run(&mut network, &BCEWithLogitsLoss::new(), &mut sgd, &data(1))
            .unwrap_err();
        assert_eq!(values(&network), before);
        // The gradients still have their shapes: the network can train.
        let fit = Fit::new(1, 10).strategy(Sharded::new(Alone, 6).unwrap());
        fit.run(&mut network, &BCEWithLogitsLoss::new(), &mut sgd, &data(1))
            .unwrap();
        error.to_string()
    };
    thread::scope(|scope| {
        let group = ThreadCommunicator::group(3).into_iter();
        let threads: Vec<_> = group
            .map(|communicator| {
                scope.spawn(move || catch_unwind(AssertUnwindSafe(|| process(communicator))).ok())
            })
            .collect();
        let mut errors: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        errors.remove(1);
        errors.into_iter().flatten().collect()
    })
}

#[test]
fn a_panic_while_exchanges_are_under_way_is_named() {
    let errors = errors_of_others(Duration::from_secs(60), || panic!("in the backward pass"));
    let expected =
        "epoch 0, batch 0: process 1 of 3 has ended, and the others still expected messages from it";
    assert_eq!(errors, [expected; 2]);
}

#[test]
fn a_process_that_hangs_while_exchanges_are_under_way_is_named() {
    let errors = errors_of_others(Duration::from_millis(50), || {
        thread::sleep(Duration::from_secs(1));
    });
    assert_eq!(errors.len(), 2);
    for error in &errors {
        assert!(
            error.contains("process 1 of 3 sent nothing for 0.05 s"),
            "{error}"
        );
    }
}

/// The gradients of both halves of the batch are finite in f32, and their sum is not. A network with 20,000 outputs has a
/// bucket that one of two processes adds for both, and three processes in parts.
#[test]
fn an_infinite_sum_of_finite_gradients_is_an_error_in_all_processes() {
    let (x, loss) = (
        Array2::from_elem((4, 1), 3e38_f32),
        BCEWithLogitsLoss::new().with_reduction(Reduction::Sum),
    );
    for outputs in [1, 20_000] {
        let data = Dataset::new(x.clone(), Array2::zeros((4, outputs))).unwrap();
        for size in [1, 2, 3] {
            let errors = run_threads(size, |communicator| {
                let mut linear = Linear::from_parameters(Array2::zeros((2, outputs))).unwrap();
                let mut sharded = Sharded::new(communicator, 4).unwrap();
                let fit = Fit::new(1, 4).strategy(&mut sharded);
                let mut sgd = SGD::new(0.1).unwrap();
                let error = fit.run(&mut linear, &loss, &mut sgd, &data).unwrap_err();
                error.to_string()
            });
            for error in &errors {
                assert!(error.contains("gradient") && error.contains("inf"), "{error}");
                assert_eq!(*error, errors[0], "{size} processes");
            }
        }
    }
}
