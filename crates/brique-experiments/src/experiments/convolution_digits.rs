//! Beyond the report: handwritten digits with a convolutional network, beside the perceptron of `multiclass`.

mod figures;
mod training;

use serde_json::{Value, json};

use super::multiclass::training::{CLASSES, HIDDEN, SIDE};
use crate::curves::{median_and_range, summary};
use crate::statistics::median;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};
use figures::{accuracy_figure, kernels_figure, mistakes_figure};
use training::{BATCH, CHANNELS, DROPOUT, EPOCHS, KERNEL, STEP, Trained, train};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "convolution_digits",
    summary: "Beyond: handwritten digits, a convolutional network beside a perceptron",
    steps: seeds,
    agreement: Agreement::Medians,
    run,
};

/// How many mistakes are shown.
const SHOWN: usize = 10;

/// The number of seeds: few, because a convolutional network takes longer.
fn seeds(settings: &Settings) -> usize {
    const MOST: usize = 5;
    settings.seeds.min(MOST)
}

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let trained: Vec<Trained> = workers.map(seeds(settings), progress, train)?;
    let mut figures = vec![accuracy_figure(&trained)];
    let shown = trained.iter().max_by_key(|trained| trained.mistakes.len());
    if let Some(shown) = shown {
        figures.push(kernels_figure(shown));
        if !shown.mistakes.is_empty() {
            figures.push(mistakes_figure(shown, SHOWN));
        }
    }
    let medians = medians(&trained);
    Ok(Outcome {
        results: numbers(&trained),
        claims: claims(medians),
        figures,
        chapter: chapter(&trained, shown),
        headline: format!("accuracy {:.3}, of the perceptron {:.3}", medians[0], medians[1]),
    })
}

/// The test accuracies of the convolutional network and of the perceptron, seed by seed.
fn accuracies(trained: &[Trained]) -> [Vec<f64>; 2] {
    [
        trained.iter().map(|trained| trained.accuracy).collect(),
        trained.iter().map(|trained| trained.perceptron).collect(),
    ]
}

fn medians(trained: &[Trained]) -> [f64; 2] {
    accuracies(trained).map(|accuracies| median(&accuracies))
}

fn claims([convolutional, perceptron]: [f64; 2]) -> Vec<Claim> {
    /// Less than one test digit: any lead is larger.
    const LEAD: f64 = 0.001;
    vec![
        Claim::at_least(
            "convolution_digits.accuracy",
            "the convolutional network reads digits: median test accuracy over the seeds",
            convolutional,
            0.985,
        ),
        Claim::at_least(
            "convolution_digits.ahead",
            "it reads more of them than the perceptron: difference of the median test accuracies",
            convolutional - perceptron,
            LEAD,
        ),
    ]
}

fn numbers(trained: &[Trained]) -> Value {
    let [convolutional, perceptron] = accuracies(trained);
    let parameters = trained.first().map_or([0, 0], |trained| trained.parameters);
    let mistakes: Vec<usize> = trained.iter().map(|trained| trained.mistakes.len()).collect();
    json!({
        "convolutional": {
            "test_accuracy": summary("median", &convolutional),
            "parameters": parameters[0],
            "mistakes": mistakes,
        },
        "perceptron": {
            "test_accuracy": summary("median", &perceptron),
            "parameters": parameters[1],
        },
    })
}

fn chapter(trained: &[Trained], shown: Option<&Trained>) -> String {
    let [convolutional, perceptron] = accuracies(trained);
    let ahead = convolutional.iter().zip(&perceptron);
    let ahead = ahead.filter(|(one, other)| one > other).count();
    let parameters = trained.first().map_or([0, 0], |trained| trained.parameters);
    format!(
        "## Beyond the report: digits as pictures\n\n\
         {}\n\n\
         | network | parameters | test accuracy |\n|---|---|---|\n\
         | convolutional | {} | {} |\n\
         | perceptron | {} | {} |\n\n\
         The convolutional network is ahead for {ahead} of the {} seeds. A unit of the perceptron has a weight of its own for \
         every pixel, and the same stroke one pixel to the right meets other weights. A channel of a convolution has the same \
         {KERNEL} × {KERNEL} weights at every pixel, and the pool takes the largest of four neighbours, so that a stroke one \
         pixel to the right often gives the same numbers. The dropout has its part in the lead, and the perceptron has none: \
         without it the same network had 0.987 on the validation parts of the seeds 100 to 104, with it 0.992.\n\n{}\n",
        about_training(trained),
        parameters[0],
        median_and_range(&convolutional, 3),
        parameters[1],
        median_and_range(&perceptron, 3),
        trained.len(),
        shown.map(about_figures).unwrap_or_default(),
    )
}

fn about_training(trained: &[Trained]) -> String {
    let [first, second] = CHANNELS;
    let [one, other] = HIDDEN;
    let [train, test] = trained.first().map_or([0, 0], |trained| trained.sizes);
    let pixels = SIDE * SIDE;
    format!(
        "The digits of the chapter about ten classes again, now for a network that receives them as pictures of {SIDE} × \
         {SIDE} pixels with one channel: a convolution with {first} channels and one with {second}, both with windows of \
         {KERNEL} × {KERNEL}, a padding of 1 and ReLU; a maximum over 2 × 2 pixels; a dropout of {DROPOUT}; a linear layer with \
         {CLASSES} outputs. It is trained for the cross-entropy, {EPOCHS} epochs in batches of {BATCH}, with Adam and a step \
         that falls from {STEP} to 0 along a cosine. Beside it stands the perceptron of that chapter, \
         {pixels}–{one}–{other}–{CLASSES}, whose step is chosen for each seed as there.\n\n\
         Both have the same split for each of the {} seeds: {train} digits for training, {test} for testing. The settings of \
         the convolutional network were chosen with other seeds, 100 to 104, by the mean accuracy on the validation part: \
         this one and a network with two pools and {} epochs were the best of twelve, with 0.992, and this one is trained in \
         less time. The test parts of these seeds were not used. All seeds draw their splits from the same {} digits, so a \
         test digit of one seed can have been in the validation part of another. Median, and in brackets the lowest and the highest.",
        trained.len(),
        2 * EPOCHS,
        train + test,
    )
}

fn about_figures(shown: &Trained) -> String {
    format!(
        "The pictures are those of seed {}, whose network misreads the most test digits, {}; at most {SHOWN} are shown. Each \
         kernel responds most to ink below its orange weights and none below its blue ones. Several have one sign on one \
         side and the other sign on the other side: they respond to an edge in one direction.",
        shown.seed,
        shown.mistakes.len(),
    )
}
