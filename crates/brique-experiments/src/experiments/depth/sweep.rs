//! Networks of several depths and widths, trained on more and more examples.

use brique_datasets::{DataType, Dataset, GenArti, gen_arti};
use brique_layers::{Init, Linear, Sequential};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::{Adam, Schedule};
use brique_random::{PortableRng, portable};
use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_train::{Fit, Metric, Weights, evaluate, metrics};
use serde::{Deserialize, Serialize};

use crate::experiments::classification::EPSILON;
use crate::perceptron::{Activation, multiply_adds, perceptron, stacked};
use crate::{Error, Workers, serial};

/// The units of each layer, input and output included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    widths: &'static [usize],
}

pub(super) const NETWORKS: [Network; 4] = [
    Network { widths: &[2, 64, 1] },
    Network { widths: &[2, 256, 1] },
    Network {
        widths: &[2, 64, 64, 1],
    },
    Network {
        widths: &[2, 64, 64, 64, 1],
    },
];

/// From the report's number of examples upwards.
pub(super) const SIZES: [usize; 3] = [1_000, 4_000, 20_000];

pub(super) const VALIDATION: usize = 2_000;
pub(super) const TEST: usize = 10_000;

/// The number of examples that a network sees in training, repetitions included.
pub(super) const SEEN: usize = 560_000;
pub(super) const BATCH: usize = 128;
/// The highest learning rate of the schedule.
pub(super) const RATE: f64 = 0.01;

/// The divisor of the inputs: a power of two, so that the division is exact.
pub(super) const SCALE: f64 = 2.0;
/// The bound of the first layer's initial weights and biases, so that the kinks of its units are spread over the board.
pub(super) const FIRST: f64 = 2.0;

impl Network {
    pub(super) fn name(self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        widths.join("–")
    }

    pub(super) fn parameters(self) -> usize {
        self.widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }
}

/// A network and the number of examples that it learns from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) network: Network,
    pub(super) examples: usize,
}

pub(super) fn plans() -> impl Iterator<Item = Plan> {
    NETWORKS
        .into_iter()
        .flat_map(|network| SIZES.into_iter().map(move |examples| Plan { network, examples }))
}

impl Plan {
    pub(super) fn epochs(self) -> usize {
        SEEN / self.examples
    }

    /// Epochs without a lower validation loss after which training ends.
    fn patience(self) -> usize {
        self.epochs() / 4
    }
}

/// The result of one seed with one plan.
pub(super) struct Measured {
    pub(super) plan: Plan,
    pub(super) train: f64,
    pub(super) validation: f64,
    pub(super) test: f64,
    pub(super) multiply_adds: f64,
    weights: Weights<f32>,
}

/// A trained network, with everything that is measured before the test.
#[derive(Serialize, Deserialize)]
struct Trained {
    train: f64,
    validation: f64,
    multiply_adds: f64,
    #[serde(with = "serial::weights")]
    weights: Weights<f32>,
}

/// Every plan with every seed. The test sets are evaluated after all training.
pub(super) fn sweep(
    seeds: usize,
    workers: &mut Workers<'_>,
    progress: &dyn Fn(),
) -> Result<Vec<Measured>, Error> {
    // The largest networks come first, so that no thread still trains one when the others have finished.
    let plans: Vec<Plan> = plans().collect::<Vec<_>>().into_iter().rev().collect();
    let train = |number: usize| train(plans[number / seeds], number % seeds);
    let trained = workers.map(plans.len() * seeds, progress, train)?;
    let test = |number: usize| {
        let network = network(&trained[number].weights)?;
        accuracy(&network, &Boards::of(number % seeds)?.test)
    };
    let tests = workers.map(trained.len(), &|| (), test)?;
    let measured = trained.into_iter().zip(tests).enumerate();
    let measured = measured.map(|(number, (trained, test))| Measured {
        plan: plans[number / seeds],
        train: trained.train,
        validation: trained.validation,
        test,
        multiply_adds: trained.multiply_adds,
        weights: trained.weights,
    });
    Ok(measured.collect())
}

/// The network with these weights.
fn network(weights: &Weights<f32>) -> Result<Sequential<f32>, Error> {
    let layers = weights.values().iter().cloned().map(Linear::from_parameters);
    stacked(layers.collect::<Result<_, _>>()?, Activation::ReLU)
}

fn train(plan: Plan, seed: usize) -> Result<Trained, Error> {
    let Boards {
        mut rng,
        train,
        validation,
        ..
    } = Boards::of(seed)?;
    let train = first(&train, plan.examples)?;
    let widths = plan.network.widths;
    let mut network = perceptron(widths, Activation::ReLU, Init::Uniform(FIRST), &mut rng)?;
    let history = Fit::new(plan.epochs(), BATCH)
        .shuffle(seed as u64)
        .validate(&validation)
        .schedule_by_step(Schedule::one_cycle())
        .stop_early(plan.patience())
        .run(
            &mut network,
            &BCEWithLogitsLoss::new(),
            &mut Adam::new(RATE)?,
            &train,
        )?;
    let seen = history.epochs().len() * plan.examples;
    Ok(Trained {
        train: accuracy(&network, &train)?,
        validation: accuracy(&network, &validation)?,
        multiply_adds: seen as f64 * multiply_adds(widths) as f64,
        weights: Weights::of(&network),
    })
}

