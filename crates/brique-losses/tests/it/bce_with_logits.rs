use brique_core::Loss;
use brique_gradcheck::Judge;
use brique_losses::{BCELoss, BCEWithLogitsLoss, Reduction};
use brique_tensor::ndarray::{Array2, array};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::definition::{Definition, check_refused};
use crate::levels::proptest_on_every_level;
use crate::targets::{pairs, probability, tame};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn check_definition<T: Scalar>(y: &Matrix<T>, x: &Matrix<T>, weight: f64) {
    let definition = Definition::of_elements(
        y,
        x,
        |y, x| -weight * y * sigmoid(x).ln() - (1.0 - y) * sigmoid(-x).ln(),
        |y, x| (1.0 - y) * sigmoid(x) - weight * y * sigmoid(-x),
    );
    // Both terms of the gradient are below the largest weight, 4.
    let definition = definition.cancelling(4.0);
    definition.check(
        |reduction| {
            BCEWithLogitsLoss::new()
                .with_reduction(reduction)
                .pos_weight(weight)
                .unwrap()
        },
        y,
        x,
    );
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition(
        f64s in pairs::<f64, _, _>(probability, tame),
        f32s in pairs::<f32, _, _>(probability, tame),
        weight in prop_oneof![Just(1.0), 0.0..4.0],
    ) {
        check_definition(&f64s.0, &f64s.1, weight);
        check_definition(&f32s.0, &f32s.1, weight);
    }

    #[test]
    fn without_a_weight_the_gradient_is_sigmoid_minus_target((y, x) in pairs::<f64, _, _>(probability, tame)) {
        let delta = BCEWithLogitsLoss::new().with_reduction(Reduction::Sum).backward(&y, &x).unwrap();
        for ((delta, y), x) in delta.iter().zip(&y).zip(&x) {
            prop_assert!((delta - (sigmoid(*x) - y)).abs() <= 4.0 * f64::EPSILON);
        }
    }

    #[test]
    fn it_is_the_cross_entropy_behind_a_sigmoid((y, x) in pairs::<f64, _, _>(probability, tame)) {
        let of_logits = BCEWithLogitsLoss::new().with_reduction(Reduction::Sum).forward(&y, &x).unwrap();
        let of_probabilities = BCELoss::new().with_reduction(Reduction::Sum).forward(&y, &x.mapv(sigmoid)).unwrap();
        prop_assert!((of_logits - of_probabilities).abs() <= 1e-13 * of_logits.max(1.0));
    }
}

#[test]
fn every_law_holds_and_the_gradient_is_the_differences() {
    for weight in [1.0, 0.0, 2.5] {
        let make = |reduction| {
            BCEWithLogitsLoss::new()
                .with_reduction(reduction)
                .pos_weight(weight)
                .unwrap()
        };
        let judgement = Judge::new(1)
            .cases(192)
            .losses(make, pairs(probability, tame))
            .unwrap();
        assert!(
            judgement.entries() > 2000 && judgement.kinks() == 0,
            "{judgement}"
        );
    }
}

#[test]
fn values_and_gradients_by_hand() {
    // σ(ln 3) = 3/4.
    let x = array![[3.0_f64.ln(), -(3.0_f64.ln())]];
    let y = array![[1.0, 0.5]];
    let near =
        |found: f64, expected: f64| assert!((found - expected).abs() < 1e-15, "{found}, expected {expected}");
    let loss = BCEWithLogitsLoss::new()
        .with_reduction(Reduction::BatchMean)
        .pos_weight(2.0)
        .unwrap();
    let (third, quarter) = ((4.0_f64 / 3.0).ln(), 4.0_f64.ln());
    near(loss.forward(&y, &x).unwrap(), 2.0 * third + quarter + 0.5 * third);
    let delta = loss.backward(&y, &x).unwrap();
    near(delta[[0, 0]], -0.5);
    near(delta[[0, 1]], 0.5 * 0.25 - 0.75);
    assert_eq!(
        BCEWithLogitsLoss::new(),
        BCEWithLogitsLoss::new().with_reduction(Reduction::Mean)
    );
}

