//! The examples that a network misclassifies.

use brique_core::Loss;
use brique_datasets::Dataset;
use brique_losses::CrossEntropyLoss;
use brique_tensor::ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::training::number;
use crate::Error;

/// A test example for which the network predicts another class.
#[derive(Serialize, Deserialize)]
pub(in crate::experiments) struct Mistake {
    pub(in crate::experiments) pixels: Vec<f64>,
    pub(in crate::experiments) truth: usize,
    pub(in crate::experiments) predicted: usize,
    /// Its cross-entropy.
    pub(in crate::experiments) loss: f64,
}

/// The mistakes of a network with these logits for the test digits, the largest loss first.
pub(in crate::experiments) fn mistakes(
    test: &Dataset<f32>,
    outputs: &Array2<f32>,
) -> Result<Vec<Mistake>, Error> {
    let losses = CrossEntropyLoss::new().per_example(test.targets(), outputs)?;
    let judged = test.iter().zip(outputs.rows()).zip(losses);
    let mut mistakes: Vec<Mistake> = judged
        .map(|(((pixels, target), outputs), loss)| Mistake {
            pixels: pixels.iter().map(|&pixel| f64::from(pixel)).collect(),
            truth: number(target[0]),
            predicted: place_of_largest(outputs.iter().copied()),
            loss: f64::from(loss),
        })
        .filter(|mistake| mistake.truth != mistake.predicted)
        .collect();
    mistakes.sort_by(|one, other| other.loss.total_cmp(&one.loss));
    Ok(mistakes)
}

/// The first index of the largest number.
fn place_of_largest(numbers: impl Iterator<Item = f32>) -> usize {
    let mut largest = (0, f32::NEG_INFINITY);
    for (index, number) in numbers.enumerate() {
        if number > largest.1 {
            largest = (index, number);
        }
    }
    largest.0
}

#[cfg(test)]
mod tests {
    use super::place_of_largest;

    #[test]
    fn of_equal_numbers_the_first_is_the_largest() {
        assert_eq!(place_of_largest([1.0, 3.0, 3.0, -2.0].into_iter()), 1);
    }
}
