//! Beyond the report: optimisers compared, each at its best step size, and all at one.

mod presentation;
mod race;

use serde_json::{Value, json};

use self::race::{COMMON, EPOCHS, OPTIMISERS, Race, STEPS, races, steps_apart};
use crate::statistics::highest_over_lowest;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "optimisers",
    summary: "Beyond: seven optimisers, each at its best step size, and all at one",
    steps: |settings| seeds(settings) * STEPS.len() * OPTIMISERS.len(),
    agreement: Agreement::Medians,
    run,
};

fn seeds(settings: &Settings) -> usize {
    settings.seeds.min(7)
}

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let races = races(seeds(settings), workers, progress)?;
    let [unfair, fair] = [at_common_step, at_best_step].map(|losses| losses(&races));
    let ratio = |losses: &[f64]| losses[SGD] / losses[ADAM];
    let headline = format!(
        "SGD / Adam: {:.1} at one step, {:.2} at best",
        ratio(&unfair),
        ratio(&fair),
    );
    Ok(Outcome {
        results: results(&races),
        claims: claims(&races, &unfair, &fair),
        figures: vec![presentation::figure(&races)],
        chapter: presentation::chapter(&races, seeds(settings)),
        headline,
    })
}

/// Indices in [`OPTIMISERS`].
const SGD: usize = 0;
const ADAM: usize = 5;

/// Median test losses, in the order of [`OPTIMISERS`].
fn at_common_step(races: &[Race]) -> Vec<f64> {
    races.iter().map(|race| race.test_loss(COMMON)).collect()
}

fn at_best_step(races: &[Race]) -> Vec<f64> {
    races.iter().map(|race| race.test_loss(race.best())).collect()
}

fn claims(races: &[Race], unfair: &[f64], fair: &[f64]) -> Vec<Claim> {
    let from_an_end = |index: usize| index.min(STEPS.len() - 1 - index);
    let nearest = races.iter().map(|race| from_an_end(race.best())).min();
    vec![
        Claim::at_most(
            "optimisers.one_step_flatters_adam",
            "at 0.001 for all, Adam's median test loss over that of plain SGD",
            unfair[ADAM] / unfair[SGD],
            0.2,
        ),
        Claim::at_most(
            "optimisers.best_steps_are_close",
            "at the best step of each, the highest median test loss over the lowest",
            highest_over_lowest(fair),
            2.0,
        ),
        Claim::at_most(
            "optimisers.sgd_beside_adam",
            "at the best step of each, plain SGD's median test loss over Adam's",
            fair[SGD] / fair[ADAM],
            1.5,
        ),
        Claim::at_least(
            "optimisers.best_steps_differ",
            "the largest of the best steps over the smallest",
            steps_apart(races),
            10.0,
        ),
        Claim::at_least(
            "optimisers.steps_within_the_grid",
            "no best step is the first or the last that was tried: steps between it and the end of the grid",
            nearest.map_or(f64::NAN, |nearest| nearest as f64),
            1.0,
        ),
    ]
}

fn results(races: &[Race]) -> Value {
    let optimisers = races.iter().map(|race| {
        let steps = STEPS
            .iter()
            .zip(&race.runs)
            .enumerate()
            .map(|(index, (step, runs))| {
                json!({
                    "step": step,
                    "validation_loss": runs.validation_loss(EPOCHS),
                    "test_loss": race.test_loss(index),
                    "test_loss_by_seed": runs.test,
                })
            });
        json!({
            "optimiser": race.name,
            "best_step": STEPS[race.best()],
            "steps": steps.collect::<Vec<_>>(),
        })
    });
    json!({ "optimisers": optimisers.collect::<Vec<_>>() })
}
