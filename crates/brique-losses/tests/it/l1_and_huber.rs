use brique_core::Loss;
use brique_gradcheck::Judge;
use brique_losses::{HuberLoss, L1Loss, MSELoss, Reduction};
use brique_tensor::ndarray::{Array1, Array2, array};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::definition::{Definition, check_refused};
use crate::levels::proptest_on_every_level;
use crate::targets::{pairs, tame};

fn check_l1<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) {
    let derivative = |y: f64, yhat: f64| if yhat == y { 0.0 } else { (yhat - y).signum() };
    Definition::of_elements(y, yhat, |y, yhat| (yhat - y).abs(), derivative).check(
        |reduction| L1Loss::new().with_reduction(reduction),
        y,
        yhat,
    );
}

fn check_huber<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>, delta: f64) {
    let definition = Definition::of_elements(
        y,
        yhat,
        |y, yhat| {
            let distance = (yhat - y).abs();
            if distance <= delta {
                0.5 * distance.powi(2)
            } else {
                delta * (distance - 0.5 * delta)
            }
        },
        |y, yhat| (yhat - y).clamp(-delta, delta),
    );
    definition.check(
        |reduction| HuberLoss::new().with_reduction(reduction).delta(delta).unwrap(),
        y,
        yhat,
    );
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition(
        f64s in pairs::<f64, _, _>(tame, tame),
        f32s in pairs::<f32, _, _>(tame, tame),
        delta in prop_oneof![Just(1.0), 0.1..4.0],
    ) {
        check_l1(&f64s.0, &f64s.1);
        check_l1(&f32s.0, &f32s.1);
        check_huber(&f64s.0, &f64s.1, delta);
        check_huber(&f32s.0, &f32s.1, delta);
    }

    #[test]
    fn near_the_target_huber_is_half_the_square((y, yhat) in pairs::<f64, _, _>(tame, tame)) {
        let huber = HuberLoss::new().with_reduction(Reduction::Sum).delta(100.0).unwrap().forward(&y, &yhat).unwrap();
        let square = MSELoss::new().with_reduction(Reduction::Sum).forward(&y, &yhat).unwrap();
        prop_assert!((huber - 0.5 * square).abs() <= 1e-14 * square);
    }
}

#[test]
fn every_law_holds_and_the_gradient_is_the_differences() {
    let judgement = Judge::new(1)
        .cases(256)
        .losses(
            |reduction| L1Loss::new().with_reduction(reduction),
            pairs(tame, tame),
        )
        .unwrap();
    assert!(judgement.entries() > 3000, "{judgement}");
    for delta in [1.0, 0.3] {
        let make = |reduction| HuberLoss::new().with_reduction(reduction).delta(delta).unwrap();
        let judgement = Judge::new(2).cases(256).losses(make, pairs(tame, tame)).unwrap();
        assert!(judgement.entries() > 3000, "{judgement}");
    }
}

#[test]
fn values_and_gradients_by_hand() {
    let (y, yhat) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 4.0], [0.0, 4.5]]);
    let l1 = |reduction| {
        let loss = L1Loss::new().with_reduction(reduction);
        (
            loss.forward(&y, &yhat).unwrap(),
            loss.backward(&y, &yhat).unwrap(),
        )
    };
    assert_eq!(l1(Reduction::Sum), (5.5, array![[0.0, 1.0], [-1.0, 1.0]]));
    assert_eq!(l1(Reduction::BatchMean), (2.75, array![[0.0, 0.5], [-0.5, 0.5]]));
    assert_eq!(l1(Reduction::Mean), (1.375, array![[0.0, 0.25], [-0.25, 0.25]]));
    assert_eq!(L1Loss::new().per_example(&y, &yhat).unwrap(), array![2.0, 3.5]);
    let huber = |reduction| {
        let loss = HuberLoss::new().with_reduction(reduction).delta(2.0).unwrap();
        (
            loss.forward(&y, &yhat).unwrap(),
            loss.backward(&y, &yhat).unwrap(),
        )
    };
    // ½·2², 2·(3 − 1), ½·½²: where the two pieces meet, at 2, both say 2.
    assert_eq!(huber(Reduction::Sum), (6.125, array![[0.0, 2.0], [-2.0, 0.5]]));
    assert_eq!(
        huber(Reduction::Mean),
        (1.53125, array![[0.0, 0.5], [-0.5, 0.125]])
    );
    assert_eq!(
        HuberLoss::new().per_example(&y, &yhat).unwrap(),
        array![1.5, 2.625]
    );
    assert_eq!(
        HuberLoss::new(),
        HuberLoss::new()
            .with_reduction(Reduction::Mean)
            .delta(1.0)
            .unwrap()
    );
    assert_eq!(L1Loss::new(), L1Loss::new().with_reduction(Reduction::Mean));
}

