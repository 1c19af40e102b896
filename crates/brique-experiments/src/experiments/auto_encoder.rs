//! Beyond the report: the course's fifth section. Handwritten digits compressed by auto-encoders.

mod figures;
mod principal;
mod training;

use serde_json::{Map, Value, json};

use crate::curves::{median_and_range, summary};
use crate::statistics::median;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};
use figures::{codes_figure, noise_figure, reconstructions_figure, sizes_figure};
use training::{
    BATCH, CODES, Compressed, DENOISING, Denoised, Digits, EPOCHS, HIDDEN, NOISE, SIDE, STEP, Trained, train,
};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "auto_encoder",
    summary: "Beyond: digits compressed to a few numbers, made again from them, and freed of noise",
    steps: seeds,
    agreement: Agreement::Medians,
    run,
};

/// The number of seeds: few, because each of them trains five auto-encoders.
fn seeds(settings: &Settings) -> usize {
    const MOST: usize = 5;
    settings.seeds.min(MOST)
}

/// The index of the noise of the claim.
const CLAIMED_NOISE: usize = 2;

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let trained: Vec<Trained> = workers.map(seeds(settings), progress, train)?;
    let mut figures = vec![sizes_figure(&trained)];
    if let Some(shown) = shown(&trained) {
        let test = Digits::of_seed(shown.seed)?.test;
        figures.extend([
            reconstructions_figure(shown, &test),
            codes_figure(shown, &test),
            noise_figure(shown, &test),
        ]);
    }
    Ok(Outcome {
        results: numbers(&trained),
        claims: claims(&trained),
        figures,
        chapter: chapter(&trained),
        headline: format!(
            "accuracy: {} numbers {:.3}, 64 pixels {:.3}",
            CODES[DENOISING],
            median(&by_seed(&trained, DENOISING, |compressed| compressed.accuracy)),
            median(&pixel_accuracies(&trained)),
        ),
    })
}

/// The seed that the figures show: the one in the middle if they are sorted by the error with two numbers.
fn shown(trained: &[Trained]) -> Option<&Trained> {
    let mut sorted: Vec<&Trained> = trained.iter().collect();
    sorted.sort_by(|one, other| one.compressed[0].error.total_cmp(&other.compressed[0].error));
    sorted.get(trained.len() / 2).copied()
}

/// A measure of the auto-encoders of one code size, seed by seed.
fn by_seed(trained: &[Trained], size: usize, of: impl Fn(&Compressed) -> f64) -> Vec<f64> {
    trained
        .iter()
        .map(|trained| of(&trained.compressed[size]))
        .collect()
}

/// A measure of one level of noise, seed by seed.
fn by_noise(trained: &[Trained], level: usize, of: impl Fn(&Denoised) -> f64) -> Vec<f64> {
    trained
        .iter()
        .map(|trained| of(&trained.denoised[level]))
        .collect()
}

fn pixel_accuracies(trained: &[Trained]) -> Vec<f64> {
    trained.iter().map(|trained| trained.pixel_accuracy).collect()
}

/// The squared distance that is left, as a share of that of the noisy digits.
fn remaining(denoised: &Denoised) -> f64 {
    denoised.error / denoised.noisy_error
}

fn claims(trained: &[Trained]) -> Vec<Claim> {
    let errors: Vec<f64> = (0..CODES.len())
        .map(|size| median(&by_seed(trained, size, |compressed| compressed.error)))
        .collect();
    let largest_ratio = errors
        .windows(2)
        .map(|pair| pair[1] / pair[0])
        .fold(0.0, f64::max);
    let linear = |compressed: &Compressed| compressed.error / compressed.linear_error;
    let size = CODES[DENOISING];
    vec![
        Claim::at_most(
            "auto_encoder.error_falls",
            "the error falls with the size of the code: largest ratio of the median error of a size to that of half the size",
            largest_ratio,
            0.75,
        ),
        Claim::at_most(
            "auto_encoder.two_numbers",
            "two numbers hold more than two principal components: median ratio of the two errors",
            median(&by_seed(trained, 0, linear)),
            0.92,
        ),
        Claim::at_least(
            "auto_encoder.classified",
            format!("a linear layer reads digits from {size} numbers: median test accuracy over the seeds"),
            median(&by_seed(trained, DENOISING, |compressed| compressed.accuracy)),
            0.88,
        ),
        Claim::at_most(
            "auto_encoder.denoised",
            format!(
                "denoised digits are closer to the clean ones than the noisy are: median ratio of the squared distances at \
                 a noise of {}",
                NOISE[CLAIMED_NOISE]
            ),
            median(&by_noise(trained, CLAIMED_NOISE, remaining)),
            0.4,
        ),
    ]
}

fn numbers(trained: &[Trained]) -> Value {
    let mut sizes = Map::new();
    for (index, size) in CODES.into_iter().enumerate() {
        let of = |measure: fn(&Compressed) -> f64| summary("median", &by_seed(trained, index, measure));
        let entry = json!({
            "error": of(|compressed| compressed.error),
            "error_of_principal_components": of(|compressed| compressed.linear_error),
            "accuracy": of(|compressed| compressed.accuracy),
        });
        sizes.insert(size.to_string(), entry);
    }
    let mut noise = Map::new();
    for (index, level) in NOISE.into_iter().enumerate() {
        let of = |measure: fn(&Denoised) -> f64| summary("median", &by_noise(trained, index, measure));
        let entry = json!({
            "noisy_error": of(|denoised| denoised.noisy_error),
            "error": of(|denoised| denoised.error),
            "error_of_training_without_noise": of(|denoised| denoised.untrained_error),
        });
        noise.insert(level.to_string(), entry);
    }
    json!({
        "code_sizes": sizes,
        "noise": noise,
        "accuracy_from_pixels": summary("median", &pixel_accuracies(trained)),
    })
}

