//! A warm step on two threads allocates nothing: the only test of its program, whose counter sees every thread.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::alloc::System;

use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_losses::MSELoss;
use brique_optim::Adam;
use brique_random::{RandomSource, portable};
use brique_tensor::Threads;
use brique_tensor::ndarray::Array2;
use brique_train::Stepper;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often memory was asked for while `work` ran, by whichever thread.
fn allocations_of(work: impl FnOnce()) -> usize {
    let region = Region::new(COUNTING);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

fn normal(shape: (usize, usize), seed: u64) -> Array2<f32> {
    let mut rng = portable(seed);
    #[allow(clippy::cast_possible_truncation, reason = "any numbers will do")]
    Array2::from_shape_simple_fn(shape, || rng.standard_normal() as f32)
}

/// 64–300–300–10 on batches of 128: every kernel of the layer between is cut.
fn network() -> Sequential<f32> {
    let mut rng = portable(1);
    let mut linear = |inputs, outputs| Linear::new(inputs, outputs, Init::XavierUniform, &mut rng).unwrap();
    let network = Sequential::new(64).then(linear(64, 300)).unwrap();
    let network = network.then(Tanh).unwrap().then(linear(300, 300)).unwrap();
    network.then(Tanh).unwrap().then(linear(300, 10)).unwrap()
}

#[test]
fn a_warm_step_on_two_threads_allocates_nothing() {
    const STEPS: usize = 20;
    let (x, y) = (normal((128, 64), 1), normal((128, 10), 2));
    let (loss, mut optimizer) = (MSELoss::new(), Adam::new(1e-3).unwrap());
    let (mut network, mut stepper) = (network(), Stepper::default());
    let counts = Threads::new(2).unwrap().run(|| {
        let mut steps = |count| {
            for _ in 0..count {
                stepper.step(&mut network, &loss, &mut optimizer, &x, &y).unwrap();
            }
        };
        let cold = allocations_of(|| steps(1));
        assert!(cold > 10, "the counter counts nothing");
        // When the second thread takes its first part of each product, and grows its buffers, is up to the system.
        let mut counts = Vec::with_capacity(20);
        while counts.len() < counts.capacity() {
            counts.push(allocations_of(|| steps(STEPS)));
        }
        counts
    });
    assert!(counts.contains(&0), "allocations of {STEPS} steps: {counts:?}");
    let all: usize = counts.iter().sum();
    assert!(all < STEPS, "allocations of {STEPS} steps: {counts:?}");
}