#[test]
fn nan_in_nan_out_and_infinity_is_far() {
    let y = array![[0.0, 1.0]];
    let losses: [Box<dyn Loss>; 2] = [Box::new(L1Loss::new()), Box::new(HuberLoss::new())];
    for loss in losses {
        let nan = array![[f64::NAN, 1.0]];
        assert!(loss.forward(&y, &nan).unwrap().is_nan());
        let delta = loss.backward(&y, &nan).unwrap();
        assert!(delta[[0, 0]].is_nan() && delta[[0, 1]] == 0.0);
        let far = array![[f64::NEG_INFINITY, 1.0]];
        assert_eq!(loss.forward(&y, &far).unwrap(), f64::INFINITY);
        assert_eq!(loss.backward(&y, &far).unwrap(), array![[-0.5, 0.0]]);
        check_dyn_refused(&*loss);
    }
}

fn check_dyn_refused(loss: &dyn Loss) {
    let yhat = Array2::zeros((2, 1));
    let said = |y: Array2<f64>| loss.forward(&y, &yhat).unwrap_err().to_string();
    assert_eq!(
        said(array![[0.0], [f64::NAN]]),
        format!("{loss}, forward: y[1, 0] is NaN, expected a number")
    );
}

#[test]
fn bad_targets_and_options_are_refused() {
    let said = "yhat has shape (1, 2), expected (2, 1): the shape of the target y; nothing is broadcast";
    let (y, yhat) = (array![[0.0], [1.0]], array![[0.0, 1.0]]);
    check_refused(&L1Loss::new(), &y, &yhat, said);
    check_refused(&HuberLoss::new(), &y, &yhat, said);
    for (found, delta) in [
        ("0", 0.0),
        ("-1", -1.0),
        ("inf", f64::INFINITY),
        ("NaN", f64::NAN),
    ] {
        assert_eq!(
            HuberLoss::new().delta(delta).unwrap_err().to_string(),
            format!("HuberLoss(mean), delta: delta is {found}, expected a finite number above 0")
        );
    }
}

#[test]
#[should_panic(expected = "yhat has shape (3, 1), expected (5, 1)")]
fn the_backward_kernel_asserts_one_shape() {
    let (y, yhat) = (Array2::<f64>::zeros((5, 1)), Array2::zeros((3, 1)));
    L1Loss::new().backward_kernel(&y, &yhat, &mut Array2::zeros((3, 1)));
}

#[test]
#[should_panic(expected = "yhat has shape (3, 1), expected (5, 1)")]
fn the_per_example_kernel_asserts_one_shape() {
    let (y, yhat) = (Array2::<f64>::zeros((5, 1)), Array2::zeros((3, 1)));
    HuberLoss::new().per_example_kernel(&y, &yhat, &mut Array1::zeros(3));
}

#[test]
fn losses_show_themselves_and_their_options() {
    let l1 = L1Loss::new().with_reduction(Reduction::Sum);
    assert_eq!(
        (l1.to_string().as_str(), l1.reduction()),
        ("L1Loss(sum)", Reduction::Sum)
    );
    let huber = HuberLoss::new().with_reduction(Reduction::BatchMean);
    assert_eq!(
        (huber.to_string().as_str(), huber.reduction()),
        ("HuberLoss(batch mean)", Reduction::BatchMean)
    );
    assert_eq!(
        huber.delta(0.5).unwrap().to_string(),
        "HuberLoss(batch mean, delta 0.5)"
    );
}

#[test]
fn a_delta_has_to_be_a_number_above_0_in_f32_too() {
    for (delta, expected) in [
        (0.0, "delta is 0, expected a finite number above 0"),
        (f64::INFINITY, "delta is inf, expected a finite number above 0"),
        (1e-50, "expected a number that is finite and above 0 in f32"),
        (1e300, "expected a number that is finite and above 0 in f32"),
    ] {
        let error = HuberLoss::new().delta(delta).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
