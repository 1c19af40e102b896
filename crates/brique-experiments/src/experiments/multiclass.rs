//! Beyond the report: the course's fourth section. Handwritten digits, with the cross-entropy and with the squared error.

mod figures;
pub(super) mod mistakes;
pub(super) mod parts;
pub(super) mod training;

use serde_json::{Map, Value, json};

use crate::curves::{median_and_range, summary};
use crate::statistics::median;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};
use figures::{mistakes_figure, training_figure, weights_figure};
use mistakes::{Mistake, mistakes};
use parts::Parts;
use training::{BATCH, CLASSES, EPOCHS, Epoch, HIDDEN, Objective, SIDE, STEPS, Trained, train};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "multiclass",
    summary: "Beyond: handwritten digits, the cross-entropy against the squared error",
    steps: |settings| Objective::BOTH.len() * settings.seeds,
    agreement: Agreement::Medians,
    run,
};

/// How many mistakes are shown.
const SHOWN: usize = 10;

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let trained = [
        repeat(Objective::CrossEntropy, settings, workers, progress)?,
        repeat(Objective::SquaredError, settings, workers, progress)?,
    ];
    let accuracies = [0, 1].map(|index: usize| accuracies(&trained[index]));
    let counts = summed(&trained[0]);
    let shown = Shown::of(&trained[0], &accuracies[0])?;
    let claims = claims(&accuracies);
    let medians = accuracies.each_ref().map(|accuracies| median(accuracies));
    Ok(Outcome {
        results: numbers(&trained, &accuracies, &counts, &shown),
        chapter: chapter(&trained, &accuracies, &counts, &shown)?,
        claims,
        figures: vec![
            training_figure(&trained),
            mistakes_figure(&counts, shown.seed, &shown.mistakes),
            weights_figure(shown.seed, &trained[0][shown.seed]),
        ],
        headline: format!("accuracy: cross-entropy {:.3}, MSE {:.3}", medians[0], medians[1]),
    })
}

fn repeat(
    objective: Objective,
    settings: &Settings,
    workers: &mut Workers<'_>,
    progress: &dyn Fn(),
) -> Result<Vec<Trained>, Error> {
    workers.map(settings.seeds, progress, |seed| train(objective, seed))
}

fn accuracies(networks: &[Trained]) -> Vec<f64> {
    networks.iter().map(|trained| trained.accuracy).collect()
}

/// The confusion matrices of all seeds, added.
fn summed(networks: &[Trained]) -> Vec<Vec<usize>> {
    let count = |truth: usize, predicted: usize| {
        let counts = networks
            .iter()
            .map(|trained| trained.confused[[truth, predicted]]);
        counts.sum()
    };
    (0..CLASSES)
        .map(|truth| (0..CLASSES).map(|predicted| count(truth, predicted)).collect())
        .collect()
}

