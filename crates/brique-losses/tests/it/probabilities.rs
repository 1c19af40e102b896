use brique_core::Loss;
use brique_gradcheck::strategies::{Numbers, compact, matrix, sizes};
use brique_losses::{
    BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HingeLoss, HuberLoss, L1Loss, MSELoss, NLLLoss,
    WeightedLoss,
};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

fn close(found: &Matrix, expected: &Matrix) -> bool {
    found.dim() == expected.dim()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found - expected).abs() <= 1e-14 * expected.abs())
}

proptest! {
    #[test]
    fn probabilities_follow_their_definitions(
        yhat in compact(sizes().prop_flat_map(|[rows, columns]| matrix::<f64>(rows, columns, Numbers::Tame))),
    ) {
        let exponentials = yhat.mapv(f64::exp);
        let mut softmax = exponentials.clone();
        for mut row in softmax.rows_mut() {
            let sum = row.sum();
            row /= sum;
        }
        let sigmoid = yhat.mapv(|x| 1.0 / (1.0 + (-x).exp()));
        let probabilities = |loss: &dyn Loss| loss.probabilities(&yhat).unwrap();
        prop_assert!(close(&probabilities(&CrossEntropyLoss::new()), &softmax));
        prop_assert!(close(&probabilities(&BCEWithLogitsLoss::new()), &sigmoid));
        prop_assert!(close(&probabilities(&NLLLoss::new()), &exponentials));
        prop_assert_eq!(&probabilities(&BCELoss::new()), &*yhat);
        let (weights, loss) = (array![2.0], BCEWithLogitsLoss::new());
        prop_assert_eq!(probabilities(&WeightedLoss::new(&loss, &weights)), probabilities(&loss));
    }
}

#[test]
fn large_logits_have_probabilities_of_0_and_1() {
    let logits = array![[800.0, -800.0], [-800.0, f64::NEG_INFINITY]];
    let (cross_entropy, binary) = (CrossEntropyLoss::new(), BCEWithLogitsLoss::new());
    assert_eq!(
        cross_entropy.probabilities(&logits),
        Ok(array![[1.0, 0.0], [1.0, 0.0]])
    );
    assert_eq!(binary.probabilities(&logits), Ok(array![[1.0, 0.0], [0.0, 0.0]]));
    assert!(cross_entropy.probabilities(&array![[f64::NAN, 1.0]]).unwrap()[[0, 1]].is_nan());
}

#[test]
fn other_losses_have_none_and_say_which_do() {
    let losses: [(&dyn Loss, &str); 4] = [
        (&MSELoss::new(), "MSELoss(mean)"),
        (&L1Loss::new(), "L1Loss(mean)"),
        (&HuberLoss::new(), "HuberLoss(mean"),
        (&HingeLoss::new(), "HingeLoss(mean)"),
    ];
    for (loss, name) in losses {
        let message = loss.probabilities(&array![[0.5]]).unwrap_err().to_string();
        assert!(message.starts_with(name), "{message}");
        assert!(
            message.ends_with(
                ", probabilities: predictions of this loss do not stand for probabilities, expected a loss of \
                 classes: CrossEntropyLoss, BCEWithLogitsLoss, NLLLoss or BCELoss"
            ),
            "{message}"
        );
    }
}

#[test]
fn more_probabilities_than_memory_can_hold_are_an_error() {
    let one = array![[0.5]];
    let huge = one.broadcast((1 << 31, 1 << 31)).unwrap();
    let losses: [&dyn Loss; 4] = [
        &CrossEntropyLoss::new(),
        &BCEWithLogitsLoss::new(),
        &NLLLoss::new(),
        &BCELoss::new(),
    ];
    for loss in losses {
        let message = loss.probabilities(&huge).unwrap_err().to_string();
        assert!(
            message.contains("the number of probabilities is 2147483648 · 2147483648"),
            "{message}"
        );
    }
    assert_eq!(
        BCELoss::new().probabilities(&Array2::<f32>::zeros((0, 3))),
        Ok(Array2::zeros((0, 3)))
    );
}
