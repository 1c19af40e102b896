//! The three networks of MNIST-1D's table, and their training as its authors published it.

use brique_core::Workspace;
use brique_datasets::{Dataset, Mnist1D, mnist_1d};
use brique_layers::{Conv1D, Flatten, Init, Linear, ReLU, Sequential, Window};
use brique_losses::CrossEntropyLoss;
use brique_optim::Adam;
use brique_random::{NumpyRandomState, RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_train::metrics::ConfusionMatrix;
use brique_train::{Stepper, Weights};
use serde::{Deserialize, Serialize};

use super::shift::unchanged_by_shift;
use crate::Error;
use crate::experiments::multiclass::training::metric_error;
use crate::serial;

pub(super) const CLASSES: usize = 10;
const POINTS: usize = 40;
/// The output channels of each convolution, and the points in the window of each.
pub(super) const CHANNELS: usize = 25;
pub(super) const KERNELS: [usize; 3] = [5, 3, 3];
/// The units of each hidden layer of the perceptron.
pub(super) const HIDDEN: usize = 100;

/// The published training.
pub(super) const BATCH: usize = 100;
pub(super) const STEP: f64 = 0.01;
/// The number of steps between two evaluations on the test set.
pub(super) const EVALUATED_EVERY: usize = 250;

/// The networks of the published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    Logistic,
    Perceptron,
    Convolutional,
}

impl Network {
    pub(super) const ALL: [Self; 3] = [Self::Logistic, Self::Perceptron, Self::Convolutional];

    /// The key in `results.json`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Logistic => "logistic",
            Self::Perceptron => "perceptron",
            Self::Convolutional => "convolutional",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Logistic => "logistic regression",
            Self::Perceptron => "perceptron",
            Self::Convolutional => "convolutional network",
        }
    }

    /// The published test accuracy.
    pub(super) fn published(self, order: Order) -> f64 {
        match (self, order) {
            (Self::Logistic, _) => 0.32,
            (Self::Perceptron, _) => 0.68,
            (Self::Convolutional, Order::Given) => 0.94,
            (Self::Convolutional, Order::Shuffled) => 0.56,
        }
    }

    fn build(self, rng: &mut dyn RandomSource) -> Result<Sequential<f32>, Error> {
        match self {
            Self::Logistic => linear(Sequential::new(POINTS), CLASSES, rng),
            Self::Perceptron => {
                let network = linear(Sequential::new(POINTS), HIDDEN, rng)?.then(ReLU)?;
                linear(linear(network, HIDDEN, rng)?.then(ReLU)?, CLASSES, rng)
            }
            Self::Convolutional => {
                let mut network = Sequential::new([POINTS, 1]);
                for kernel in KERNELS {
                    let window = Window::new(kernel).stride(2).padding(1);
                    let convolution = Conv1D::new(network.output(), CHANNELS, window, Init::PyTorch, rng)?;
                    network = network.then(convolution)?.then(ReLU)?;
                }
                linear(network.then(Flatten)?, CLASSES, rng)
            }
        }
    }
}

fn linear(
    network: Sequential<f32>,
    outputs: usize,
    rng: &mut dyn RandomSource,
) -> Result<Sequential<f32>, Error> {
    let inputs = network.output().size();
    Ok(network.then(Linear::new(inputs, outputs, Init::PyTorch, rng)?)?)
}

/// The order of the points in all signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Given,
    Shuffled,
}

impl Order {
    pub(super) const BOTH: [Self; 2] = [Self::Given, Self::Shuffled];

    /// The key in `results.json`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Given => "in_order",
            Self::Shuffled => "shuffled",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Given => "points in order",
            Self::Shuffled => "shuffled points",
        }
    }
}

/// The published training and test set.
pub(super) struct Signals {
    order: Order,
    /// The training set, in the batches of one pass.
    batches: Vec<Dataset<f32>>,
    test: Dataset<f32>,
}

impl Signals {
    pub(super) fn published(order: Order) -> Result<Self, Error> {
        const SEED: u32 = 42;
        let parameters = Mnist1D {
            shuffle_points: order == Order::Shuffled,
            ..Mnist1D::default()
        };
        let (train, test) = mnist_1d(&parameters, &mut NumpyRandomState::new(SEED))?;
        let train = train.cast();
        let examples: Vec<usize> = (0..train.len()).collect();
        let batches = examples.chunks(BATCH).map(|batch| train.select(batch));
        Ok(Self {
            order,
            batches: batches.collect::<Result<_, _>>()?,
            test: test.cast(),
        })
    }
}

