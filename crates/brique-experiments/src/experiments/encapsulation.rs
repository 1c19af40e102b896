//! The course's third section: a chain of four linear layers; the effect of initial weights on activations and δ.

mod beginnings;
mod claims;
mod figures;
mod problems;
mod results;
mod training;

use crate::curves::median_and_range;
use crate::statistics::median;
use crate::{Agreement, Error, Experiment, Outcome, Settings, Workers};

use beginnings::{BEGINNINGS, SMALL};
use problems::{EXAMPLES, NOISE, PROBLEMS};
use results::{Trainings, numbers, reaching, saturated};
use training::{AFTER, BATCH, BEFORE, EPOCHS, LAYERS, Probe, STEP, train};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "encapsulation",
    summary: "Beyond: the course's third section, a chain of four layers from three kinds of initial weights",
    steps: |settings| seeds(settings) * PROBLEMS.len() * BEGINNINGS.len(),
    agreement: Agreement::Medians,
    run,
};

/// Half of the report's seeds, because there are fifteen trainings for each.
fn seeds(settings: &Settings) -> usize {
    settings.seeds.min(10)
}

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let seeds = seeds(settings);
    let mut all = Vec::new();
    for problem in &PROBLEMS {
        for beginning in &BEGINNINGS {
            let work = |seed| train(problem, beginning.init, seed);
            all.push(Trainings {
                problem,
                beginning,
                by_seed: workers.map(seeds, progress, work)?,
            });
        }
    }
    let claims = claims::claims(&all);
    let medians: Vec<String> = all
        .iter()
        .filter(|trainings| trainings.beginning.key == "xavier_uniform")
        .map(|trainings| format!("{:.2}", median(&trainings.test())))
        .collect();
    Ok(Outcome {
        results: numbers(&all),
        claims,
        figures: vec![
            figures::losses_and_accuracies(&all, seeds),
            figures::layers(&all, seeds),
        ],
        chapter: chapter(&all, seeds),
        headline: format!("Xavier: {}", medians.join(" / ")),
    })
}

fn chapter(all: &[Trainings], seeds: usize) -> String {
    let handed_down: Vec<String> = BEGINNINGS
        .iter()
        .map(|beginning| {
            let (low, high) = reaching(all, beginning.key);
            let (expected, low, high) = (digits(beginning.handed_down()), digits(low), digits(high));
            format!(
                "{} alone {expected}, with derivatives {low} to {high}",
                beginning.label
            )
        })
        .collect();
    let on = |beginning: &str, problem: &str, quantity: &dyn Fn(&Trainings) -> Vec<f64>| {
        let mut chosen = all
            .iter()
            .filter(|trainings| (trainings.beginning.key, trainings.problem.key()) == (beginning, problem));
        chosen
            .next()
            .map_or(f64::NAN, |trainings| median(&quantity(trainings)))
    };
    let moved = |beginning, layer| 100.0 * on(beginning, figures::SHOWN, &|trainings| trainings.moved(layer));
    let vanished = on("small_uniform", figures::SHOWN, &|trainings| {
        trainings.measured(BEFORE, Probe::first_over_last)
    });
    let moons = on("small_uniform", "moons", &Trainings::test);
    let (low, high) = saturated(all, "standard_normal");
    format!(
        "## Beyond the report: my third one is ... an encapsulation!\n\n\
         *Mon troisième est ... un encapsulage !*\n\n\
         The course's third section puts modules into a `Sequential`, a step into `Optim` and the epochs into `SGD`, so \
         that a network is a list. This one is 2–5–10–20–1 with a Tanh between any two linear layers, trained in \
         mini-batches of {BATCH} by plain gradient descent with step {STEP} for {EPOCHS} epochs, the same for all and \
         tuned for none. Its output is a logit under the binary cross-entropy, not a sigmoid under the mean squared \
         error: the error that this loss hands back, (σ(ŷ) − y)/n, has no derivative of a sigmoid in it, so what vanishes, \
         vanishes within the chain. Five sets of {EXAMPLES} examples with noise {NOISE}, a fifth of them for testing: \
         moons, circles of radius 1 and ½, and the three of the first chapter. {seeds} seeds draw data, split, weights \
         and order; the same seed has the same data in each row of a set.\n\n\
         Three kinds of initial weights: the report's N(0, 1); Xavier's uniform between ±√(6/(in + out)), the bias 0; and \
         uniform between ±{SMALL}, so small that no Tanh begins near its ends. δ is n·∂L/∂(output of a linear layer), \
         its size the root mean square over units and training examples; a unit is saturated where |tanh| > 0.99. Medians, \
         and for the test accuracy the lowest and the highest in brackets.\n\n\
         | data | weights | last loss | test accuracy | δ first / last, before | after training | last hidden layer saturated, before | after training |\n\
         |---|---|---|---|---|---|---|---|\n{}\n\
         Before training, a layer hands down √(out · variance of its weights) of δ, and each Tanh takes its derivatives from it. \
         Three layers on the way from the last to the first, by the weights alone and as measured on the five sets: {}. The \
         small weights leave every derivative at 1; it is they themselves that let δ vanish.\n\n\
         Who stops learning, and where? The small weights, and most of all in the first layer, which gets 1/{:.0} of the \
         last one's δ on XOR, and whose output is small for the layers that come after. There it moves by {:.0} % of \
         its length in {EPOCHS} epochs and the last layer by {:.0} %, where Xavier's move by {:.0} and {:.0} %. On \
         circles it is the same: the loss stays near ln 2, the accuracy at a coin's. Where a line helps, the chain gets \
         away from there after a while, on the two Gaussians to the end, on the moons to another plateau, with a test \
         accuracy of {moons:.3}.\n\n\
         With N(0, 1) the last hidden layer is saturated to {:.0} to {:.0} % before the first step, and stays so. All the \
         same δ does not vanish: large weights make up for small derivatives, four layers deep. This chain learns what Xavier's \
         learns, at this step in fewer epochs; none of the three solves the checkerboard. That says nothing of deeper \
         chains, nor of what another step would do for the others. After training δ is larger at the first layer than at \
         the last on every set that is learnt: by then the weights between hand down more than comes in.\n",
        table(all),
        handed_down.join("; "),
        1.0 / vanished,
        moved("small_uniform", 0),
        moved("small_uniform", LAYERS - 1),
        moved("xavier_uniform", 0),
        moved("xavier_uniform", LAYERS - 1),
        100.0 * low,
        100.0 * high,
    )
}

fn table(all: &[Trainings]) -> String {
    let row = |trainings: &Trainings| {
        let arrives = |moment| digits(median(&trainings.measured(moment, Probe::first_over_last)));
        let saturated = |moment| 100.0 * median(&trainings.measured(moment, Probe::last_saturated));
        format!(
            "| {} | {} | {:.4} | {} | {} | {} | {:.0} % | {:.0} % |\n",
            trainings.problem.title(),
            trainings.beginning.label,
            median(&trainings.last_losses()),
            median_and_range(&trainings.test(), 3),
            arrives(BEFORE),
            arrives(AFTER),
            saturated(BEFORE),
            saturated(AFTER),
        )
    };
    all.iter().map(row).collect()
}

/// Two decimals, four below 1.
fn digits(value: f64) -> String {
    if value < 1.0 {
        format!("{value:.4}")
    } else {
        format!("{value:.2}")
    }
}