/// The network that the figures show: the one with the most mistakes of those trained for the cross-entropy.
struct Shown {
    seed: usize,
    /// Its worst mistakes.
    mistakes: Vec<Mistake>,
    /// How many there are in all.
    of: usize,
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
        let mut mistakes = mistakes(&Parts::of_seed(worst)?.test, &networks[worst].outputs)?;
        let of = mistakes.len();
        mistakes.truncate(SHOWN);
        Ok(Self {
            seed: worst,
            mistakes,
            of,
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
    for (index, objective) in Objective::BOTH.into_iter().enumerate() {
        let networks = &trained[index];
        let steps: Vec<f64> = networks.iter().map(|trained| trained.step).collect();
        let moved: Vec<f64> = networks.iter().map(|trained| trained.moved).collect();
        results.insert(
            objective.key().to_owned(),
            json!({
                "test_accuracy": summary("median", &accuracies[index]),
                "validation_accuracy": summary("median", &at_end(networks, |epoch| epoch.validation_accuracy)),
                "last_loss": summary("median_loss", &at_end(networks, |epoch| epoch.loss)),
                "last_validation_loss": summary("median_loss", &at_end(networks, |epoch| epoch.validation_loss)),
                "steps": steps,
                "first_layer_moved": summary("median_distance", &moved),
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

/// A quantity of the last epoch, seed by seed.
fn at_end(networks: &[Trained], of: impl Fn(&Epoch) -> f64) -> Vec<f64> {
    let last = networks.iter().filter_map(|trained| trained.epochs.last());
    last.map(of).collect()
}

/// One row of the table for either objective.
fn table(trained: &[Vec<Trained>; 2], accuracies: &[Vec<f64>; 2]) -> String {
    let row = |(index, objective): (usize, Objective)| {
        let networks = &trained[index];
        let chosen = STEPS.map(|step| {
            let same = networks
                .iter()
                .filter(|trained| trained.step.total_cmp(&step).is_eq());
            same.count().to_string()
        });
        format!(
            "| {} | {} | {} | {} | {} |\n",
            objective.name(),
            chosen.join(" / "),
            median_and_range(&at_end(networks, |epoch| epoch.validation_accuracy), 3),
            median_and_range(&accuracies[index], 3),
            losses_as_text(networks),
        )
    };
    Objective::BOTH.into_iter().enumerate().map(row).collect()
}

/// The median losses at the end, on the training part and on the validation part.
fn losses_as_text(networks: &[Trained]) -> String {
    let [learnt, validation] = last_losses(networks);
    format!("{learnt:.4} / {validation:.4}")
}

fn last_losses(networks: &[Trained]) -> [f64; 2] {
    [
        median(&at_end(networks, |epoch| epoch.loss)),
        median(&at_end(networks, |epoch| epoch.validation_loss)),
    ]
}

fn chapter(
    trained: &[Vec<Trained>; 2],
    accuracies: &[Vec<f64>; 2],
    counts: &[Vec<usize>],
    shown: &Shown,
) -> Result<String, Error> {
    let [learning, validation, test] = Parts::of_seed(0)?.sizes();
    let [first, second] = HIDDEN;
    let steps = STEPS.map(|step| step.to_string()).join(" / ");
    let seeds = trained[0].len();
    let ahead = |one: usize, other: usize| {
        let pairs = accuracies[one].iter().zip(&accuracies[other]);
        pairs.filter(|(one, other)| one > other).count()
    };
    let [cross_entropy, squared_error] = [0, 1].map(|index: usize| {
        let [learnt, validation] = last_losses(&trained[index]);
        validation / learnt
    });
    Ok(format!(
        "## Beyond the report: ten classes\n\n\
         *Mon quatrième est multi-classe*\n\n\
         The course's fourth section, on the {} digits of {SIDE} × {SIDE} pixels that are part of Brique: a network of \
         {}–{first}–{second}–{CLASSES} units with ReLU, {EPOCHS} epochs in batches of {BATCH}, Adam with a step that falls \
         to 0 along a cosine. It is trained twice from the same weights and in the same order: for the cross-entropy of the \
         softmax of its ten outputs, and for the squared distance of the outputs from the one-hot target. No softmax stands \
         before the squared error. It would multiply the gradient with its own derivative, which vanishes where the network \
         is certain and wrong, and the comparison would be unfair.\n\n\
         Each of the {seeds} seeds draws its split, stratified by class: {test} digits for testing, {validation} for \
         choosing the step, {learning} to learn from meanwhile. Each loss has its own choice among the same steps: the one \
         that ends with most of the validation part right. Then the network is trained again with it on all \
         {} digits that are not for testing, and judged once. Median, and in brackets the lowest and the highest.\n\n\
         | trained for | step chosen: {steps} | validation accuracy | test accuracy | last loss: learnt from / validation |\n\
         |---|---|---|---|---|\n{}\n\
         On the same test sets the cross-entropy is ahead for {} seeds and the squared error for {}: on digits as easy as \
         these the loss does not decide how many are read. It decides how far training goes on. At the end the \
         cross-entropy is {cross_entropy:.0} times as large on the validation part as on the digits learnt from, the \
         squared error {squared_error:.1} times: a cross-entropy always becomes smaller with larger outputs, a squared \
         error wants no more than its target.\n\n\
         {}\n",
        learning + validation + test,
        SIDE * SIDE,
        learning + validation,
        table(trained, accuracies),
        ahead(0, 1),
        ahead(1, 0),
        about_mistakes(&trained[0], counts, shown),
    ))
}

fn about_mistakes(networks: &[Trained], counts: &[Vec<usize>], shown: &Shown) -> String {
    let moved: Vec<f64> = networks.iter().map(|trained| trained.moved).collect();
    let all: usize = counts.iter().flatten().sum();
    let right: usize = (0..CLASSES).map(|class| counts[class][class]).sum();
    format!(
        "Of {all} test digits of all seeds the networks trained for the cross-entropy misread {}. The one of seed {} has the \
         most mistakes, {}; the figure shows the {} with the largest loss, the largest first. The pictures of its first \
         layer are those of the units with the largest weights. Much in them is still the noise they were drawn as: over the \
         seeds training moves the first layer by a median of {:.2} of its norm, and the digits are read without any unit \
         that looks like one. A pixel that is blank in every example has no gradient, so its weights never move.",
        all - right,
        shown.seed,
        shown.of,
        shown.mistakes.len(),
        median(&moved),
    )
}
