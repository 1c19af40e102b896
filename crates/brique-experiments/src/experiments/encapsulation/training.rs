//! One training of the chain, and the quantities measured during it.

use std::ops::Range;

use brique_core::{Gradient, Loss, Module, Workspace};
use brique_datasets::Dataset;
use brique_layers::{Init, Sequential};
use brique_losses::BCEWithLogitsLoss;
use brique_random::portable;
use brique_tensor::{Matrix, pairwise_sum};
use brique_train::{Optim, Weights, sgd};
use serde::{Deserialize, Serialize};

use super::problems::Problem;
use crate::Error;
use crate::networks::{accuracy_above, drawn_split, order_seed, tanh_network};

/// Linear layers of the chain.
pub(super) const LAYERS: usize = 4;

/// The course's network and training.
pub(super) const WIDTHS: [usize; LAYERS + 1] = [2, 5, 10, 20, 1];
pub(super) const BATCH: usize = 16;
pub(super) const STEP: f64 = 0.05;
pub(super) const EPOCHS: usize = 100;

/// The numbers of epochs after which the network is measured.
pub(super) const MEASURED_AFTER: [usize; 16] =
    [0, 1, 2, 4, 7, 10, 15, 20, 25, 30, 40, 50, 60, 70, 85, EPOCHS];

/// The first and the last of these moments.
pub(super) const BEFORE: usize = 0;
pub(super) const AFTER: usize = MEASURED_AFTER.len() - 1;

/// A Tanh with a larger absolute output is saturated: its derivative, 1 − tanh², is below a fiftieth.
const SATURATED: f32 = 0.99;

/// The logit at the boundary between the two classes.
const THRESHOLD: f32 = 0.0;

/// The layers that are followed by a Tanh.
pub(super) fn hidden() -> Range<usize> {
    0..LAYERS - 1
}

/// The result of a training.
#[derive(Serialize, Deserialize)]
pub(super) struct Trained {
    /// The training loss of each epoch.
    pub(super) losses: Vec<f64>,
    /// On train and test.
    pub(super) accuracies: [f64; 2],
    /// The network after each number of epochs in [`MEASURED_AFTER`].
    pub(super) probes: Vec<Probe>,
    /// The relative distance of each layer's parameters from the initial ones: ‖W − W₀‖ / ‖W₀‖.
    pub(super) moved: [f64; LAYERS],
}

/// Measurements of the network on its whole training set, at one moment.
#[derive(Serialize, Deserialize)]
pub(super) struct Probe {
    /// The root mean square of n·∂L/∂(output of the layer), for the linear layers from the first to the last. The
    /// factor n cancels the mean of the loss: the result is the δ of one example.
    pub(super) deltas: [f64; LAYERS],
    /// The root mean square of the output of the Tanh after each layer except the last.
    pub(super) activations: [f64; LAYERS - 1],
    /// The share of these outputs that is saturated.
    pub(super) saturated: [f64; LAYERS - 1],
}

impl Probe {
    /// The ratio of δ at the first layer to δ at the last.
    pub(super) fn first_over_last(&self) -> f64 {
        self.deltas[0] / self.deltas[LAYERS - 1]
    }

    /// The share of the last hidden layer that is saturated.
    pub(super) fn last_saturated(&self) -> f64 {
        self.saturated[LAYERS - 2]
    }
}

/// Data, split, weights and the order of the examples drawn from `seed`, the course's `SGD` over all epochs.
pub(super) fn train(problem: &Problem, init: Init, seed: usize) -> Result<Trained, Error> {
    let mut rng = portable(seed as u64);
    let data = problem.draw(&mut rng)?;
    let (train, test) = drawn_split(&data, &mut rng)?;
    let mut network = tanh_network(&WIDTHS, init, &mut rng)?;
    let loss = BCEWithLogitsLoss::new();
    let first = Weights::of(&network);
    let (mut losses, mut probes) = (Vec::new(), Vec::new());
    for after in MEASURED_AFTER {
        // The order of an epoch depends on its number, so these pieces together are one long training.
        let done = losses.len();
        let order = order_seed(seed) + done as u64;
        let mut optim = Optim::new(&mut network, &loss, STEP)?;
        losses.extend(sgd(&mut optim, &train, BATCH, after - done, order)?.losses());
        probes.push(probe(&mut network, &loss, &train)?);
    }
    Ok(Trained {
        losses,
        accuracies: [
            accuracy_above(&network, &train, THRESHOLD)?,
            accuracy_above(&network, &test, THRESHOLD)?,
        ],
        probes,
        moved: moved(&first, &Weights::of(&network)),
    })
}

