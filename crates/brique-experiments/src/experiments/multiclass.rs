//! Beyond the report: the course's fourth section. Handwritten digits, with the cross-entropy and with the squared error.

mod figures;
mod mistakes;
mod training;

use serde_json::{Map, Value, json};

use crate::curves::{median_and_range, summary};
use crate::parallel;
use crate::statistics::median;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings};
use figures::{mistakes_figure, training_figure, weights_figure};
use mistakes::{Mistake, mistakes};
use training::{BATCH, CLASSES, EPOCHS, HIDDEN, Objective, Parts, SIDE, STEPS, Trained, train};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "multiclass",
    summary: "Beyond: handwritten digits, the cross-entropy against the squared error",
    steps: |settings| Objective::BOTH.len() * settings.seeds,
    agreement: Agreement::Medians,
    run,
};

/// How many mistakes are shown.
const SHOWN: usize = 10;

fn run(settings: &Settings, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let trained = [
        repeat(Objective::CrossEntropy, settings, progress)?,
        repeat(Objective::SquaredError, settings, progress)?,
    ];
    let accuracies = [0, 1].map(|place: usize| accuracies(&trained[place]));
    let counts = summed(&trained[0]);
    let shown = Shown::of(&trained[0], &accuracies[0])?;
    let claims = claims(&accuracies);
    let medians = accuracies.each_ref().map(|accuracies| median(accuracies));
    Ok(Outcome {
        results: numbers(&trained, &accuracies, &counts, &shown),
        chapter: chapter(&trained, &accuracies, &shown)?,
        claims,
        figures: vec![
            training_figure(&trained),
            mistakes_figure(&counts, shown.seed, &shown.mistakes),
            weights_figure(shown.seed, &trained[0][shown.seed]),
        ],
        headline: format!("accuracy: cross-entropy {:.3}, MSE {:.3}", medians[0], medians[1]),
    })
}

fn repeat(objective: Objective, settings: &Settings, progress: &dyn Fn()) -> Result<Vec<Trained>, Error> {
    parallel::map(settings.seeds, settings.threads, progress, |seed| {
        train(objective, seed)
    })
    .into_iter()
    .collect()
}

fn accuracies(networks: &[Trained]) -> Vec<f64> {
    networks
        .iter()
        .map(|trained| trained.confusion.accuracy())
        .collect()
}

/// The confusion matrices of all seeds, added.
fn summed(networks: &[Trained]) -> Vec<Vec<usize>> {
    let count = |truth: usize, predicted: usize| {
        let counts = networks
            .iter()
            .map(|trained| trained.confusion.counts()[[truth, predicted]]);
        counts.sum()
    };
    (0..CLASSES)
        .map(|truth| (0..CLASSES).map(|predicted| count(truth, predicted)).collect())
        .collect()
}

/// The network that is looked at closely: of those trained for the cross-entropy the one with the most mistakes.
struct Shown {
    seed: usize,
    mistakes: Vec<Mistake>,
}

impl Shown {
    fn of(networks: &[Trained], accuracies: &[f64]) -> Result<Self, Error> {
        let worst = (1..networks.len()).fold(0, |worst, seed| {
            if accuracies[seed] < accuracies[worst] {
                seed
            } else {
                worst
            }
        });
        let mut mistakes = mistakes(worst, &networks[worst])?;
        mistakes.truncate(SHOWN);
        Ok(Self {
            seed: worst,
            mistakes,
        })
    }
}

fn claims(accuracies: &[Vec<f64>; 2]) -> Vec<Claim> {
    let medians = accuracies.each_ref().map(|accuracies| median(accuracies));
    vec![
        Claim::at_least(
            "multiclass.cross_entropy",
            "trained for the cross-entropy, the network reads digits: median test accuracy over the seeds",
            medians[0],
            0.975,
        ),
        Claim::at_most(
            "multiclass.level",
            "trained for the squared error it reads as well: distance of the two median test accuracies",
            (medians[0] - medians[1]).abs(),
            0.015,
        ),
    ]
}

fn numbers(
    trained: &[Vec<Trained>; 2],
    accuracies: &[Vec<f64>; 2],
    counts: &[Vec<usize>],
    shown: &Shown,
) -> Value {
    let mut results = Map::new();
    for (place, objective) in Objective::BOTH.into_iter().enumerate() {
        let networks = &trained[place];
        let steps: Vec<f64> = networks.iter().map(|trained| trained.step).collect();
        results.insert(
            objective.key().to_owned(),
            json!({
                "test_accuracy": summary("median", &accuracies[place]),
                "validation_accuracy": summary("median", &at_end(networks, training::validation_accuracy)),
                "last_loss": summary("median_loss", &at_end(networks, |epoch| epoch.loss)),
                "last_validation_loss": summary("median_loss", &at_end(networks, brique_train::Epoch::watched_loss)),
                "steps": steps,
            }),
        );
    }
    let mistakes = shown.mistakes.iter().map(
        |mistake| json!({ "true": mistake.truth, "predicted": mistake.predicted, "loss": mistake.loss }),
    );
    results.insert("confusion".to_owned(), json!(counts));
    results.insert(
        "worst_mistakes".to_owned(),
        json!({ "seed": shown.seed, "mistakes": mistakes.collect::<Vec<_>>() }),
    );
    Value::Object(results)
}

/// Something of the last epoch, seed by seed.
fn at_end(networks: &[Trained], of: impl Fn(&brique_train::Epoch) -> f64) -> Vec<f64> {
    let last = networks
        .iter()
        .filter_map(|trained| trained.history.epochs().last());
    last.map(of).collect()
}

fn chapter(trained: &[Vec<Trained>; 2], accuracies: &[Vec<f64>; 2], shown: &Shown) -> Result<String, Error> {
    let [learning, validation, test] = Parts::of_seed(0)?.sizes();
    let _ = (
        learning,
        validation,
        test,
        trained,
        accuracies,
        shown,
        BATCH,
        EPOCHS,
        HIDDEN,
        SIDE,
        STEPS,
        median_and_range(&accuracies[0], 3),
    );
    Ok(format!(
        "## Beyond the report: ten classes\n\n*Mon quatrième est multi-classe*\n\n{:?} {:?}",
        accuracies,
        trained
            .each_ref()
            .map(|t| t.iter().map(|t| t.step).collect::<Vec<_>>())
    ))
}
