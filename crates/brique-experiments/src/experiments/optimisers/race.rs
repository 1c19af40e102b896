//! One optimiser from the same starts on the same batches, with every step size.

use brique_datasets::{DataType, Dataset, GenArti, gen_arti};
use brique_layers::Init;
use brique_losses::BCEWithLogitsLoss;
use brique_optim::{Adagrad, Adam, AdamW, Optimizer, RMSprop, SGD};
use brique_random::{RandomSource, portable};
use brique_train::{Fit, evaluate};

use crate::experiments::classification::EPSILON;
use crate::perceptron::{Activation, perceptron};
use crate::statistics::{highest_over_lowest, median};
use crate::{Error, Workers};

/// An optimiser with the options that are not searched.
pub(super) struct Optimiser {
    pub(super) name: &'static str,
    /// Creates it with this learning rate.
    make: fn(f64) -> Result<Boxed, brique_optim::Error>,
}

type Boxed = Box<dyn Optimizer<f32>>;

pub(super) const MOMENTUM: f64 = 0.9;

pub(super) const OPTIMISERS: [Optimiser; 7] = [
    Optimiser {
        name: "SGD",
        make: |rate| Ok(Box::new(SGD::new(rate)?)),
    },
    Optimiser {
        name: "SGD, momentum",
        make: |rate| Ok(Box::new(SGD::new(rate)?.momentum(MOMENTUM)?)),
    },
    Optimiser {
        name: "SGD, Nesterov",
        make: |rate| Ok(Box::new(SGD::new(rate)?.nesterov(MOMENTUM)?)),
    },
    Optimiser {
        name: "Adagrad",
        make: |rate| Ok(Box::new(Adagrad::new(rate)?)),
    },
    Optimiser {
        name: "RMSprop",
        make: |rate| Ok(Box::new(RMSprop::new(rate)?)),
    },
    Optimiser {
        name: "Adam",
        make: |rate| Ok(Box::new(Adam::new(rate)?)),
    },
    Optimiser {
        name: "AdamW",
        make: |rate| Ok(Box::new(AdamW::new(rate)?)),
    },
];

/// The step sizes that every optimiser is run with, a factor of about √10 apart.
pub(super) const STEPS: [f64; 10] = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0];

/// The index in [`STEPS`] of the common step size in the unfair comparison: 0.001, the default of Adam.
pub(super) const COMMON: usize = 2;

pub(super) const EXAMPLES: usize = 500;
pub(super) const HELD_OUT: usize = 500;
pub(super) const EPOCHS: usize = 30;
pub(super) const BATCH: usize = 20;
pub(super) const WIDTHS: [usize; 4] = [2, 16, 16, 1];

/// The loss of a training that has diverged: above all others, and finite, so that quantiles next to it are numbers.
const DIVERGED: f64 = f64::MAX;

/// The results of an optimiser with every step size.
pub(super) struct Race {
    pub(super) name: &'static str,
    /// For each of [`STEPS`].
    pub(super) runs: Vec<Runs>,
}

/// The results of all seeds with one step size.
pub(super) struct Runs {
    /// By seed: the loss on the validation set before training and after each epoch.
    pub(super) curves: Vec<Vec<f64>>,
    /// By seed: the loss on the test set at the end.
    pub(super) test: Vec<f64>,
}

impl Race {
    /// The index in [`STEPS`] of the step size with the lowest median loss on the validation sets.
    pub(super) fn best(&self) -> usize {
        let loss = |index: &usize| self.runs[*index].validation_loss(EPOCHS);
        (0..self.runs.len())
            .min_by(|one, other| loss(one).total_cmp(&loss(other)))
            .unwrap_or(0)
    }

    /// The median over the seeds of the test loss with this step size.
    pub(super) fn test_loss(&self, index: usize) -> f64 {
        median(&self.runs[index].test)
    }
}

impl Runs {
    /// The median over the seeds of the loss on the validation set after this many epochs.
    pub(super) fn validation_loss(&self, epochs: usize) -> f64 {
        let losses: Vec<f64> = self.curves.iter().map(|curve| curve[epochs]).collect();
        median(&losses)
    }
}

/// The ratio of the largest to the smallest of the best steps.
pub(super) fn steps_apart(races: &[Race]) -> f64 {
    let steps: Vec<f64> = races.iter().map(|race| STEPS[race.best()]).collect();
    highest_over_lowest(&steps)
}

