//! One network on one split, trained for one of the two losses.

use brique_core::{Loss, Reduction};
use brique_datasets::{Dataset, one_hot};
use brique_layers::{Init, Linear, ReLU, Sequential};
use brique_losses::{CrossEntropyLoss, MSELoss};
use brique_optim::{Adam, Schedule};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_train::metrics::ConfusionMatrix;
use brique_train::{Fit, Metric, Weights, evaluate, metrics};
use serde::{Deserialize, Serialize};

use super::parts::Parts;
use crate::{Error, serial};

/// The classes, and the pixels on a side of a picture.
pub(in crate::experiments) const CLASSES: usize = 10;
pub(in crate::experiments) const SIDE: usize = 8;

/// The hidden layers.
pub(in crate::experiments) const HIDDEN: [usize; 2] = [128, 64];

/// The settings that every training has in common.
pub(super) const EPOCHS: usize = 20;
pub(super) const BATCH: usize = 32;

/// The step sizes that are tried for each loss, one training for each step size.
pub(super) const STEPS: [f64; 5] = [0.001, 0.003, 0.01, 0.03, 0.1];

/// The objective of the training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::experiments) enum Objective {
    /// The cross-entropy of the softmax of the outputs.
    CrossEntropy,
    /// The squared distance of the outputs from the one-hot target.
    SquaredError,
}

impl Objective {
    pub(super) const BOTH: [Self; 2] = [Self::CrossEntropy, Self::SquaredError];

    /// The key in `results.json`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross_entropy",
            Self::SquaredError => "squared_error",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross-entropy",
            Self::SquaredError => "squared error",
        }
    }

    fn loss(self) -> Box<dyn Loss<f32>> {
        match self {
            Self::CrossEntropy => Box::new(CrossEntropyLoss::new()),
            Self::SquaredError => Box::new(MSELoss::new().with_reduction(Reduction::BatchMean)),
        }
    }

    /// The same examples with the targets that the loss takes.
    pub(super) fn targets(self, data: Dataset<f32>) -> Result<Dataset<f32>, Error> {
        match self {
            Self::CrossEntropy => Ok(data),
            Self::SquaredError => {
                let classes: Vec<usize> = data.targets().iter().map(|&class| number(class)).collect();
                Ok(data.with_targets(one_hot(&classes, CLASSES)?)?)
            }
        }
    }
}

/// The class that a target names.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a digit from 0 to 9"
)]
pub(in crate::experiments) fn number(class: f32) -> usize {
    class as usize
}

/// 64–128–64–10 with rectifiers between the layers; the outputs are logits for one loss, and plain numbers for the other.
fn network(rng: &mut dyn RandomSource) -> Result<Sequential<f32>, Error> {
    let mut network = Sequential::new(SIDE * SIDE);
    let mut inputs = SIDE * SIDE;
    for width in HIDDEN {
        network = network
            .then(Linear::new(inputs, width, Init::HeNormal, rng)?)?
            .then(ReLU)?;
        inputs = width;
    }
    Ok(network.then(Linear::new(inputs, CLASSES, Init::XavierNormal, rng)?)?)
}

/// A trained network, and the history of its training.
#[derive(Serialize, Deserialize)]
pub(in crate::experiments) struct Trained {
    /// The step that was chosen.
    pub(super) step: f64,
    /// The training with that step.
    pub(super) epochs: Vec<Epoch>,
    /// The result on the test set of the network that was trained again on all other examples.
    #[serde(with = "serial::matrix")]
    pub(super) outputs: Array2<f32>,
    pub(in crate::experiments) accuracy: f64,
    /// How many digits of each class (row) were taken for each class (column).
    #[serde(with = "serial::matrix")]
    pub(super) confused: Array2<usize>,
    #[serde(with = "serial::weights")]
    pub(in crate::experiments) weights: Weights<f32>,
    /// The relative distance of its first layer from the initial weights, ‖W − W₀‖ / ‖W₀‖.
    pub(super) moved: f64,
}

