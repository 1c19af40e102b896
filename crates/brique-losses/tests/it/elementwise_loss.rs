//! A loss from a formula: judged as the losses of the crate, and the same numbers as the loss with that formula.

use brique_core::{Loss, Reduction};
use brique_gradcheck::Judge;
use brique_gradcheck::strategies::{Numbers, matrix, size};
use brique_losses::{ElementwiseLoss, MSELoss};
use proptest::prelude::*;

fn squared_error(reduction: Reduction) -> impl Loss {
    let term = |y: f64, yhat: f64| (y - yhat) * (y - yhat);
    let derivative = |y: f64, yhat: f64| (yhat - y) + (yhat - y);
    ElementwiseLoss::new("SquaredError", term, derivative).with_reduction(reduction)
}

#[test]
fn a_formula_passes_the_judge() {
    let pairs = (size(), size()).prop_flat_map(|(rows, columns)| {
        (
            matrix::<f64>(rows, columns, Numbers::Tame),
            matrix::<f64>(rows, columns, Numbers::Tame),
        )
    });
    Judge::new(1).losses(squared_error, pairs).unwrap();
}

proptest! {
    #[test]
    fn a_formula_computes_what_the_loss_with_this_formula_computes(
        (y, yhat) in (1..5_usize, 1..5_usize).prop_flat_map(|(rows, columns)| (
            matrix::<f64>(rows, columns, Numbers::Tame),
            matrix::<f64>(rows, columns, Numbers::Tame),
        )),
    ) {
        for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
            let (found, expected) = (squared_error(reduction), MSELoss::new().with_reduction(reduction));
            prop_assert_eq!(found.forward(&y, &yhat)?, Loss::forward(&expected, &y, &yhat)?);
            prop_assert_eq!(found.backward(&y, &yhat)?, Loss::backward(&expected, &y, &yhat)?);
            prop_assert_eq!(found.per_example(&y, &yhat)?, Loss::per_example(&expected, &y, &yhat)?);
        }
    }
}

#[test]
fn it_is_shown_by_its_name() {
    let loss = ElementwiseLoss::new("Difference", |y: f64, yhat: f64| yhat - y, |_, _| 1.0);
    assert_eq!(loss.to_string(), "Difference(mean)");
    assert_eq!(format!("{loss:?}"), "Difference(mean)");
}

#[test]
fn an_error_names_the_loss() {
    use brique_tensor::ndarray::array;
    let error = squared_error(Reduction::Sum)
        .forward(&array![[1.0]], &array![[1.0, 2.0]])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "SquaredError(sum), forward: yhat has shape (1, 2), expected (1, 1): the shape of the target y; nothing is \
         broadcast"
    );
}