#[test]
fn a_weight_is_pytorchs() {
    let loss = BCEWithLogitsLoss::new().pos_weight(3.0).unwrap();
    let (y, x) = (array![[0.25, 1.0]], array![[0.5_f64, -2.0]]);
    assert!((loss.forward(&y, &x).unwrap() - 3.733_449_754_699_539_5).abs() < 1e-14);
    let delta = loss.backward(&y, &x).unwrap();
    assert!(
        (delta[[0, 0]] - 0.091_844_498_401_390_97).abs() < 1e-15,
        "{delta}"
    );
    assert!((delta[[0, 1]] + 1.321_195_616_966_823_7).abs() < 1e-15, "{delta}");
}

#[test]
fn the_tails_keep_their_digits() {
    fn check<T: Scalar>(far: f64) {
        let loss = BCEWithLogitsLoss::new().with_reduction(Reduction::Sum);
        let (up, down) = (array![[T::from_f64(far)]], array![[T::from_f64(-far)]]);
        let (zero, one) = (array![[T::zero()]], array![[T::one()]]);
        let small = T::from_f64(-far).exp();
        for (y, x, value, derivative) in [
            (&one, &up, small, -small),
            (&zero, &down, small, small),
            (&zero, &up, T::from_f64(far), T::one()),
            (&one, &down, T::from_f64(far), -T::one()),
        ] {
            assert_eq!(loss.forward(y, x).unwrap(), value, "{far}");
            assert_eq!(loss.backward(y, x).unwrap(), array![[derivative]], "{far}");
        }
    }
    for far in [40.0, 300.0, 700.0, 1000.0] {
        check::<f64>(far);
    }
    for far in [20.0, 80.0, 300.0, 1000.0] {
        check::<f32>(far);
    }
}

#[test]
fn infinity_is_a_certainty_and_nan_stays() {
    let loss = BCEWithLogitsLoss::new();
    let (zero, one) = (array![[0.0]], array![[1.0]]);
    for (y, x, value, derivative) in [
        (&one, f64::INFINITY, 0.0, 0.0),
        (&zero, f64::NEG_INFINITY, 0.0, 0.0),
        (&zero, f64::INFINITY, f64::INFINITY, 1.0),
        (&one, f64::NEG_INFINITY, f64::INFINITY, -1.0),
    ] {
        assert_eq!(loss.forward(y, &array![[x]]).unwrap(), value);
        assert_eq!(loss.backward(y, &array![[x]]).unwrap(), array![[derivative]]);
    }
    for y in [zero, one, array![[0.5]]] {
        let nan = array![[f64::NAN]];
        assert!(
            loss.forward(&y, &nan).unwrap().is_nan() && loss.backward(&y, &nan).unwrap()[[0, 0]].is_nan()
        );
    }
}

#[test]
fn bad_targets_and_options_are_refused() {
    let loss = BCEWithLogitsLoss::new();
    let x = Array2::zeros((2, 2));
    for (found, number) in [("-0.1", -0.1), ("1.1", 1.1), ("NaN", f64::NAN)] {
        let said = format!("y[0, 1] is {found}, expected a probability from 0 to 1");
        check_refused(&loss, &array![[0.0, number], [1.0, 1.0]], &x, &said);
    }
    check_refused(
        &loss,
        &array![[0.0], [1.0]],
        &x,
        "yhat has shape (2, 2), expected (2, 1): the shape of the target y; nothing is broadcast",
    );
    for (found, weight) in [("-1", -1.0), ("inf", f64::INFINITY), ("NaN", f64::NAN)] {
        assert_eq!(
            loss.pos_weight(weight).unwrap_err().to_string(),
            format!(
                "BCEWithLogitsLoss(mean), pos_weight: weight is {found}, expected a finite number of at least 0"
            )
        );
    }
}

#[test]
fn losses_show_themselves_and_their_options() {
    let loss = BCEWithLogitsLoss::new().with_reduction(Reduction::Sum);
    assert_eq!(
        (loss.to_string().as_str(), loss.reduction()),
        ("BCEWithLogitsLoss(sum)", Reduction::Sum)
    );
    assert_eq!(
        loss.pos_weight(2.5).unwrap().to_string(),
        "BCEWithLogitsLoss(sum, pos weight 2.5)"
    );
}
