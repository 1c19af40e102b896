//! A workload as the library runs it.

use std::hint::black_box;

use brique::core::Error as ModuleError;
use brique::layers::{Linear, Sequential, Workspace};
use brique::losses::MSELoss;
use brique::optim::SGD;
use brique::random::{RandomSource, portable};
use brique::tensor::Scalar;
use brique::tensor::ndarray::Array2;
use brique::train::{Error as TrainingError, Stepper};

use crate::{Error, Pass, Workload};

/// Network, batch and all that a step needs; the same numbers for the same workload.
#[derive(Debug)]
pub struct Subject<T: Scalar> {
    name: String,
    pass: Pass,
    network: Sequential<T>,
    optimizer: SGD<T>,
    stepper: Stepper<T>,
    workspace: Workspace<T>,
    x: Array2<T>,
    y: Array2<T>,
}

const SEED: u64 = 1;
/// The standard deviation of weights and biases, where 1/√in is not smaller.
const DEVIATION: f64 = 0.1;
/// The step of gradient descent, where the network does not need a smaller one.
const RATE: f64 = 1e-3;

impl<T: Scalar> Subject<T> {
    /// Draws network and batch.
    ///
    /// # Errors
    ///
    /// If there is not the memory, or the library refuses.
    pub fn new(workload: &Workload) -> Result<Self, Error> {
        check_memory::<T>(workload)?;
        let name = workload.name();
        let mut rng = portable(SEED);
        let network = network(workload, &mut rng).map_err(|error| failed::<T>(name, error))?;
        let optimizer = SGD::new(rate(workload)).map_err(|error| failed::<T>(name, error))?;
        let mut batch = |columns| normal((workload.batch(), columns), 1.0, &mut rng);
        Ok(Self {
            name: name.to_owned(),
            pass: workload.pass(),
            x: batch(network.input().size()),
            y: batch(network.output().size()),
            network,
            optimizer,
            stepper: Stepper::default(),
            workspace: Workspace::default(),
        })
    }

    /// One step.
    ///
    /// # Errors
    ///
    /// If the library refuses, or a number is not finite.
    pub fn step(&mut self) -> Result<(), Error> {
        let done = match self.pass {
            Pass::Training => self.train(),
            Pass::Prediction => self.predict(),
        };
        done.map_err(|error| failed::<T>(&self.name, error))
    }

    fn train(&mut self) -> Result<(), TrainingError> {
        let loss = MSELoss::default();
        let (network, optimizer) = (&mut self.network, &mut self.optimizer);
        self.stepper
            .step(network, &loss, optimizer, &self.x, &self.y)
            .map(|loss| {
                black_box(loss);
            })
    }

    fn predict(&mut self) -> Result<(), TrainingError> {
        black_box(self.workspace.predict(&self.network, black_box(&self.x))?);
        Ok(())
    }
}

fn failed<T: Scalar>(workload: &str, source: impl Into<TrainingError>) -> Error {
    Error::Step {
        workload: workload.to_owned(),
        dtype: T::NAME,
        source: Box::new(source.into()),
    }
}

/// Asks for all of the memory at once and gives it back: where that fails, an error is still possible.
fn check_memory<T: Scalar>(workload: &Workload) -> Result<(), Error> {
    let bytes = workload
        .numbers()
        .and_then(|numbers| numbers.checked_mul(size_of::<T>()))
        .unwrap_or(usize::MAX);
    let is_there = Vec::<u8>::new().try_reserve_exact(bytes);
    is_there.map_err(|_| Error::Memory {
        workload: workload.name().to_owned(),
        dtype: T::NAME,
        bytes,
    })
}

fn network<T: Scalar>(workload: &Workload, rng: &mut dyn RandomSource) -> Result<Sequential<T>, ModuleError> {
    let mut network = Sequential::new(workload.sizes()[0]);
    for (number, (inputs, outputs)) in workload.layers().enumerate() {
        if number > 0 {
            network = workload.activation().after(network)?;
        }
        // At most 1/√in, so that no depth makes the outputs grow without bound.
        let deviation = DEVIATION.min(1.0 / (inputs as f64).sqrt());
        let parameters = normal((inputs + 1, outputs), deviation, rng);
        network = network.then(Linear::from_parameters(parameters)?)?;
    }
    Ok(network)
}

/// The rate, smaller where the curvature of the loss, about twice the inputs of all layers over the outputs, would make
/// gradient descent diverge.
fn rate(workload: &Workload) -> f64 {
    let inputs: f64 = workload.layers().map(|(inputs, _)| inputs as f64 + 1.0).sum();
    let outputs = workload
        .layers()
        .next_back()
        .map_or(1.0, |(_, outputs)| outputs as f64);
    RATE.min(outputs / (4.0 * inputs))
}

fn normal<T: Scalar>(shape: (usize, usize), deviation: f64, rng: &mut dyn RandomSource) -> Array2<T> {
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.normal(0.0, deviation)))
}
