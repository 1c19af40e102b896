//! Beyond the report: which network solves the checkerboard, and from how many examples.

mod presentation;
mod results;
mod sweep;

use self::results::{Row, ceiling, chosen, results, row};
use self::sweep::{NETWORKS, Network, Plan, SIZES, TEST, plans, sweep};
use crate::statistics::median;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

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

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let measured = sweep(seeds(settings), workers, progress)?;
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
