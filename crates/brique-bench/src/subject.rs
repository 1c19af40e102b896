//! A workload, prepared to be run by the library.

use std::hint::black_box;

use brique::core::Error as ModuleError;
use brique::core::{Loss, Module};
use brique::layers::{Linear, Sequential, Workspace};
use brique::losses::{CrossEntropyLoss, MSELoss};
use brique::optim::SGD;
use brique::random::{RandomSource, portable};
use brique::tensor::Scalar;
use brique::tensor::ndarray::Array2;
use brique::train::{Error as TrainingError, Examples, Stepper, Strategy};

use crate::convolutional::CLASSES;
use crate::{Error, Pass, Workload};

/// The network, the batch and everything else that a step needs. The same workload always has the same numbers.
#[derive(Debug)]
pub struct Subject<T: Scalar> {
    name: String,
    pass: Pass,
    network: Sequential<T>,
    loss: Box<dyn Loss<T>>,
    optimizer: SGD<T>,
    stepper: Stepper<T>,
    strategy: Option<Box<dyn Strategy<T>>>,
    workspace: Workspace<T>,
    x: Array2<T>,
    y: Array2<T>,
}

const SEED: u64 = 1;
/// The standard deviation of weights and biases, unless 1/√in is smaller.
const DEVIATION: f64 = 0.1;
/// The learning rate of gradient descent, unless the network needs a smaller one.
const RATE: f64 = 1e-3;

impl<T: Scalar> Subject<T> {
    /// Draws the network and the batch.
    ///
    /// # Errors
    ///
    /// If there is not enough memory, or the library returns an error.
    pub fn new(workload: &Workload) -> Result<Self, Error> {
        check_memory::<T>(workload)?;
        let name = workload.name();
        let mut rng = portable(SEED);
        let network = network(workload, &mut rng).map_err(|error| failed::<T>(name, error))?;
        let optimizer = SGD::new(rate(workload)).map_err(|error| failed::<T>(name, error))?;
        let mut batch = |columns| normal((workload.batch(), columns), 1.0, &mut rng);
        let x = batch(network.input().size());
        let (y, loss): (_, Box<dyn Loss<T>>) = match workload.convolutional() {
            None => (batch(network.output().size()), Box::new(MSELoss::new())),
            Some(_) => (classes(workload.batch()), Box::new(CrossEntropyLoss::new())),
        };
        Ok(Self {
            name: name.to_owned(),
            pass: workload.pass(),
            x,
            y,
            network,
            loss,
            optimizer,
            stepper: Stepper::default(),
            strategy: None,
            workspace: Workspace::default(),
        })
    }

    /// Lets this strategy compute the gradients of each step.
    #[must_use]
    pub fn with_strategy(self, strategy: impl Strategy<T> + 'static) -> Self {
        Self {
            strategy: Some(Box::new(strategy)),
            ..self
        }
    }

    /// Returns the number of parameters.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let mut parameters = 0;
        self.network
            .visit_parameters(&mut |parameter| parameters += parameter.value().len());
        parameters
    }

    /// Makes one step.
    ///
    /// # Errors
    ///
    /// If the library returns an error, or a number is not finite.
    pub fn step(&mut self) -> Result<(), Error> {
        let done = match self.pass {
            Pass::Training => self.train(),
            Pass::Prediction => self.predict(),
        };
        done.map_err(|error| failed::<T>(&self.name, error))
    }

    fn train(&mut self) -> Result<(), TrainingError> {
        let (network, optimizer) = (&mut self.network, &mut self.optimizer);
        let loss = match &mut self.strategy {
            None => self
                .stepper
                .step(network, &*self.loss, optimizer, &self.x, &self.y)?,
            Some(strategy) => {
                let examples = Examples::whole(self.x.view(), self.y.view(), None);
                let stepper = &mut self.stepper;
                stepper.step_with(&mut **strategy, network, &*self.loss, optimizer, &examples)?
            }
        };
        black_box(loss);
        Ok(())
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

/// Allocates all of the memory at once and frees it again: if the allocation fails here, an error can still be
/// returned.
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
    if let Some(network) = workload.convolutional() {
        return network.build(rng);
    }
    let mut network = Sequential::new(workload.sizes()[0]);
    for (number, (inputs, outputs)) in workload.layers().enumerate() {
        if number > 0 {
            network = workload.activation().after(network)?;
        }
        // At most 1/√in, so that the outputs do not grow without bound with the depth.
        let deviation = DEVIATION.min(1.0 / (inputs as f64).sqrt());
        let parameters = normal((inputs + 1, outputs), deviation, rng);
        network = network.then(Linear::from_parameters(parameters)?)?;
    }
    Ok(network)
}

/// Returns the learning rate. It is smaller than the default if gradient descent would diverge because of the
/// curvature of the loss, which is about twice the inputs of all layers divided by the outputs.
fn rate(workload: &Workload) -> f64 {
    let inputs: f64 = workload.layers().map(|(inputs, _)| inputs as f64 + 1.0).sum();
    let outputs = workload
        .layers()
        .next_back()
        .map_or(1.0, |(_, outputs)| outputs as f64);
    RATE.min(outputs / (4.0 * inputs))
}

/// Returns the index of a class for each example.
fn classes<T: Scalar>(batch: usize) -> Array2<T> {
    Array2::from_shape_fn((batch, 1), |(example, _)| T::from_usize(example % CLASSES))
}

fn normal<T: Scalar>(shape: (usize, usize), deviation: f64, rng: &mut dyn RandomSource) -> Array2<T> {
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.normal(0.0, deviation)))
}