/// One forward pass and one backward pass over all of `data`, without a step.
fn probe(network: &mut Sequential<f32>, loss: &dyn Loss<f32>, data: &Dataset<f32>) -> Result<Probe, Error> {
    let mut workspace = Workspace::default();
    let yhat = workspace.forward(network, data.inputs())?;
    let delta = loss.backward(data.targets(), &yhat)?;
    network.zero_grad();
    workspace.backward(network, data.inputs(), &delta, Gradient::Add)?;
    let inner = workspace.inner();
    let examples = data.len() as f64;
    let (linear, tanh) = (|layer| 2 * layer, |layer| 2 * layer + 1);
    Ok(Probe {
        deltas: std::array::from_fn(|layer| {
            examples
                * if layer + 1 < LAYERS {
                    root_mean_square(&inner[linear(layer) + 1].input_delta())
                } else {
                    root_mean_square(&delta)
                }
        }),
        activations: std::array::from_fn(|layer| root_mean_square(&inner[tanh(layer)].output())),
        saturated: std::array::from_fn(|layer| {
            let output = inner[tanh(layer)].output();
            let beyond = output.iter().filter(|y| y.abs() > SATURATED).count();
            beyond as f64 / output.len() as f64
        }),
    })
}

fn root_mean_square(matrix: &Matrix<f32>) -> f64 {
    (sum_of_squares(matrix) / matrix.len() as f64).sqrt()
}

fn sum_of_squares(matrix: &Matrix<f32>) -> f64 {
    let columns = matrix.ncols();
    pairwise_sum(matrix.len(), |i| {
        f64::from(matrix[[i / columns, i % columns]]).powi(2)
    })
}

fn moved(first: &Weights<f32>, last: &Weights<f32>) -> [f64; LAYERS] {
    std::array::from_fn(|layer| {
        let (before, after) = (&first.values()[layer], &last.values()[layer]);
        (sum_of_squares(&(after - before)) / sum_of_squares(before)).sqrt()
    })
}

#[cfg(test)]
mod tests {
    use brique_layers::{Linear, Tanh};
    use brique_tensor::ndarray::{Array2, array};

    use super::*;

    /// Four layers of one unit each: the weight is 1 in the first three and `weight` in the last.
    fn chain(weight: f32) -> Sequential<f32> {
        let layer = |weight: f32| Linear::from_parameters(array![[weight], [0.0]]).unwrap();
        let mut network = Sequential::new(1);
        for weight in [1.0, 1.0, 1.0] {
            network = network.then(layer(weight)).unwrap().then(Tanh).unwrap();
        }
        network.then(layer(weight)).unwrap()
    }

    #[test]
    fn a_probe_of_zeros_has_the_errors_of_the_loss_times_the_weights() {
        // For an input of 0 every derivative is 1 and the logit is 0; its δ is ½ or −½ for either class.
        let data = Dataset::new(Array2::zeros((4, 1)), array![[0.0], [1.0], [1.0], [0.0]]).unwrap();
        let probe = probe(&mut chain(0.25), &BCEWithLogitsLoss::new(), &data.cast()).unwrap();
        assert_eq!(probe.deltas.to_vec(), [0.125, 0.125, 0.125, 0.5]);
        assert_eq!(probe.activations.to_vec(), [0.0; 3]);
        assert_eq!(probe.saturated.to_vec(), [0.0; 3]);
        assert!((probe.first_over_last() - 0.25).abs() < 1e-15);
    }

    #[test]
    fn a_probe_counts_the_units_that_are_saturated() {
        let data = Dataset::new(array![[9.0], [0.0], [-9.0], [9.0]], Array2::zeros((4, 1))).unwrap();
        let probe = probe(&mut chain(0.25), &BCEWithLogitsLoss::new(), &data.cast()).unwrap();
        // tanh(1) and tanh(tanh(1)) are not saturated.
        assert_eq!(probe.saturated.to_vec(), [0.75, 0.0, 0.0]);
        assert!((probe.activations[0] - 0.75_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn layers_move_as_far_as_their_parameters() {
        let weights = |factor: f32| {
            let mut network = chain(1.0);
            network.visit_parameters_mut(&mut |parameter| {
                parameter.value_mut().mapv_inplace(|value| factor * value);
            });
            Weights::of(&network)
        };
        assert_eq!(moved(&weights(1.0), &weights(3.0)).to_vec(), [2.0; LAYERS]);
    }

    #[test]
    fn the_network_is_measured_before_and_after_training() {
        assert_eq!((MEASURED_AFTER[BEFORE], MEASURED_AFTER[AFTER]), (0, EPOCHS));
        assert!(MEASURED_AFTER.is_sorted());
        let trained = train(&Problem::Moons, Init::XavierUniform, 0).unwrap();
        assert_eq!(
            (trained.losses.len(), trained.probes.len()),
            (EPOCHS, MEASURED_AFTER.len())
        );
    }

    #[test]
    fn training_in_pieces_is_training_in_one() {
        let trained = train(&Problem::Moons, Init::XavierUniform, 3).unwrap();
        let mut rng = portable(3);
        let data = Problem::Moons.draw(&mut rng).unwrap();
        let (train, _) = drawn_split(&data, &mut rng).unwrap();
        let mut network = tanh_network(&WIDTHS, Init::XavierUniform, &mut rng).unwrap();
        let loss = BCEWithLogitsLoss::new();
        let mut optim = Optim::new(&mut network, &loss, STEP).unwrap();
        let whole = sgd(&mut optim, &train, BATCH, EPOCHS, order_seed(3)).unwrap();
        assert_eq!(trained.losses, whole.losses().collect::<Vec<_>>());
    }
}
