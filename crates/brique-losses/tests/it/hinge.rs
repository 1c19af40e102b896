use brique_core::Loss;
use brique_gradcheck::Judge;
use brique_losses::{HingeLoss, Reduction};
use brique_tensor::ndarray::array;
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::definition::{Definition, check_refused};
use crate::levels::proptest_on_every_level;
use crate::targets::{pairs, signs, tame};

fn check_definition<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) {
    let definition = Definition::of_elements(
        y,
        yhat,
        |y, yhat| (1.0 - y * yhat).max(0.0),
        |y, yhat| if y * yhat < 1.0 { -y } else { 0.0 },
    );
    definition.check(|reduction| HingeLoss::new().with_reduction(reduction), y, yhat);
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition(
        f64s in pairs::<f64, _, _>(signs, tame),
        f32s in pairs::<f32, _, _>(signs, tame),
    ) {
        check_definition(&f64s.0, &f64s.1);
        check_definition(&f32s.0, &f32s.1);
    }
}

#[test]
fn every_law_holds_and_the_gradient_is_the_differences() {
    let judgement = Judge::new(1)
        .cases(256)
        .losses(
            |reduction| HingeLoss::new().with_reduction(reduction),
            pairs(signs, tame),
        )
        .unwrap();
    assert!(judgement.entries() > 3000, "{judgement}");
}

#[test]
fn values_and_gradients_by_hand() {
    let (y, yhat) = (array![[1.0, -1.0], [1.0, -1.0]], array![[0.5, 0.5], [3.0, -1.0]]);
    let of = |reduction| {
        let loss = HingeLoss::new().with_reduction(reduction);
        (
            loss.forward(&y, &yhat).unwrap(),
            loss.backward(&y, &yhat).unwrap(),
        )
    };
    assert_eq!(
        of(Reduction::Sum),
        (2.0, array![[-1.0, 1.0], [0.0, 0.0]]),
        "0 at the margin of 1"
    );
    assert_eq!(of(Reduction::BatchMean), (1.0, array![[-0.5, 0.5], [0.0, 0.0]]));
    assert_eq!(of(Reduction::Mean), (0.5, array![[-0.25, 0.25], [0.0, 0.0]]));
    assert_eq!(HingeLoss::new().per_example(&y, &yhat).unwrap(), array![2.0, 0.0]);
    assert_eq!(HingeLoss::new(), HingeLoss::new().with_reduction(Reduction::Mean));
}

#[test]
fn nan_in_nan_out_and_infinity_is_sure() {
    let loss = HingeLoss::new();
    let (y, nan) = (array![[1.0, -1.0]], array![[f64::NAN, -2.0]]);
    assert!(loss.forward(&y, &nan).unwrap().is_nan());
    let delta = loss.backward(&y, &nan).unwrap();
    assert!(delta[[0, 0]].is_nan() && delta[[0, 1]] == 0.0);
    let sure = array![[f64::INFINITY, f64::INFINITY]];
    assert_eq!(loss.per_example(&y, &sure).unwrap(), array![f64::INFINITY]);
    assert_eq!(loss.backward(&y, &sure).unwrap(), array![[0.0, 0.5]]);
}

#[test]
fn other_targets_are_refused_with_their_place() {
    let loss = HingeLoss::new();
    let yhat = array![[0.0, 0.0]];
    for (found, number) in [("0", 0.0), ("0.5", 0.5), ("2", 2.0), ("NaN", f64::NAN)] {
        let said = format!("y[0, 1] is {found}, expected -1 or 1");
        check_refused(&loss, &array![[-1.0, number]], &yhat, &said);
    }
    check_refused(
        &loss,
        &array![[1.0], [1.0]],
        &yhat,
        "yhat has shape (1, 2), expected (2, 1): the shape of the target y; nothing is broadcast",
    );
}

#[test]
fn losses_show_themselves() {
    let loss = HingeLoss::new().with_reduction(Reduction::Sum);
    assert_eq!(
        (loss.to_string().as_str(), loss.reduction()),
        ("HingeLoss(sum)", Reduction::Sum)
    );
}