/// Every optimiser with every step size and every seed.
pub(super) fn races(
    seeds: usize,
    workers: &mut Workers<'_>,
    progress: &dyn Fn(),
) -> Result<Vec<Race>, Error> {
    let run = |number: usize| {
        let (pair, seed) = (number / seeds, number % seeds);
        run(&OPTIMISERS[pair / STEPS.len()], STEPS[pair % STEPS.len()], seed)
    };
    let n = OPTIMISERS.len() * STEPS.len() * seeds;
    let mut results = workers.map(n, progress, run)?.into_iter();
    let mut races = Vec::new();
    for Optimiser { name, .. } in OPTIMISERS {
        let mut runs = Vec::new();
        for _ in STEPS {
            let (curves, test) = results.by_ref().take(seeds).unzip();
            runs.push(Runs { curves, test });
        }
        races.push(Race { name, runs });
    }
    Ok(races)
}

/// The losses on the validation set by epoch, and the one on the test set at the end. Data, initial weights and batches
/// depend on the seed alone and are the same for every optimiser.
fn run(optimiser: &Optimiser, step: f64, seed: usize) -> Result<(Vec<f64>, f64), Error> {
    let mut rng = portable(seed as u64);
    let [train, validation, test] = [EXAMPLES, HELD_OUT, HELD_OUT].map(|examples| xor(examples, &mut rng));
    let (train, validation, test) = (train?, validation?, test?);
    let mut network = perceptron(&WIDTHS, Activation::Tanh, Init::XavierUniform, &mut rng)?;
    let loss = BCEWithLogitsLoss::new();
    let mut curve = vec![evaluate(&network, &loss, &validation, &[])?.loss];
    let trained = Fit::new(EPOCHS, BATCH)
        .shuffle(seed as u64)
        .validate(&validation)
        .on_epoch(|epoch, _| curve.push(epoch.watched_loss()))
        .run(&mut network, &loss, (optimiser.make)(step)?.as_mut(), &train);
    if let Err(error) = trained {
        return diverged(error.into()).map(|()| (vec![DIVERGED; EPOCHS + 1], DIVERGED));
    }
    Ok((curve, evaluate(&network, &loss, &test, &[])?.loss))
}

/// With a step that is too large, numbers may become infinite or NaN. That is a result, not a failure.
fn diverged(error: brique_train::Error) -> Result<(), Error> {
    match error {
        brique_train::Error::Step { source, .. } if matches!(*source, brique_train::Error::NotFinite(_)) => {
            Ok(())
        }
        error => Err(error.into()),
    }
}

fn xor(examples: usize, rng: &mut dyn RandomSource) -> Result<Dataset<f32>, Error> {
    let parameters = GenArti {
        data_type: DataType::FourGaussians,
        epsilon: EPSILON,
        nbex: examples,
        ..GenArti::default()
    };
    Ok(gen_arti(&parameters, rng)?.with_zero_one_targets()?.cast())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_that_diverges_is_a_result() {
        let sgd = &OPTIMISERS[0];
        let (curve, test) = run(sgd, 1e38, 0).unwrap();
        assert_eq!(curve.len(), EPOCHS + 1);
        assert!(
            curve
                .iter()
                .chain([&test])
                .all(|loss| loss.total_cmp(&DIVERGED).is_eq())
        );
        assert!(run(sgd, -1.0, 0).is_err());
    }

    #[test]
    fn optimisers_begin_alike_and_go_their_own_ways() {
        let curves: Vec<Vec<f64>> = OPTIMISERS
            .iter()
            .map(|optimiser| run(optimiser, 1e-3, 3).unwrap().0)
            .collect();
        assert!(
            curves
                .iter()
                .all(|curve| curve[0].total_cmp(&curves[0][0]).is_eq())
        );
        for (number, curve) in curves.iter().enumerate() {
            assert!(
                curves[..number]
                    .iter()
                    .all(|other| other[EPOCHS].total_cmp(&curve[EPOCHS]).is_ne())
            );
        }
    }

    #[test]
    fn the_best_step_is_that_of_the_lowest_median_on_validation() {
        let runs = |last: [f64; 3], test: f64| Runs {
            curves: last.iter().map(|&last| vec![last; EPOCHS + 1]).collect(),
            test: vec![test; 3],
        };
        let race = Race {
            name: "",
            runs: vec![
                runs([0.1, 3.0, 9.0], 0.0),
                runs([2.0, 2.0, 2.0], 7.0),
                runs([1.0, DIVERGED, DIVERGED], DIVERGED),
            ],
        };
        assert_eq!(race.best(), 1);
        assert!((race.test_loss(1) - 7.0).abs() < 1e-15);
    }
}
