//! The seeds of the report's data and of its splits, and the split itself.

use brique_datasets::{Dataset, Selection, TestSize, train_test_split};
use brique_random::NumpyRandomState;

use crate::Error;

/// The seed of the report's data.
pub(crate) const DATA_SEED: u32 = 42;
/// The seed of the report's splits, `random_state=42`.
const SPLIT_SEED: u32 = 42;
/// The share of the examples that the report tests on.
pub(crate) const TEST_SHARE: f64 = 0.2;

/// The report's split: a fifth for testing, from a generator of its own.
pub(crate) fn report_split(data: &Dataset) -> Result<(Dataset, Dataset), Error> {
    let mut rng = NumpyRandomState::new(SPLIT_SEED);
    Ok(train_test_split(
        data,
        TestSize::Fraction(TEST_SHARE),
        Selection::Shuffled(&mut rng),
    )?)
}
