//! The digits of one seed, in parts.

use brique_datasets::{Dataset, Selection, TestSize, digits, train_test_split};
use brique_random::{RandomSource, portable};

use super::training::Objective;
use crate::Error;

/// The share of the test set, and the share of the rest that is the validation set, on which the step is chosen.
const TEST_SHARE: f64 = 0.25;
const VALIDATION_SHARE: f64 = 0.2;

/// The digits of one seed; targets are class numbers.
pub(in crate::experiments) struct Parts {
    /// All examples outside the test set.
    pub(in crate::experiments) train: Dataset<f32>,
    /// Of these, the training and the validation set while the step is chosen.
    pub(super) learning: Dataset<f32>,
    pub(super) validation: Dataset<f32>,
    pub(in crate::experiments) test: Dataset<f32>,
}

impl Parts {
    /// Stratified parts, with pixels from 0 to 1.
    pub(in crate::experiments) fn draw(rng: &mut dyn RandomSource) -> Result<Self, Error> {
        let data = digits::<f32>()?;
        let pixels = data.inputs() / 16.0;
        let (train, test) = stratified(&data.with_inputs(pixels)?, TEST_SHARE, rng)?;
        let (learning, validation) = stratified(&train, VALIDATION_SHARE, rng)?;
        Ok(Self {
            train,
            learning,
            validation,
            test,
        })
    }

    /// The parts for the networks of this seed.
    pub(in crate::experiments) fn of_seed(seed: usize) -> Result<Self, Error> {
        Self::draw(&mut portable(seed as u64))
    }

    /// The numbers of examples for training while the step is chosen, for validation and for testing.
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.learning.len(), self.validation.len(), self.test.len()]
    }

    pub(super) fn for_objective(self, objective: Objective) -> Result<Self, Error> {
        Ok(Self {
            train: objective.targets(self.train)?,
            learning: objective.targets(self.learning)?,
            validation: objective.targets(self.validation)?,
            test: objective.targets(self.test)?,
        })
    }
}

fn stratified(
    data: &Dataset<f32>,
    share: f64,
    rng: &mut dyn RandomSource,
) -> Result<(Dataset<f32>, Dataset<f32>), Error> {
    let classes = data.classes();
    let selection = Selection::Stratified {
        classes: &classes,
        rng,
    };
    Ok(train_test_split(data, TestSize::Fraction(share), selection)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::multiclass::training::number;

    #[test]
    fn both_objectives_see_the_same_examples_and_a_seed_its_own() {
        let parts = |seed| Parts::of_seed(seed).unwrap();
        let (one, squared) = (parts(3), parts(3).for_objective(Objective::SquaredError).unwrap());
        assert_eq!(one.sizes(), [1077, 270, 450]);
        assert_eq!(one.test.inputs(), squared.test.inputs());
        assert_ne!(one.test, parts(4).test);
        for (class, row) in one.test.targets().iter().zip(squared.test.targets().rows()) {
            assert!((row[number(*class)] - 1.0).abs() < 1e-6 && (row.sum() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn no_test_example_is_learnt_from() {
        let parts = Parts::of_seed(0).unwrap();
        let [learning, validation, test] = parts.sizes();
        assert_eq!(parts.train.len(), learning + validation);
        let all = digits::<f32>().unwrap();
        assert_eq!(learning + validation + test, all.len());
        // The sums of the pixels of the parts add up: every example is in exactly one part.
        let ink = |data: &Dataset<f32>| data.inputs().iter().map(|&pixel| f64::from(pixel)).sum::<f64>();
        assert!((ink(&parts.train) + ink(&parts.test) - ink(&all) / 16.0).abs() < 1e-6);
        assert!((ink(&parts.learning) + ink(&parts.validation) - ink(&parts.train)).abs() < 1e-6);
    }
}
