//! Trainings with everything that determines numbers: order, dropout, schedules, clipping, validation, metrics.

use brique_core::{Loss, Module};
use brique_datasets::{Dataset, Moons, moons};
use brique_distributed::{Communicator, Sharded};
use brique_layers::{Conv1D, Dropout, Flatten, Init, LayerNorm, Linear, ReLU, Residual, Sequential, Tanh};
use brique_losses::{BCEWithLogitsLoss, MSELoss};
use brique_optim::{Adagrad, Adam, AdamW, Optimizer, RMSprop, SGD, Schedule};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use brique_train::{Error, Fit, History, Metric, metrics};

pub type MakeOptimizer<T> = fn() -> Box<dyn Optimizer<T>>;

pub fn optimizers<T: Scalar>() -> [(&'static str, MakeOptimizer<T>); 7] {
    [
        ("SGD", || Box::new(SGD::new(0.3).unwrap())),
        ("momentum", || {
            Box::new(SGD::new(0.1).unwrap().momentum(0.9).unwrap())
        }),
        ("nesterov", || {
            Box::new(SGD::new(0.1).unwrap().nesterov(0.9).unwrap())
        }),
        ("Adam", || {
            Box::new(Adam::new(0.02).unwrap().weight_decay(0.01).unwrap())
        }),
        ("AdamW", || {
            Box::new(AdamW::new(0.02).unwrap().decay_weights_only())
        }),
        ("RMSprop", || {
            Box::new(RMSprop::new(0.01).unwrap().momentum(0.5).unwrap())
        }),
        ("Adagrad", || {
            Box::new(Adagrad::new(0.1).unwrap().lr_decay(0.1).unwrap())
        }),
    ]
}

pub fn network<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(5);
    let block = Sequential::new(6)
        .then(Linear::new(6, 6, Init::PyTorch, &mut rng).unwrap())
        .and_then(|block| block.then(Dropout::new(0.3, 9)?))
        .and_then(|block| block.then(Tanh))
        .unwrap();
    Sequential::new(2)
        .then(Linear::new(2, 6, Init::PyTorch, &mut rng).unwrap())
        .and_then(|network| network.then(LayerNorm::new(6)?))
        .and_then(|network| network.then(Residual::new(6, block)?))
        .and_then(|network| network.then(Dropout::new(0.2, 9)?))
        .and_then(|network| network.then(Linear::new(6, 1, Init::PyTorch, &mut rng)?))
        .unwrap()
}

/// A network with gradients that are exchanged by themselves, and others that are exchanged together.
pub fn wide<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(4);
    let mut linear = |inputs, outputs| Linear::new(inputs, outputs, Init::PyTorch, &mut rng).unwrap();
    let block = Sequential::new(8)
        .then(linear(8, 8))
        .and_then(|block| block.then(Tanh))
        .unwrap();
    Sequential::new(2)
        .then(linear(2, 250))
        .and_then(|network| network.then(Tanh))
        .and_then(|network| network.then(linear(250, 260)))
        .and_then(|network| network.then(LayerNorm::new(260)?))
        .and_then(|network| network.then(linear(260, 8)))
        .and_then(|network| network.then(Residual::new(8, block)?))
        .and_then(|network| network.then(linear(8, 1)))
        .unwrap()
}

pub fn convolutions<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(6);
    Sequential::new([12, 1])
        .then(Conv1D::new([12, 1], 4, 3, Init::HeUniform, &mut rng).unwrap())
        .and_then(|network| network.then(ReLU))
        .and_then(|network| network.then(Flatten))
        .and_then(|network| network.then(Linear::new(40, 2, Init::PyTorch, &mut rng)?))
        .unwrap()
}

pub fn data<T: Scalar>(seed: u64) -> Dataset<T> {
    let parameters = Moons {
        examples: 45,
        noise: 0.3,
    };
    moons(&parameters, &mut portable(seed)).unwrap().cast()
}

