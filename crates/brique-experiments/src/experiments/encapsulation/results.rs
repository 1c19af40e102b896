//! The results of all seeds, and the numbers taken from them.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::beginnings::Beginning;
use super::problems::{PROBLEMS, Problem};
use super::training::{AFTER, BEFORE, LAYERS, Probe, Trained, hidden};
use crate::curves::summary;
use crate::statistics::{median, quantile};

/// The results of all seeds for a problem and one kind of initial weights.
pub(super) struct Trainings {
    pub(super) problem: &'static Problem,
    pub(super) beginning: &'static Beginning,
    pub(super) by_seed: Vec<Trained>,
}

pub(super) fn numbers(all: &[Trainings]) -> Value {
    let mut results = Map::new();
    for problem in &PROBLEMS {
        let of_problem = all
            .iter()
            .filter(|trainings| trainings.problem.key() == problem.key());
        let of_problem: Map<String, Value> = of_problem
            .map(|trainings| (trainings.beginning.key.to_owned(), trainings.numbers()))
            .collect();
        results.insert(problem.key().to_owned(), Value::Object(of_problem));
    }
    Value::Object(results)
}

impl Trainings {
    pub(super) fn test(&self) -> Vec<f64> {
        self.by_seed.iter().map(|trained| trained.accuracies[1]).collect()
    }

    pub(super) fn last_losses(&self) -> Vec<f64> {
        let losses = self.by_seed.iter();
        losses
            .filter_map(|trained| trained.losses.last().copied())
            .collect()
    }

    /// The distance that a layer has moved, by seed.
    pub(super) fn moved(&self, layer: usize) -> Vec<f64> {
        self.by_seed.iter().map(|trained| trained.moved[layer]).collect()
    }

    /// A quantity of the network at one of the moments when it is measured, by seed.
    pub(super) fn measured(&self, moment: usize, quantity: impl Fn(&Probe) -> f64) -> Vec<f64> {
        let probes = self
            .by_seed
            .iter()
            .filter_map(|trained| trained.probes.get(moment));
        probes.map(quantity).collect()
    }

    /// Its numbers as in `results.json`.
    fn numbers(&self) -> Value {
        let train: Vec<f64> = self.by_seed.iter().map(|trained| trained.accuracies[0]).collect();
        let probes = |moment: usize| {
            let median_of = |quantity: &dyn Fn(&Probe) -> f64| median(&self.measured(moment, quantity));
            let by_layer = |layers: Range<usize>, quantity: &dyn Fn(&Probe, usize) -> f64| {
                let medians = layers.map(|layer| median_of(&|probe| quantity(probe, layer)));
                medians.collect::<Vec<_>>()
            };
            json!({
                "median_delta_by_layer": by_layer(0..LAYERS, &|probe, layer| probe.deltas[layer]),
                "median_delta_first_over_last": median_of(&Probe::first_over_last),
                "median_activation_by_layer": by_layer(hidden(), &|probe, layer| probe.activations[layer]),
                "median_saturated_by_layer": by_layer(hidden(), &|probe, layer| probe.saturated[layer]),
            })
        };
        let moved: Vec<f64> = (0..LAYERS).map(|layer| median(&self.moved(layer))).collect();
        json!({
            "last_loss": summary("median_loss", &self.last_losses()),
            "train_accuracy": summary("median", &train),
            "test_accuracy": summary("median", &self.test()),
            "before_training": probes(BEFORE),
            "after_training": probes(AFTER),
            "median_distance_moved_by_layer": moved,
        })
    }
}

/// The share of δ that reaches the first layer before training.
pub(super) fn reaching(all: &[Trainings], beginning: &str) -> (f64, f64) {
    range_over_problems(all, beginning, |trainings| {
        trainings.measured(BEFORE, Probe::first_over_last)
    })
}

/// The share of the last hidden layer that is saturated before training.
pub(super) fn saturated(all: &[Trainings], beginning: &str) -> (f64, f64) {
    range_over_problems(all, beginning, |trainings| {
        trainings.measured(BEFORE, Probe::last_saturated)
    })
}

/// The smallest and the largest over the problems of the median over the seeds.
fn range_over_problems(
    all: &[Trainings],
    beginning: &str,
    choose: impl Fn(&Trainings) -> Vec<f64>,
) -> (f64, f64) {
    let medians: Vec<f64> = all
        .iter()
        .filter(|trainings| trainings.beginning.key == beginning)
        .map(|trainings| median(&choose(trainings)))
        .collect();
    (quantile(&medians, 0.0), quantile(&medians, 1.0))
}
