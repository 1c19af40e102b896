//! The convolutional network and the perceptron of one seed, trained on the same digits.

use brique_layers::{Conv2D, Dropout, Flatten, Init, Linear, MaxPool2D, ReLU, Sequential, Window};
use brique_losses::CrossEntropyLoss;
use brique_optim::{Adam, Schedule};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_train::metrics::ConfusionMatrix;
use brique_train::{Fit, Weights, evaluate};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::experiments::multiclass::mistakes::{Mistake, mistakes};
use crate::experiments::multiclass::parts::Parts;
use crate::experiments::multiclass::training::{self as perceptron, CLASSES, Objective, SIDE, metric_error};
use crate::serial;

/// The output channels of the two convolutions, and the side of their windows.
pub(super) const CHANNELS: [usize; 2] = [16, 32];
pub(super) const KERNEL: usize = 3;

/// The settings of the training.
pub(super) const EPOCHS: usize = 15;
pub(super) const BATCH: usize = 32;
pub(super) const STEP: f64 = 0.01;
pub(super) const DROPOUT: f64 = 0.5;

/// The results of one seed.
#[derive(Serialize, Deserialize)]
pub(super) struct Trained {
    pub(super) seed: usize,
    /// The numbers of digits for training and for testing.
    pub(super) sizes: [usize; 2],
    pub(super) accuracy: f64,
    /// The test accuracy of the perceptron.
    pub(super) perceptron: f64,
    /// The numbers of parameters of the two networks.
    pub(super) parameters: [usize; 2],
    /// The weights of the first convolution, (KERNEL · KERNEL, channels).
    #[serde(with = "serial::matrix")]
    pub(super) kernels: Array2<f32>,
    /// The misread test digits.
    pub(super) mistakes: Vec<Mistake>,
}

/// Trains both networks on all digits that are not for testing, and tests them.
pub(super) fn train(seed: usize) -> Result<Trained, Error> {
    let mut rng = portable(seed as u64);
    let parts = Parts::draw(&mut rng)?;
    let mut network = network(&mut rng)?;
    let order = (seed as u64 + 1) << 32;
    let loss = CrossEntropyLoss::new();
    Fit::new(EPOCHS, BATCH)
        .shuffle(order)
        .schedule_by_step(Schedule::cosine(0.0)?)
        .run(&mut network, &loss, &mut Adam::new(STEP)?, &parts.train)?;
    let outputs = evaluate(&network, &loss, &parts.test, &[])?.predictions;
    let confusion = ConfusionMatrix::of(parts.test.targets(), &outputs).map_err(metric_error)?;
    let perceptron = perceptron::train(Objective::CrossEntropy, seed)?;
    let weights = Weights::of(&network);
    let windows = KERNEL * KERNEL;
    let kernels = Array2::from_shape_fn((windows, CHANNELS[0]), |index| weights.values()[0][index]);
    let count = |weights: &Weights<f32>| weights.values().iter().map(Array2::len).sum();
    Ok(Trained {
        seed,
        sizes: [parts.train.len(), parts.test.len()],
        accuracy: confusion.accuracy(),
        perceptron: perceptron.accuracy,
        parameters: [count(&weights), count(&perceptron.weights)],
        kernels,
        mistakes: mistakes(&parts.test, &outputs)?,
    })
}

/// Two convolutions with rectifiers, a pool that halves the sides, and a linear layer; the outputs are logits.
fn network(rng: &mut dyn RandomSource) -> Result<Sequential<f32>, Error> {
    /// The dropout mixes the position in the network into this seed; `Fit` draws a new mask for each step.
    const SEED: u64 = 1;
    let window = || Window::new(KERNEL).padding(1);
    let [first, second] = CHANNELS;
    let half = SIDE / 2;
    Ok(Sequential::new([SIDE, SIDE, 1])
        .then(Conv2D::new(
            [SIDE, SIDE, 1],
            first,
            window(),
            Init::HeNormal,
            rng,
        )?)?
        .then(ReLU)?
        .then(Conv2D::new(
            [SIDE, SIDE, first],
            second,
            window(),
            Init::HeNormal,
            rng,
        )?)?
        .then(ReLU)?
        .then(MaxPool2D::new([SIDE, SIDE, second], 2)?)?
        .then(Flatten)?
        .then(Dropout::new(DROPOUT, SEED)?)?
        .then(Linear::new(
            half * half * second,
            CLASSES,
            Init::XavierNormal,
            rng,
        )?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brique_core::Module;

    #[test]
    fn the_network_takes_a_picture_with_one_channel_and_returns_a_number_for_each_class() {
        let network = network(&mut portable(1)).unwrap();
        assert_eq!(network.input(), [SIDE, SIDE, 1].into());
        let outputs = network.forward(&Array2::zeros((3, SIDE * SIDE))).unwrap();
        assert_eq!(outputs.dim(), (3, CLASSES));
    }
}
