//! Beyond the report: which network solves the checkerboard, and from how many examples.

mod presentation;
mod sweep;

use serde_json::{Value, json};

use self::sweep::{Measured, NETWORKS, Network, Plan, SIZES, TEST, plans, sweep};
use crate::accuracy::{best_possible, checkerboard_rule};
use crate::experiments::classification::EPSILON;
use crate::statistics::{median, quantile};
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "depth",
    summary: "Beyond: which network solves the checkerboard, and from how many examples",
    steps: |settings| seeds(settings) * NETWORKS.len() * SIZES.len(),
    agreement: Agreement::Medians,
    run,
};

/// A few seeds are enough for networks that agree to a hundredth.
fn seeds(settings: &Settings) -> usize {
    settings.seeds.min(5)
}

/// A configuration with the results of its seeds.
struct Row {
    plan: Plan,
    train: Vec<f64>,
    validation: Vec<f64>,
    test: Vec<f64>,
    /// Of the matrix products of training, early stop included.
    multiply_adds: Vec<f64>,
}

fn run(settings: &Settings, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let measured = sweep(seeds(settings), settings.threads, progress)?;
    let rows: Vec<Row> = plans().map(|plan| row(plan, &measured)).collect();
    let chosen = chosen(&rows);
    let claims = claims(&rows, chosen);
    let headline = format!(
        "{}: median test accuracy {:.3}",
        chosen.plan.network.name(),
        median(&chosen.test)
    );
    Ok(Outcome {
        results: results(&rows, chosen),
        claims,
        figures: vec![presentation::figure(&rows, chosen, &measured)?],
        chapter: presentation::chapter(&rows, chosen, seeds(settings)),
        headline,
    })
}

fn row(plan: Plan, measured: &[Measured]) -> Row {
    let of = |value: fn(&Measured) -> f64| {
        let its = measured.iter().filter(|one| one.plan == plan);
        its.map(value).collect()
    };
    Row {
        plan,
        train: of(|one| one.train),
        validation: of(|one| one.validation),
        test: of(|one| one.test),
        multiply_adds: of(|one| one.multiply_adds),
    }
}

/// The configuration with the highest median accuracy on the validation sets; the test sets have no influence.
fn chosen(rows: &[Row]) -> &Row {
    rows.iter().fold(&rows[0], |best, row| {
        let is_better = median(&row.validation) > median(&best.validation);
        if is_better { row } else { best }
    })
}

/// The accuracy that no classifier exceeds on average.
fn ceiling() -> f64 {
    best_possible(&sweep::board(TEST))
}

fn claims(rows: &[Row], chosen: &Row) -> Vec<Claim> {
    let of = |network: Network, examples| {
        let plan = Plan { network, examples };
        let row = rows.iter().find(|row| row.plan == plan);
        row.map_or(f64::NAN, |row| median(&row.test))
    };
    let [few, .., many] = SIZES;
    let [narrow, _, _, deep] = NETWORKS;
    vec![
        Claim::at_least(
            "depth.solves_the_checkerboard",
            "the configuration chosen on the validation sets alone: median test accuracy over the seeds",
            median(&chosen.test),
            0.83,
        ),
        Claim::at_most(
            "depth.keeps_to_the_ceiling",
            format!(
                "that accuracy is no more than the best possible plus three standard errors of {TEST} test points"
            ),
            median(&chosen.test),
            ceiling() + 3.0 * (ceiling() * (1.0 - ceiling()) / TEST as f64).sqrt(),
        ),
        Claim::at_least(
            "depth.layers",
            format!(
                "three hidden layers of 64 above one, from {many} examples: difference of the median test accuracies"
            ),
            of(deep, many) - of(narrow, many),
            0.1,
        ),
        Claim::at_least(
            "depth.examples",
            format!(
                "{} from {many} examples above the same from {few}: difference of the median test accuracies",
                deep.name()
            ),
            of(deep, many) - of(deep, few),
            0.03,
        ),
    ]
}

fn results(rows: &[Row], chosen: &Row) -> Value {
    let accuracy = |values: &[f64]| {
        json!({
            "median": median(values),
            "lowest": quantile(values, 0.0),
            "highest": quantile(values, 1.0),
            "by_seed": values,
        })
    };
    let configurations = rows.iter().map(|row| {
        json!({
            "network": row.plan.network.name(),
            "examples": row.plan.examples,
            "parameters": row.plan.network.parameters(),
            "epochs": row.plan.epochs(),
            "multiply_adds_by_seed": row.multiply_adds,
            "train_accuracy": accuracy(&row.train),
            "validation_accuracy": accuracy(&row.validation),
            "test_accuracy": accuracy(&row.test),
        })
    });
    json!({
        "configurations": configurations.collect::<Vec<_>>(),
        "chosen": { "network": chosen.plan.network.name(), "examples": chosen.plan.examples },
        "best_possible_accuracy": ceiling(),
        "rule_accuracy": checkerboard_rule(EPSILON),
    })
}
