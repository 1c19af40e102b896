use brique_core::Loss;
use brique_gradcheck::strategies::{Numbers, matrix};
use brique_losses::{BCEWithLogitsLoss, CrossEntropyLoss};
use brique_tensor::ndarray::{Array2, array};
use brique_tensor::{Scalar, softmax_forward};
use brique_train::metrics::{MetricError, log_loss};
use proptest::prelude::*;

fn message(result: Result<f64, MetricError>) -> String {
    result.unwrap_err().to_string()
}

fn check_loss_of_logits<T: Scalar>(truths: &[usize], logits: &Array2<T>) {
    let y = Array2::from_shape_fn((truths.len(), 1), |(row, _)| T::from_usize(truths[row]));
    let mut probabilities = logits.clone();
    softmax_forward(logits, &mut probabilities);
    let expected = CrossEntropyLoss::new().forward(&y, logits).unwrap().as_f64();
    let found = log_loss(&y, &probabilities).unwrap();
    let tolerance = 16.0 * T::epsilon().as_f64();
    assert!(
        (found - expected).abs() <= tolerance * expected.max(1.0),
        "{found}, expected {expected}"
    );
}

proptest! {
    #[test]
    fn it_is_the_cross_entropy_of_the_logits(
        (truths, logits) in (1..20_usize, 2..6_usize).prop_flat_map(|(n, c)| {
            (proptest::collection::vec(0..c, n), matrix::<f64>(n, c, Numbers::Tame))
        }),
    ) {
        check_loss_of_logits(&truths, &logits);
        check_loss_of_logits(&truths, &logits.mapv(<f32 as Scalar>::from_f64));
    }

    #[test]
    fn one_column_is_the_binary_cross_entropy(
        (truths, logits) in (1..20_usize).prop_flat_map(|n| {
            (proptest::collection::vec(0..2_u8, n), matrix::<f64>(n, 1, Numbers::Tame))
        }),
    ) {
        let y = Array2::from_shape_fn((truths.len(), 1), |(row, _)| f64::from(truths[row]));
        let probabilities = logits.mapv(brique_tensor::sigmoid);
        let expected = BCEWithLogitsLoss::new().forward(&y, &logits).unwrap();
        let found = log_loss(&y, &probabilities).unwrap();
        prop_assert!((found - expected).abs() < 1e-13);
        prop_assert_eq!(log_loss(&y.mapv(|y| 2.0 * y - 1.0), &probabilities).unwrap(), found);
        let both = Array2::from_shape_fn((truths.len(), 2), |(row, class)| {
            let p = probabilities[[row, 0]];
            if class == 1 { p } else { 1.0 - p }
        });
        prop_assert!((log_loss(&y, &both).unwrap() - found).abs() < 1e-13);
    }
}

#[test]
fn certainty_costs_nothing_or_infinitely_much() {
    let y = array![[0.0], [1.0]];
    let right = array![[1.0, 0.0], [0.0, 1.0]];
    assert_eq!(log_loss(&y, &right).unwrap().to_bits(), 0);
    assert_eq!(log_loss(&y, &y).unwrap().to_bits(), 0);
    let wrong = array![[1.0, 0.0], [1.0, 0.0]];
    assert_eq!(log_loss(&y, &wrong), Ok(f64::INFINITY));
    assert_eq!(log_loss(&y, &array![[0.5], [0.0]]), Ok(f64::INFINITY));
    assert_eq!(log_loss(&y, &array![[1.0], [0.5]]), Ok(f64::INFINITY));
}

#[test]
fn numbers_that_are_no_probabilities_are_named() {
    let y = array![[0.0], [1.0]];
    for (number, shown) in [(1.5, "1.5"), (-0.5, "-0.5"), (f64::NAN, "NaN")] {
        let expected = format!(
            "yhat[1, 0] is {shown}, expected a probability from 0 to 1: of logits, use predict_proba"
        );
        assert_eq!(message(log_loss(&y, &array![[0.5], [number]])), expected);
        assert_eq!(
            message(log_loss(&y, &array![[0.5, 0.5], [number, 0.5]])),
            expected
        );
    }
    assert_eq!(
        message(log_loss(&y, &array![[0.5, 0.5], [0.25, 0.25]])),
        "row 1 of yhat sums to 0.5, expected 1: a column holds the probability of a class"
    );
    assert!(log_loss(&array![[1.0]], &array![[0.5, 0.500_099]]).is_ok());
    assert!(log_loss(&array![[1.0]], &array![[0.5, 0.500_101]]).is_err());
    assert!(log_loss(&array![[1.0_f32]], &array![[0.5, 0.5009]]).is_ok());
    assert!(log_loss(&array![[1.0_f32]], &array![[0.5, 0.5011]]).is_err());
}