/// The results of an epoch.
#[derive(Serialize, Deserialize)]
pub(super) struct Epoch {
    pub(super) loss: f64,
    pub(super) validation_loss: f64,
    pub(super) validation_accuracy: f64,
}

impl From<&brique_train::Epoch> for Epoch {
    fn from(epoch: &brique_train::Epoch) -> Self {
        Self {
            loss: epoch.loss,
            validation_loss: epoch.watched_loss(),
            validation_accuracy: epoch.metric(ACCURACY).unwrap_or(f64::NAN),
        }
    }
}

/// Chooses the step on the validation part, trains again with it on all but the test set, and tests.
///
/// Parts, first weights and orders are functions of the seed, so both objectives have the same ones.
pub(in crate::experiments) fn train(objective: Objective, seed: usize) -> Result<Trained, Error> {
    let mut rng = portable(seed as u64);
    let parts = Parts::draw(&mut rng)?.for_objective(objective)?;
    let mut network = network(&mut rng)?;
    let start = Weights::of(&network);
    let loss = objective.loss();

    let loss = &*loss;
    let mut attempt = |step: f64| -> Result<(f64, Vec<Epoch>), Error> {
        start.restore(&mut network)?;
        let fit = fit(seed)?.validate(&parts.validation).metric(accuracy());
        let history = fit.run(&mut network, loss, &mut Adam::new(step)?, &parts.learning)?;
        Ok((step, history.epochs().iter().map(Epoch::from).collect()))
    };
    let mut best = attempt(STEPS[0])?;
    for &step in &STEPS[1..] {
        let other = attempt(step)?;
        if is_better(&other.1, &best.1) {
            best = other;
        }
    }
    let (step, epochs) = best;

    start.restore(&mut network)?;
    fit(seed)?.run(&mut network, loss, &mut Adam::new(step)?, &parts.train)?;
    let outputs = evaluate(&network, loss, &parts.test, &[])?.predictions;
    let confusion = ConfusionMatrix::of(parts.test.targets(), &outputs).map_err(metric_error)?;
    Ok(Trained {
        step,
        epochs,
        accuracy: confusion.accuracy(),
        confused: confusion.counts().to_owned(),
        outputs,
        moved: distance(&start.values()[0], &Weights::of(&network).values()[0]),
        weights: Weights::of(&network),
    })
}

/// ‖end − start‖ / ‖start‖, of all entries.
fn distance(start: &Array2<f32>, end: &Array2<f32>) -> f64 {
    let norm = |matrix: Array2<f32>| f64::from(matrix.map(|entry| entry * entry).sum()).sqrt();
    norm(end - start) / norm(start.clone())
}

/// The last step of a training is nearly 0, so that it does not matter in which epoch it ends.
fn fit<'a>(seed: usize) -> Result<Fit<'a, f32>, Error> {
    let order = (seed as u64 + 1) << 32;
    let schedule = Schedule::cosine(0.0)?;
    Ok(Fit::new(EPOCHS, BATCH).shuffle(order).schedule_by_step(schedule))
}

const ACCURACY: &str = "accuracy";

fn accuracy() -> Metric<f32> {
    Metric::new(ACCURACY, metrics::accuracy)
}

/// Whether `one` ends with a higher validation accuracy than `other`, or with the same accuracy and a smaller loss.
fn is_better(one: &[Epoch], other: &[Epoch]) -> bool {
    let end = |epochs: &[Epoch]| {
        let last = epochs.last();
        last.map(|epoch| (epoch.validation_accuracy, -epoch.validation_loss))
    };
    end(one) > end(other)
}

pub(in crate::experiments) fn metric_error(source: metrics::MetricError) -> brique_train::Error {
    brique_train::Error::Metric {
        name: "confusion matrix".to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_relative_to_where_it_began() {
        use brique_tensor::ndarray::array;

        assert!((distance(&array![[3.0, 4.0]], &array![[3.0, 1.5]]) - 0.5).abs() < 1e-6);
    }
}