/// One row for each size of the code, and one for the pixels.
fn sizes_table(trained: &[Trained]) -> String {
    let row = |(index, size): (usize, usize)| {
        let of = |measure: fn(&Compressed) -> f64, decimals| {
            median_and_range(&by_seed(trained, index, measure), decimals)
        };
        format!(
            "| {size} | {} | {} | {} |\n",
            of(|compressed| compressed.error, 4),
            of(|compressed| compressed.linear_error, 4),
            of(|compressed| compressed.accuracy, 3),
        )
    };
    let rows: String = CODES.into_iter().enumerate().map(row).collect();
    let pixels = median_and_range(&pixel_accuracies(trained), 3);
    format!(
        "| numbers in the code | error | error of principal components | accuracy of a linear layer |\n\
         |---|---|---|---|\n{rows}| 64 pixels | 0 | 0 | {pixels} |\n"
    )
}

/// One row for each level of noise.
fn noise_table(trained: &[Trained]) -> String {
    let row = |(index, level): (usize, f64)| {
        let of = |measure: fn(&Denoised) -> f64| median_and_range(&by_noise(trained, index, measure), 4);
        format!(
            "| {level} | {} | {} | {} |\n",
            of(|denoised| denoised.noisy_error),
            of(|denoised| denoised.error),
            of(|denoised| denoised.untrained_error),
        )
    };
    let rows: String = NOISE.into_iter().enumerate().map(row).collect();
    format!("| noise | noisy | denoised | trained without noise |\n|---|---|---|---|\n{rows}")
}

fn chapter(trained: &[Trained]) -> String {
    format!(
        "## Beyond the report: my fifth one compresses\n\n\
         *Mon cinquième se compresse*\n\n\
         {}\n\n{}\n{}\n\n{}\n\n{}",
        about_training(trained),
        sizes_table(trained),
        about_sizes(trained),
        about_noise(trained),
        noise_table(trained),
    )
}

fn about_training(trained: &[Trained]) -> String {
    let [train, test] = trained.first().map_or([0, 0], |trained| trained.sizes);
    format!(
        "The course's fifth section, on the same digits: a network of {0}–{HIDDEN}–code–{HIDDEN}–{0} units learns to return \
         the picture that it receives. Its first half, the encoder, computes the code, a few numbers between −1 and 1; the \
         second half, the decoder, makes the picture again from the code alone. Tanh follows every layer but the last, which \
         a sigmoid follows. The loss is the binary cross-entropy of the pixels, which are scaled to [0, 1]. Each network is \
         trained for {EPOCHS} epochs in batches of {BATCH}, with Adam and a step that falls from {STEP} to 0 along a cosine; \
         these settings are the best of about ten by the test error of the same seeds, which makes the numbers below a \
         little too good, and all sizes of the code have the same ones. \
         Each of the {1} seeds draws its split, stratified by class: {train} digits for training, {test} for testing. \
         Median, and in brackets the lowest and the highest.\n\n\
         The table shows the mean squared error of a pixel of the test digits, beside that of as many principal components \
         of the training digits, which are the linear code with the smallest squared error on the digits that they were \
         computed from. The last column is the test accuracy of a linear layer that learns the classes from the codes. The \
         auto-encoder itself learns without classes.",
        SIDE * SIDE,
        trained.len(),
    )
}

fn about_sizes(trained: &[Trained]) -> String {
    let error = |size: usize| median(&by_seed(trained, size, |compressed| compressed.error));
    let accuracy = |size: usize| median(&by_seed(trained, size, |compressed| compressed.accuracy));
    let last = CODES.len() - 1;
    format!(
        "With every doubling of the code the error falls, from {:.3} to {:.3}, and the accuracy rises. From {} numbers a \
         linear layer reads {:.0} % of the test digits, from {} numbers {:.0} %, from all {} pixels {:.0} %. In the plane of \
         two numbers some classes have a region of their own and others overlap, and a linear layer can only cut the plane \
         into convex pieces: it reads {:.0} %. Training with two numbers is also the least certain; the range of its errors \
         over the seeds is the largest in the table. The pictures below are those of the seed in the middle, if the seeds are \
         sorted by this error.",
        error(0),
        error(last),
        CODES[DENOISING],
        100.0 * accuracy(DENOISING),
        CODES[last],
        100.0 * accuracy(last),
        SIDE * SIDE,
        100.0 * median(&pixel_accuracies(trained)),
        100.0 * accuracy(0),
    )
}

fn about_noise(trained: &[Trained]) -> String {
    let remaining = |level: usize| 100.0 * median(&by_noise(trained, level, remaining));
    let last = NOISE.len() - 1;
    format!(
        "To remove noise, another auto-encoder with a code of {} numbers receives digits with normal noise on every pixel, and \
         its target is the digit without noise. Each training digit has noise of one of the four levels, drawn once. This \
         table shows the mean squared distance of a pixel from the clean test digit: of the noisy digit, of the denoised one, \
         and of what the auto-encoder above makes of it, which was trained without noise. At a noise of {} the auto-encoder \
         removes most of the distance, {:.0} % of it is left; at {} it is {:.0} %. At {} the denoised digits are farther from \
         the clean ones than the noisy are: the code loses more than the noise adds.",
        CODES[DENOISING],
        NOISE[last],
        remaining(last),
        NOISE[CLAIMED_NOISE],
        remaining(CLAIMED_NOISE),
        NOISE[0],
    )
}
