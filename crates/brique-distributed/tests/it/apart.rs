//! A network whose modules do not add in row groups: its passes are made shard by shard, with the same bits.

use std::fmt;

use brique_core::{Fault, Memory, Module, Parameter, Shape};
use brique_distributed::{Alone, Sharded, run_threads};
use brique_layers::{Dropout, Init, Linear, Sequential, Tanh};
use brique_losses::BCEWithLogitsLoss;
use brique_random::portable;
use brique_tensor::Matrix;
use brique_train::Fit;

use crate::trainings::{Outcome, data, optimizers, run};

/// A linear module that does not say that it adds in row groups.
#[derive(Debug)]
struct Apart(Linear);

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Module for Apart {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        self.0.output_shape(input)
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        self.0.forward_kernel(input, output, memory);
    }

    fn delta_kernel(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
        self.0.delta_kernel(input, delta, input_delta, memory);
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, memory: &mut Memory) {
        self.0.gradient_kernel(input, delta, memory);
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        self.0.own_parameters(visit);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        self.0.own_parameters_mut(visit);
    }
}

fn network(are_apart: bool) -> Sequential {
    let mut rng = portable(8);
    let first = Linear::new(2, 20, Init::PyTorch, &mut rng).unwrap();
    let second = Linear::new(20, 1, Init::PyTorch, &mut rng).unwrap();
    let network = Sequential::new(2);
    let network = if are_apart {
        network.then(Apart(first))
    } else {
        network.then(first)
    };
    let network = network
        .unwrap()
        .then(Tanh)
        .unwrap()
        .then(Dropout::new(0.2, 3).unwrap())
        .unwrap();
    let network = if are_apart {
        network.then(Apart(second))
    } else {
        network.then(second)
    };
    network.unwrap()
}

fn train(mut sharded: impl brique_train::Strategy, are_apart: bool) -> Outcome {
    let (_, make) = optimizers::<f64>()[3];
    let fit = Fit::new(2, 10).shuffle(7).strategy(&mut sharded);
    run(fit, network(are_apart), &BCEWithLogitsLoss::new(), make, &data(1)).unwrap()
}

#[test]
fn passes_over_shards_have_the_bits_of_passes_over_groups() {
    let together = train(Sharded::new(Alone, 8).unwrap(), false);
    assert_eq!(train(Sharded::new(Alone, 8).unwrap(), true), together);
    for processes in [2, 3, 8] {
        for are_apart in [false, true] {
            let process = |communicator| train(Sharded::new(communicator, 8).unwrap(), are_apart);
            for outcome in run_threads(processes, process) {
                assert_eq!(outcome, together, "{processes} processes, apart: {are_apart}");
            }
        }
    }
}
