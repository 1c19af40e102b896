//! The experiments, one file each, in the order of the report.

mod classification;
mod classification_seeds;
mod contract;
mod depth;
mod encapsulation;
mod multiclass;
mod nonlinear;
mod optimisers;
mod regression_line;
mod regression_plane;
mod step_size;

use crate::Experiment;

/// All experiments, in the order of the report.
pub const ALL: [Experiment; 11] = [
    contract::EXPERIMENT,
    regression_line::EXPERIMENT,
    regression_plane::EXPERIMENT,
    classification::EXPERIMENT,
    step_size::EXPERIMENT,
    classification_seeds::EXPERIMENT,
    nonlinear::EXPERIMENT,
    encapsulation::EXPERIMENT,
    optimisers::EXPERIMENT,
    depth::EXPERIMENT,
    multiclass::EXPERIMENT,
];

/// The seed of the report's data.
const DATA_SEED: u32 = 42;
/// The seed of the report's splits, `random_state=42`.
const SPLIT_SEED: u32 = 42;
/// The share of the examples that the report tests on.
pub(crate) const TEST_SHARE: f64 = 0.2;

/// The report's split: a fifth for testing, from a generator of its own.
fn report_split(
    data: &brique_datasets::Dataset,
) -> Result<(brique_datasets::Dataset, brique_datasets::Dataset), crate::Error> {
    use brique_datasets::{Selection, TestSize, train_test_split};
    let mut rng = brique_random::NumpyRandomState::new(SPLIT_SEED);
    Ok(train_test_split(
        data,
        TestSize::Fraction(TEST_SHARE),
        Selection::Shuffled(&mut rng),
    )?)
}