/// The data of a seed. Smaller training sets are the first examples of this one.
struct Boards {
    /// The generator of the weights.
    rng: PortableRng,
    test: Dataset<f32>,
    validation: Dataset<f32>,
    train: Dataset<f32>,
}

impl Boards {
    fn of(seed: usize) -> Result<Self, Error> {
        let mut rng = portable(seed as u64);
        let [test, validation, train] = [TEST, VALIDATION, SIZES[SIZES.len() - 1]]
            .map(|examples| scaled(&gen_arti(&board(examples), &mut rng)?));
        Ok(Self {
            test: test?,
            validation: validation?,
            train: train?,
            rng,
        })
    }
}

/// The report's checkerboard with this many points.
pub(super) fn board(examples: usize) -> GenArti {
    GenArti {
        data_type: DataType::Checkerboard,
        epsilon: EPSILON,
        nbex: examples,
        ..GenArti::default()
    }
}

/// The data as the networks receive it: inputs divided by [`SCALE`], targets 0 and 1.
fn scaled(data: &Dataset) -> Result<Dataset<f32>, Error> {
    let inputs = data.inputs() / SCALE;
    Ok(data.clone().with_zero_one_targets()?.with_inputs(inputs)?.cast())
}

fn first(data: &Dataset<f32>, examples: usize) -> Result<Dataset<f32>, Error> {
    let rows = Slice::from(0..examples);
    let of = |matrix: &Array2<f32>| matrix.slice_axis(Axis(0), rows).to_owned();
    Ok(Dataset::new(of(data.inputs()), of(data.targets()))?)
}

fn accuracy(network: &Sequential<f32>, data: &Dataset<f32>) -> Result<f64, Error> {
    let right = [Metric::new("accuracy", metrics::accuracy_of_logits)];
    let found = evaluate(network, &BCEWithLogitsLoss::new(), data, &right)?;
    Ok(found.metrics.iter().copied().sum())
}

impl Measured {
    /// The network as a function of points of the board: in `f64`, with the division of the inputs in the weights of the
    /// first layer.
    pub(super) fn on_the_board(&self) -> Result<Sequential, Error> {
        let layers = self
            .weights
            .values()
            .iter()
            .enumerate()
            .map(|(number, parameters)| {
                let mut parameters = parameters.mapv(f64::from);
                if number == 0 {
                    let inputs = Slice::from(0..parameters.nrows() - 1);
                    parameters
                        .slice_axis_mut(Axis(0), inputs)
                        .mapv_inplace(|w| w / SCALE);
                }
                Linear::from_parameters(parameters)
            })
            .collect::<Result<Vec<_>, _>>()?;
        stacked(layers, Activation::ReLU)
    }
}

#[cfg(test)]
mod tests {
    use brique_core::Module;

    use super::*;

    #[test]
    fn a_network_on_the_board_is_the_trained_one() {
        let plan = Plan {
            network: NETWORKS[2],
            examples: 4,
        };
        let network = perceptron(
            plan.network.widths,
            Activation::ReLU,
            Init::Uniform(FIRST),
            &mut portable(3),
        )
        .unwrap();
        let measured = Measured {
            plan,
            train: 0.0,
            validation: 0.0,
            test: 0.0,
            multiply_adds: 0.0,
            weights: Weights::of(&network),
        };
        let data = gen_arti(&board(50), &mut portable(4)).unwrap();
        let seen = scaled(&data).unwrap();
        let trained = network.forward(seen.inputs()).unwrap();
        let drawn = measured.on_the_board().unwrap().forward(data.inputs()).unwrap();
        assert!(
            trained
                .iter()
                .zip(&drawn)
                .all(|(&trained, drawn)| (f64::from(trained) - drawn).abs() < 1e-4),
        );
    }

    #[test]
    fn sets_of_a_seed_are_apart_and_of_their_sizes() {
        let boards = Boards::of(7).unwrap();
        let sizes = [&boards.test, &boards.validation, &boards.train].map(Dataset::len);
        assert_eq!(sizes, [TEST, VALIDATION, 20_000]);
        let starts =
            [&boards.test, &boards.validation, &boards.train].map(|data| data.inputs().row(0).to_owned());
        assert!(starts[0] != starts[1] && starts[1] != starts[2] && starts[0] != starts[2]);
        assert_eq!(
            first(&boards.train, 1_000).unwrap().inputs().row(999),
            boards.train.inputs().row(999)
        );
    }
}
