use brique_core::Loss;
use brique_gradcheck::Judge;
use brique_losses::{BCELoss, Reduction};
use brique_tensor::ndarray::{Array2, array};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::definition::{Definition, check_refused};
use crate::levels::proptest_on_every_level;
use crate::targets::{pairs, probability};

fn inside() -> impl Strategy<Value = f64> {
    0.02..0.98
}

fn check_definition<T: Scalar>(y: &Matrix<T>, p: &Matrix<T>) {
    let definition = Definition::of_elements(
        y,
        p,
        |y, p| -y * p.ln() - (1.0 - y) * (1.0 - p).ln(),
        |y, p| (1.0 - y) / (1.0 - p) - y / p,
    );
    // 1/0.02 is the largest derivative.
    definition
        .cancelling(50.0)
        .check(|reduction| BCELoss::new().with_reduction(reduction), y, p);
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition(
        f64s in pairs::<f64, _, _>(probability, inside),
        f32s in pairs::<f32, _, _>(probability, inside),
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
            |reduction| BCELoss::new().with_reduction(reduction),
            pairs(probability, inside),
        )
        .unwrap();
    assert!(
        judgement.entries() > 3000 && judgement.kinks() == 0,
        "{judgement}"
    );
}

#[test]
fn values_and_gradients_by_hand() {
    let (y, p) = (array![[1.0, 0.0], [0.5, 0.5]], array![[0.5, 0.75], [0.5, 0.25]]);
    let loss = BCELoss::new().with_reduction(Reduction::BatchMean);
    assert_eq!(
        loss.backward(&y, &p).unwrap(),
        array![[-1.0, 2.0], [0.0, -2.0 / 3.0]]
    );
    let (ln_2, ln_4, ln_4_3) = (2.0_f64.ln(), 4.0_f64.ln(), (4.0_f64 / 3.0).ln());
    let losses = loss.per_example(&y, &p).unwrap();
    assert!((losses[0] - (ln_2 + ln_4)).abs() < 1e-15, "{losses}");
    assert!(
        (losses[1] - (ln_2 + 0.5 * (ln_4 + ln_4_3))).abs() < 1e-15,
        "{losses}"
    );
    assert_eq!(BCELoss::new(), BCELoss::new().with_reduction(Reduction::Mean));
}

#[test]
fn at_the_ends_logarithms_and_gradients_are_clipped() {
    fn check<T: Scalar>() {
        let loss = BCELoss::new();
        let one_over = T::from_f64(1e-12).recip();
        for (y, p, value, derivative) in [
            (0.0, 0.0, T::zero(), T::zero()),
            (1.0, 1.0, T::zero(), T::zero()),
            (1.0, 0.0, T::from_f64(100.0), -one_over),
            (0.0, 1.0, T::from_f64(100.0), one_over),
        ] {
            let (y, p) = (array![[T::from_f64(y)]], array![[T::from_f64(p)]]);
            assert_eq!(loss.forward(&y, &p).unwrap(), value);
            assert!(
                (loss.backward(&y, &p).unwrap()[[0, 0]] - derivative).abs()
                    <= T::epsilon() * derivative.abs()
            );
        }
    }
    check::<f64>();
    check::<f32>();
    // Between e^−100 and 10⁻¹² the loss is that of the probability, and the gradient is not as steep.
    let (y, p) = (array![[1.0]], array![[1e-20]]);
    assert_eq!(BCELoss::new().forward(&y, &p).unwrap(), -(1e-20_f64.ln()));
    assert_eq!(BCELoss::new().backward(&y, &p).unwrap(), array![[-1e12]]);
}

#[test]
fn a_small_probability_keeps_its_digits() {
    let (y, p) = (array![[0.0]], array![[1e-11]]);
    let loss: f64 = BCELoss::new().forward(&y, &p).unwrap();
    assert!(
        (loss / (1e-11 + 0.5e-22) - 1.0).abs() < 4.0 * f64::EPSILON,
        "{loss:e}"
    );
    let delta: f64 = BCELoss::new().backward(&y, &p).unwrap()[[0, 0]];
    assert!((delta - (1.0 + 1e-11)).abs() < 4.0 * f64::EPSILON, "{delta}");
}

#[test]
fn nan_in_nan_out() {
    for target in [0.0, 0.5, 1.0] {
        let (y, p) = (array![[target]], array![[f64::NAN]]);
        assert!(BCELoss::new().forward(&y, &p).unwrap().is_nan());
        assert!(BCELoss::new().backward(&y, &p).unwrap()[[0, 0]].is_nan());
    }
}

#[test]
fn what_is_no_probability_is_refused_with_its_place() {
    let loss = BCELoss::new();
    let half = Array2::from_elem((2, 2), 0.5);
    for (found, number) in [("-0.1", -0.1), ("1.1", 1.1), ("inf", f64::INFINITY)] {
        let with = array![[0.5, 0.5], [number, 0.5]];
        let said = format!("y[1, 0] is {found}, expected a probability from 0 to 1");
        check_refused(&loss, &with, &half, &said);
        let said = format!(
            "yhat[1, 0] is {found}, expected a probability from 0 to 1; for logits there is BCEWithLogitsLoss"
        );
        check_refused(&loss, &half, &with, &said);
    }
    let nan = array![[f64::NAN, 0.5], [0.5, 0.5]];
    check_refused(
        &loss,
        &nan,
        &half,
        "y[0, 0] is NaN, expected a probability from 0 to 1",
    );
    check_refused(
        &loss,
        &array![[0.0], [1.0]],
        &half,
        "yhat has shape (2, 2), expected (2, 1): the shape of the target y; nothing is broadcast",
    );
}

#[test]
fn losses_show_themselves() {
    let loss = BCELoss::new().with_reduction(Reduction::Sum);
    assert_eq!(
        (loss.to_string().as_str(), loss.reduction()),
        ("BCELoss(sum)", Reduction::Sum)
    );
}