pub fn sequences<T: Scalar>() -> Dataset<T> {
    let mut rng = portable(7);
    let mut normal = |shape| Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()));
    Dataset::new(normal((23, 12)), normal((23, 2))).unwrap()
}

/// The last batch of an epoch has five examples, fewer than there are shards.
pub fn fit<T: Scalar>(epochs: usize, validation: &Dataset<T>) -> Fit<'_, T> {
    Fit::new(epochs, 10)
        .shuffle(7)
        .validate(validation)
        .metric(Metric::new("accuracy", metrics::accuracy))
        .schedule_by_step(Schedule::cosine(0.1).unwrap())
        .clip_norm(0.8)
        .keep_best()
}

/// The bits of a training: its parameters, the state of the optimiser, the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub parameters: Vec<u64>,
    pub optimizer: Vec<u64>,
    pub history: Vec<u64>,
}

impl Outcome {
    pub fn new<T: Scalar>(network: &dyn Module<T>, optimizer: &dyn Optimizer<T>, history: &History) -> Self {
        let bits = |number: T| number.as_f64().to_bits();
        let mut parameters = Vec::new();
        network
            .visit_parameters(&mut |parameter| parameters.extend(parameter.value().iter().map(|&n| bits(n))));
        let state = optimizer.state();
        let numbers = state
            .buffers
            .iter()
            .flat_map(|buffer| buffer.values.iter().flatten());
        let epochs = history.epochs().iter().flat_map(|epoch| {
            let metrics = epoch.metrics.iter().map(|&(_, value)| value);
            let losses = [
                epoch.loss,
                epoch.validation_loss.unwrap_or(-1.0),
                epoch.learning_rate,
            ];
            losses.into_iter().chain(metrics)
        });
        Self {
            parameters,
            optimizer: numbers.map(|&number| bits(number)).chain([state.steps]).collect(),
            history: epochs.map(f64::to_bits).collect(),
        }
    }
}

/// Trains the network on moons with 8 shards.
pub fn train<T: Scalar>(
    communicator: impl Communicator<T>,
    make: MakeOptimizer<T>,
    epochs: usize,
) -> Result<Outcome, Error> {
    let (data, validation) = (data(1), data(2));
    let mut sharded = Sharded::new(communicator, 8).unwrap();
    let fit = fit(epochs, &validation).strategy(&mut sharded);
    run(fit, network(), &BCEWithLogitsLoss::new(), make, &data)
}

/// Trains the wide network with 4 shards.
pub fn train_wide<T: Scalar>(communicator: impl Communicator<T>) -> Result<Outcome, Error> {
    let mut sharded = Sharded::new(communicator, 4).unwrap();
    let fit = Fit::new(1, 10).shuffle(7).strategy(&mut sharded);
    let make: MakeOptimizer<T> = || Box::new(Adam::new(0.01).unwrap());
    run(fit, wide(), &BCEWithLogitsLoss::new(), make, &data(1))
}

/// Trains convolutions with 5 shards.
pub fn train_convolutions<T: Scalar>(communicator: impl Communicator<T>) -> Result<Outcome, Error> {
    let mut sharded = Sharded::new(communicator, 5).unwrap();
    let fit = Fit::new(2, 8).shuffle(3).strategy(&mut sharded);
    let make: MakeOptimizer<T> = || Box::new(Adam::new(0.01).unwrap());
    run(fit, convolutions(), &MSELoss::new(), make, &sequences())
}

pub fn run<T: Scalar>(
    fit: Fit<'_, T>,
    mut network: Sequential<T>,
    loss: &dyn Loss<T>,
    make: MakeOptimizer<T>,
    data: &Dataset<T>,
) -> Result<Outcome, Error> {
    let mut optimizer = make();
    let history = fit.run(&mut network, loss, &mut *optimizer, data)?;
    Ok(Outcome::new(&network, &*optimizer, &history))
}
