use brique_core::Module;
use brique_gradcheck::strategies::{Numbers, matrix};
use brique_gradcheck::{GradientCheck, Judge};
use brique_layers::{LogSoftmax, Softmax};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, Axis, array};
use proptest::prelude::*;

use crate::levels::proptest_on_every_level;

#[test]
fn both_keep_every_law_and_their_jacobians_are_the_differences() {
    let judgement = Judge::new(1)
        .modules((1..9_usize).prop_map(|inputs| (Softmax, inputs)))
        .unwrap();
    assert!(judgement.entries() > 300, "{judgement}");
    let judgement = Judge::new(1)
        .modules((1..9_usize).prop_map(|inputs| (LogSoftmax, inputs)))
        .unwrap();
    assert!(judgement.entries() > 300, "{judgement}");
}

#[test]
fn large_logits_are_no_overflow() {
    let x = array![
        [1000.0, 0.0, -1000.0],
        [300.0, 299.0, 0.0],
        [-745.0, -746.0, -744.0]
    ];
    for module in [&mut Softmax as &mut dyn Module, &mut LogSoftmax] {
        let report = GradientCheck::default()
            .module(module, &x, &mut portable(2))
            .unwrap();
        assert!(report.clone().verdict().is_ok(), "{report}");
    }
    assert_eq!(
        LogSoftmax.forward(&array![[0.0, -1000.0]]).unwrap(),
        array![[0.0, -1000.0]]
    );
}

/// Where one probability is 1 to the last digit, the others still have theirs. From mpmath.
#[test]
fn saturated_gradients_keep_their_digits() {
    let x = array![[100.0, 0.0]];
    let p: f64 = 3.720_075_976_020_836e-44;
    let back = Softmax.backward_delta(&x, &array![[1.0, 3.0]]).unwrap();
    for (found, expected) in back.iter().zip([-2.0 * p, 2.0 * p]) {
        assert!(
            (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
            "{found:e}, expected {expected:e}"
        );
    }
    let y = LogSoftmax.forward(&x).unwrap();
    assert!((y[[0, 0]] + p).abs() <= 4.0 * f64::EPSILON * p, "{:e}", y[[0, 0]]);
}

#[test]
fn infinite_logits_have_their_limit_or_none() {
    let y = Softmax.forward(&array![[f64::NEG_INFINITY, 0.0]]).unwrap();
    assert_eq!(y, array![[0.0, 1.0]]);
    for x in [array![[f64::NAN, 0.0]], array![[0.0, f64::NAN]]] {
        assert!(Softmax.forward(&x).unwrap().iter().any(|y| y.is_nan()));
        assert!(LogSoftmax.forward(&x).unwrap().iter().any(|y| y.is_nan()));
    }
}

#[test]
fn nothing_has_no_softmax() {
    let error = Module::<f64>::forward(&Softmax, &Array2::zeros((2, 0))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Softmax, forward: an example of the input has shape (0), expected at least one value: \
         a softmax of nothing has no sum to divide by"
    );
    assert!(Module::<f64>::forward(&LogSoftmax, &Array2::zeros((2, 0))).is_err());
    assert_eq!(LogSoftmax.to_string(), "LogSoftmax");
}

proptest_on_every_level! {
    #[test]
    fn probabilities_add_up_to_one_and_are_the_exponentials_of_their_logarithms(
        x in (1..6_usize, 1..9_usize).prop_flat_map(|(n, m)| matrix::<f64>(n, m, Numbers::Tame)),
    ) {
        let p = Softmax.forward(&x).unwrap();
        for sum in p.sum_axis(Axis(1)) {
            prop_assert!((sum - 1.0).abs() < 1e-15);
        }
        for (p, log) in p.iter().zip(LogSoftmax.forward(&x).unwrap()) {
            prop_assert!((p - log.exp()).abs() < 1e-15);
        }
    }
}