/// The results of one network on the test set, and its weights.
#[derive(Serialize, Deserialize)]
pub(super) struct Trained {
    /// The test accuracy after every [`EVALUATED_EVERY`] steps, the first one after one step.
    pub(super) accuracies: Vec<f64>,
    /// The test accuracy at the end, and how many signals of each class (row) were taken for each class (column).
    pub(super) accuracy: f64,
    #[serde(with = "serial::matrix")]
    confused: Array2<usize>,
    #[serde(with = "serial::weights")]
    weights: Weights<f32>,
    /// The share of test signals whose predicted class a shift does not change, for each shift. Empty if the points are
    /// shuffled, because shuffled points cannot be shifted.
    pub(super) unchanged: Vec<f64>,
}

impl Trained {
    /// The kernels of the first convolution with the numbers of their channels, the largest norm first.
    pub(super) fn kernels(&self) -> Vec<(usize, Vec<f64>)> {
        let weights = &self.weights.values()[0];
        let kernel = |channel: usize| -> Vec<f64> {
            let points = 0..KERNELS[0];
            points.map(|point| f64::from(weights[[point, channel]])).collect()
        };
        let norm = |kernel: &[f64]| kernel.iter().map(|weight| weight * weight).sum::<f64>();
        let mut kernels: Vec<_> = (0..CHANNELS).map(|channel| (channel, kernel(channel))).collect();
        kernels.sort_by(|(_, one), (_, other)| norm(other).total_cmp(&norm(one)));
        kernels
    }
}

/// The most frequent mistake of some networks together: the true class, the predicted class and how often.
pub(super) fn most_confused(trained: &[Trained]) -> (usize, usize, usize) {
    let mut most = (0, 0, 0);
    for truth in 0..CLASSES {
        for predicted in (0..CLASSES).filter(|&predicted| predicted != truth) {
            let count = confused(trained, truth, predicted);
            if count > most.2 {
                most = (truth, predicted, count);
            }
        }
    }
    most
}

/// How many test signals of a class some networks take for another one, or for the same, together.
pub(super) fn confused(trained: &[Trained], truth: usize, predicted: usize) -> usize {
    let counts = trained.iter().map(|trained| trained.confused[[truth, predicted]]);
    counts.sum()
}

/// Trains a network as its authors do: batches in the same order in every pass, and an evaluation after every
/// [`EVALUATED_EVERY`] steps, which changes nothing. Only the initial weights depend on the seed.
pub(super) fn train(
    network: Network,
    signals: &Signals,
    steps: usize,
    seed: usize,
) -> Result<Trained, Error> {
    let mut network = network.build(&mut portable(seed as u64))?;
    let (loss, mut adam, mut stepper) = (CrossEntropyLoss::new(), Adam::new(STEP)?, Stepper::new());
    let (mut workspace, mut accuracies) = (Workspace::default(), Vec::new());
    for (step, batch) in (0..=steps).zip(signals.batches.iter().cycle()) {
        stepper.step(&mut network, &loss, &mut adam, batch.inputs(), batch.targets())?;
        if step % EVALUATED_EVERY == 0 {
            accuracies.push(judge(&network, &mut workspace, &signals.test)?.accuracy());
        }
    }
    let confusion = judge(&network, &mut workspace, &signals.test)?;
    Ok(Trained {
        accuracies,
        accuracy: confusion.accuracy(),
        confused: confusion.counts().to_owned(),
        unchanged: match signals.order {
            Order::Given => unchanged_by_shift(&network, signals.test.inputs())?,
            Order::Shuffled => Vec::new(),
        },
        weights: Weights::of(&network),
    })
}

fn judge(
    network: &Sequential<f32>,
    workspace: &mut Workspace<f32>,
    test: &Dataset<f32>,
) -> Result<ConfusionMatrix, Error> {
    let outputs = workspace.predict(network, test.inputs())?;
    Ok(ConfusionMatrix::of_logits(test.targets(), &outputs).map_err(metric_error)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_networks_have_as_many_parameters_as_the_published_ones() {
        let count = |network: Network| -> usize {
            let network = network.build(&mut portable(0)).unwrap();
            Weights::of(&network).values().iter().map(Array2::len).sum()
        };
        assert_eq!(Network::ALL.map(count), [410, 15_210, 5210]);
    }

    #[test]
    fn shuffled_signals_have_the_same_points_in_another_order() {
        let [given, shuffled] = Order::BOTH.map(|order| Signals::published(order).unwrap());
        let sorted = |signals: &Signals| {
            let mut points = signals.test.inputs().row(0).to_vec();
            points.sort_by(f32::total_cmp);
            points
        };
        assert_eq!(sorted(&given), sorted(&shuffled));
        assert_ne!(given.test.inputs(), shuffled.test.inputs());
        assert_eq!(given.test.targets(), shuffled.test.targets());
        assert_eq!((given.batches.len(), given.test.len()), (40, 1000));
    }
}
