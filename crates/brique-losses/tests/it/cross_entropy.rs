use brique_core::{Fault, Loss};
use brique_gradcheck::Judge;
use brique_losses::{CrossEntropyLoss, NLLLoss, Reduction};
use brique_tensor::ndarray::{Array1, Array2, array};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::definition::{Definition, REDUCTIONS, check_refused};
use crate::levels::proptest_on_every_level;
use crate::targets::{classes, distributions};

/// A weight for each of up to nine classes.
const WEIGHTS: [f64; 9] = [1.0, 2.5, 0.25, 3.0, 0.5, 1.5, 0.75, 2.0, 4.0];

fn weighted(reduction: Reduction, classes: usize, smoothing: f64) -> CrossEntropyLoss {
    let loss = CrossEntropyLoss::new()
        .with_reduction(reduction)
        .label_smoothing(smoothing)
        .unwrap();
    loss.class_weights(WEIGHTS[..classes].to_vec()).unwrap()
}

/// PyTorch's definition, with the logarithm of the softmax written out.
fn definition<T: Scalar>(y: &Matrix<T>, z: &Matrix<T>, weights: &[f64], smoothing: f64) -> Definition {
    let (rows, classes) = z.dim();
    let is_index = y.dim() != z.dim();
    let hard = Array2::from_shape_fn((rows, classes), |(row, class)| {
        if is_index {
            f64::from(y[[row, 0]].as_f64() == class as f64)
        } else {
            y[[row, class]].as_f64()
        }
    });
    let wanted = Array2::from_shape_fn((rows, classes), |(row, class)| {
        weights[class] * ((1.0 - smoothing) * hard[[row, class]] + smoothing / classes as f64)
    });
    let sums: Vec<f64> = z
        .rows()
        .into_iter()
        .map(|z| z.iter().map(|z| z.as_f64().exp()).sum())
        .collect();
    let number = |row: usize, class: usize| z[[row, class]].as_f64();
    let of_targets = (0..rows).map(|row| {
        (0..classes)
            .map(|class| hard[[row, class]] * weights[class])
            .sum::<f64>()
    });
    Definition {
        terms: Array2::from_shape_fn((rows, classes), |(row, class)| {
            wanted[[row, class]] * (sums[row].ln() - number(row, class))
        }),
        derivatives: Array2::from_shape_fn((rows, classes), |(row, class)| {
            wanted.row(row).sum() * number(row, class).exp() / sums[row] - wanted[[row, class]]
        }),
        cancelling: 4.0,
        mean_divisor: if is_index { of_targets.sum() } else { rows as f64 },
    }
}

fn check_definition<T: Scalar>(y: &Matrix<T>, z: &Matrix<T>, smoothing: f64) {
    let classes = z.ncols();
    let plain = |reduction| {
        CrossEntropyLoss::new()
            .with_reduction(reduction)
            .label_smoothing(smoothing)
            .unwrap()
    };
    definition(y, z, &[1.0; 9], smoothing).check(plain, y, z);
    let with_weights = |reduction| weighted(reduction, classes, smoothing);
    definition(y, z, &WEIGHTS, smoothing).check(with_weights, y, z);
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition_in_f64(
        indices in classes::<f64>(2), rows in distributions::<f64>(), smoothing in 0.0..=1.0,
    ) {
        for (y, z) in [indices, rows] {
            check_definition(&y, &z, 0.0);
            check_definition(&y, &z, smoothing);
        }
    }

    #[test]
    fn reductions_follow_their_definition_in_f32(
        indices in classes::<f32>(2), rows in distributions::<f32>(), smoothing in 0.0..=1.0,
    ) {
        for (y, z) in [indices, rows] {
            check_definition(&y, &z, 0.0);
            check_definition(&y, &z, smoothing);
        }
    }

    #[test]
    fn an_index_is_a_one_hot_row((y, z) in classes::<f64>(2)) {
        let one_hot = Array2::from_shape_fn(z.dim(), |(row, class)| f64::from(y[[row, 0]] == class as f64));
        let loss = CrossEntropyLoss::new().with_reduction(Reduction::Sum).label_smoothing(0.25).unwrap();
        prop_assert_eq!(loss.forward(&y, &z).unwrap().to_bits(), loss.forward(&one_hot, &z).unwrap().to_bits());
        prop_assert_eq!(loss.backward(&y, &z).unwrap(), loss.backward(&one_hot, &z).unwrap());
    }

    #[test]
    fn a_gradient_row_sums_to_zero((y, z) in classes::<f64>(2), scale in 1.0..400.0) {
        let loss = CrossEntropyLoss::new().with_reduction(Reduction::Sum);
        let scaled: Array2<f64> = z * scale;
        for row in loss.backward(&y, &scaled).unwrap().rows() {
            let largest = row.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            prop_assert!(row.sum().abs() <= 8.0 * f64::EPSILON * largest, "{row}");
        }
    }
}

#[test]
fn every_law_holds_and_the_gradient_is_the_differences() {
    let judge = |seed| Judge::new(seed).cases(128);
    for smoothing in [0.0, 0.1, 1.0] {
        let make = |reduction| {
            CrossEntropyLoss::new()
                .with_reduction(reduction)
                .label_smoothing(smoothing)
                .unwrap()
        };
        let of_indices = judge(1).losses(make, classes(2)).unwrap();
        let of_rows = judge(2).losses(make, distributions()).unwrap();
        for judgement in [of_indices, of_rows] {
            assert!(
                judgement.entries() > 3000 && judgement.kinks() == 0,
                "{judgement}"
            );
        }
    }
    // A loss with weights takes one number of classes.
    let make = |reduction| weighted(reduction, 4, 0.2);
    let first_four = |(y, z): (Array2<f64>, Array2<f64>)| {
        let z = Array2::from_shape_fn((z.nrows(), 4), |(row, class)| {
            z[[row, class % z.ncols()]] + class as f64
        });
        (y, z)
    };
    let pairs = classes(2)
        .prop_map(first_four)
        .prop_filter("of four classes", |(y, _)| y.iter().all(|&class| class < 4.0));
    let judgement = judge(3).losses(make, pairs).unwrap();
    assert!(
        judgement.entries() > 3000 && judgement.kinks() == 0,
        "{judgement}"
    );
}

#[test]
fn values_and_gradients_by_hand() {
    // e^z is (1, 2, 1): the softmax is (1/4, 1/2, 1/4).
    let z = array![[0.0, 2.0_f64.ln(), 0.0], [0.0, 2.0_f64.ln(), 0.0]];
    let y = array![[1.0], [2.0]];
    let near = |found: Array2<f64>, expected: Array2<f64>| {
        assert!(
            (&found - &expected).iter().all(|e| e.abs() < 1e-15),
            "{found}, expected {expected}"
        );
    };
    let (ln_2, ln_4) = (2.0_f64.ln(), 4.0_f64.ln());
    let sum = CrossEntropyLoss::new().with_reduction(Reduction::Sum);
    let losses = sum.per_example(&y, &z).unwrap();
    near(
        losses.insert_axis(brique_tensor::ndarray::Axis(0)),
        array![[ln_2, ln_4]],
    );
    near(array![[sum.forward(&y, &z).unwrap()]], array![[ln_2 + ln_4]]);
    near(
        sum.backward(&y, &z).unwrap(),
        array![[0.25, -0.5, 0.25], [0.25, 0.5, -0.75]],
    );
    for reduction in [Reduction::Mean, Reduction::BatchMean] {
        let loss = CrossEntropyLoss::new().with_reduction(reduction);
        near(
            array![[loss.forward(&y, &z).unwrap()]],
            array![[0.5 * (ln_2 + ln_4)]],
        );
        near(
            loss.backward(&y, &z).unwrap(),
            array![[0.125, -0.25, 0.125], [0.125, 0.25, -0.375]],
        );
    }
    // Weights 3 and 1 for the two targets: a mean over 4, and 2 for the batch mean.
    let with = |reduction| {
        CrossEntropyLoss::new()
            .with_reduction(reduction)
            .class_weights(vec![9.0, 3.0, 1.0])
            .unwrap()
    };
    near(
        array![[with(Reduction::Mean).forward(&y, &z).unwrap()]],
        array![[(3.0 * ln_2 + ln_4) / 4.0]],
    );
    near(
        array![[with(Reduction::BatchMean).forward(&y, &z).unwrap()]],
        array![[0.5 * (3.0 * ln_2 + ln_4)]],
    );
    assert_eq!(
        CrossEntropyLoss::new(),
        CrossEntropyLoss::new().with_reduction(Reduction::Mean)
    );
}

#[test]
fn weights_and_smoothing_together_are_pytorchs() {
    let z = array![[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]];
    let loss = |reduction| {
        let loss = CrossEntropyLoss::new()
            .with_reduction(reduction)
            .class_weights(vec![1.0, 2.0, 0.5])
            .unwrap();
        loss.label_smoothing(0.1).unwrap()
    };
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-14, "{found}, {expected}");
    let indices = array![[2.0], [1.0]];
    near(
        loss(Reduction::Mean).forward(&indices, &z).unwrap(),
        1.356_546_227_787_827_5,
    );
    near(
        loss(Reduction::Sum).forward(&indices, &z).unwrap(),
        3.391_365_569_469_568_4,
    );
    near(
        loss(Reduction::Mean).backward(&indices, &z).unwrap()[[1, 1]],
        -0.588_858_603_601_800_4,
    );
    let rows = array![[0.2, 0.3, 0.5], [0.0, 0.75, 0.25]];
    near(
        loss(Reduction::Mean).forward(&rows, &z).unwrap(),
        2.489_918_827_819_961_3,
    );
    near(
        loss(Reduction::Mean).backward(&rows, &z).unwrap()[[0, 2]],
        0.296_187_759_194_474,
    );
}

#[test]
fn a_class_that_is_surely_right_keeps_its_digits() {
    fn check<T: Scalar>(far: f64) {
        let loss = CrossEntropyLoss::new().with_reduction(Reduction::Sum);
        let z = array![[T::from_f64(far), T::zero()]];
        let small = T::from_f64(-far).exp();
        let right = array![[T::zero()]];
        assert_eq!(loss.forward(&right, &z).unwrap(), small, "{far}");
        assert_eq!(
            loss.backward(&right, &z).unwrap(),
            array![[-small, small]],
            "{far}"
        );
        let wrong = array![[T::one()]];
        assert_eq!(loss.forward(&wrong, &z).unwrap(), T::from_f64(far));
        assert_eq!(loss.backward(&wrong, &z).unwrap(), array![[T::one(), -T::one()]]);
        // Far below 0, or all of them far up, is the same.
        let below = array![[T::zero(), T::from_f64(-far)]];
        assert_eq!(
            loss.backward(&right, &below).unwrap(),
            array![[-small, small]],
            "{far}"
        );
        let one_hot = array![[T::one(), T::zero()]];
        assert_eq!(
            loss.backward(&one_hot, &z).unwrap(),
            array![[-small, small]],
            "{far}"
        );
    }
    for far in [40.0, 300.0, 700.0, 1000.0] {
        check::<f64>(far);
    }
    for far in [20.0, 80.0, 300.0, 1000.0] {
        check::<f32>(far);
    }
    let equal = array![[1000.0_f32, 1000.0], [-1000.0, -1000.0]];
    let losses = CrossEntropyLoss::new()
        .per_example(&array![[0.0], [1.0]], &equal)
        .unwrap();
    assert_eq!(losses, array![2.0_f32.ln(), 2.0_f32.ln()]);
}

#[test]
fn the_rounding_of_a_difference_of_logits_costs_no_digits() {
    // The plain e^(z − m) is off by 43 units in the last place here.
    let loss = CrossEntropyLoss::new()
        .forward(&array![[0.0]], &array![[0.1, -100.7]])
        .unwrap();
    let exact = 1.671_537_884_742_799_5e-44_f64;
    assert!((loss - exact).abs() <= 2.0 * f64::EPSILON * exact, "{loss:e}");
}

#[test]
fn a_probability_near_one_keeps_the_digits_of_the_others() {
    // The target is all but one-hot, the softmax is not: 1 − q of the first class is 1e-20.
    let (y, z) = (array![[1.0, 1e-20]], array![[100.0_f64, 0.0]]);
    let delta = CrossEntropyLoss::new().backward(&y, &z).unwrap();
    assert!(
        (delta[[0, 0]] / 1e-20 - 1.0).abs() < 1e-14 && (delta[[0, 1]] / 1e-20 + 1.0).abs() < 1e-14,
        "{delta:e}"
    );
}

#[test]
fn infinite_logits() {
    let loss = CrossEntropyLoss::new();
    let masked = array![[0.0, f64::NEG_INFINITY, 0.0]];
    assert_eq!(loss.forward(&array![[0.0]], &masked).unwrap(), 2.0_f64.ln());
    assert_eq!(
        loss.backward(&array![[0.0]], &masked).unwrap(),
        array![[-0.5, 0.0, 0.5]]
    );
    assert_eq!(loss.forward(&array![[1.0]], &masked).unwrap(), f64::INFINITY);
    for logits in [
        array![[0.0, f64::INFINITY]],
        array![[f64::NEG_INFINITY, f64::NEG_INFINITY]],
    ] {
        assert!(
            loss.forward(&array![[1.0]], &logits).unwrap().is_nan(),
            "{logits}"
        );
        assert!(
            loss.backward(&array![[1.0]], &logits)
                .unwrap()
                .iter()
                .any(|d| d.is_nan()),
            "{logits}"
        );
    }
    let huge = array![[f64::MAX, f64::MIN]];
    assert_eq!(loss.forward(&array![[0.0]], &huge).unwrap(), 0.0);
    assert_eq!(loss.backward(&array![[1.0]], &huge).unwrap(), array![[1.0, -1.0]]);
}

#[test]
fn nan_in_nan_out() {
    for reduction in REDUCTIONS {
        for place in 0..3 {
            let mut z = array![[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]];
            z[[0, place]] = f64::NAN;
            for y in [array![[1.0], [0.0]], array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]] {
                let loss = CrossEntropyLoss::new().with_reduction(reduction);
                assert!(loss.forward(&y, &z).unwrap().is_nan());
                let losses = loss.per_example(&y, &z).unwrap();
                assert!(losses[0].is_nan() && (losses[1] - 3.0_f64.ln()).abs() < 1e-15);
                let delta = loss.backward(&y, &z).unwrap();
                assert!(
                    delta.row(0).iter().all(|d| d.is_nan()) && delta.row(1).iter().all(|d| d.is_finite())
                );
            }
        }
    }
}

#[test]
fn many_classes_and_many_examples_lose_no_digits_in_f32() {
    for (rows, classes) in [(200_000, 3), (1, 1_000_000)] {
        let z = Array2::<f32>::zeros((rows, classes));
        let mean = CrossEntropyLoss::new()
            .forward(&Array2::zeros((rows, 1)), &z)
            .unwrap();
        let exact = (classes as f64).ln();
        assert!(
            (f64::from(mean) - exact).abs() < 4.0 * f64::from(f32::EPSILON) * exact,
            "{mean}"
        );
    }
}

#[test]
fn one_class_has_nothing_to_choose() {
    let loss = CrossEntropyLoss::new().with_reduction(Reduction::Sum);
    let (y, z) = (array![[1.0], [1.0]], array![[-3.0], [7.0]]);
    assert_eq!(loss.forward(&y, &z).unwrap(), 0.0);
    assert_eq!(loss.backward(&y, &z).unwrap(), array![[0.0], [0.0]]);
    check_refused(
        &loss,
        &array![[1.0], [0.0]],
        &z,
        "the sum of row 1 of y is 0, expected 1: a target of the prediction's shape holds the probabilities of the classes",
    );
}

#[test]
fn it_is_the_negative_log_likelihood_of_a_log_softmax() {
    let z = array![[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]];
    let log_softmax = Array2::from_shape_fn((2, 3), |(row, class)| {
        z[[row, class]] - z.row(row).mapv(f64::exp).sum().ln()
    });
    let y = array![[2.0], [1.0]];
    let weights = vec![1.0, 2.0, 0.5];
    let of_logits = CrossEntropyLoss::new().class_weights(weights.clone()).unwrap();
    let of_logarithms = NLLLoss::new().class_weights(weights).unwrap();
    let (a, b) = (
        of_logits.forward(&y, &z).unwrap(),
        of_logarithms.forward(&y, &log_softmax).unwrap(),
    );
    assert!((a - b).abs() < 1e-15, "{a}, {b}");
}

#[test]
fn a_class_that_does_not_count() {
    let (y, z) = (array![[0.0], [0.0]], array![[1.0, 2.0], [3.0, 4.0]]);
    let loss = |reduction| {
        CrossEntropyLoss::new()
            .with_reduction(reduction)
            .class_weights(vec![0.0, 1.0])
            .unwrap()
    };
    for result in [
        loss(Reduction::Mean).forward(&y, &z).map(drop),
        loss(Reduction::Mean).backward(&y, &z).map(drop),
    ] {
        assert_eq!(result.unwrap_err().fault(), &Fault::NoMean { found: (2, 2) });
    }
    for reduction in REDUCTIONS {
        assert_eq!(loss(reduction).per_example(&y, &z).unwrap(), array![0.0, 0.0]);
    }
    assert_eq!(loss(Reduction::Sum).forward(&y, &z).unwrap(), 0.0);
    assert_eq!(
        loss(Reduction::BatchMean).backward(&y, &z).unwrap(),
        Array2::<f64>::zeros((2, 2))
    );
    let one_hot = array![[1.0, 0.0], [1.0, 0.0]];
    assert_eq!(
        loss(Reduction::Mean).forward(&one_hot, &z).unwrap(),
        0.0,
        "over n"
    );
}

#[test]
fn bad_targets_are_refused_with_their_place() {
    let loss = CrossEntropyLoss::new();
    let z = Array2::zeros((2, 3));
    for (found, number) in [
        ("3", 3.0),
        ("-1", -1.0),
        ("0.5", 0.5),
        ("-0.5", -0.5),
        ("NaN", f64::NAN),
        ("inf", f64::INFINITY),
    ] {
        let said = format!("y[1, 0] is {found}, expected a class index: a whole number below 3");
        check_refused(&loss, &array![[2.0], [number]], &z, &said);
    }
    for (found, number) in [("-0.5", -0.5), ("NaN", f64::NAN)] {
        let said = format!("y[1, 2] is {found}, expected a probability: at least 0");
        check_refused(&loss, &array![[1.0, 0.0, 0.0], [0.5, 1.0, number]], &z, &said);
    }
    for (sum, last) in [("0.5", 0.0), ("1.5", 1.0), ("inf", f64::INFINITY)] {
        let said = format!(
            "the sum of row 0 of y is {sum}, expected 1: a target of the prediction's shape holds the probabilities of the classes"
        );
        check_refused(&loss, &array![[0.25, 0.25, last], [1.0, 0.0, 0.0]], &z, &said);
    }
    for shape in [(2, 2), (1, 1), (3, 1), (2, 0), (1, 3)] {
        let said = format!(
            "y has shape {shape:?}, expected (2, 1): a class index for each row of yhat; \
             or the shape of yhat, for the probabilities of the classes"
        );
        check_refused(&loss, &Array2::zeros(shape), &z, &said);
    }
    check_refused(
        &CrossEntropyLoss::new().class_weights(vec![1.0, 2.0]).unwrap(),
        &array![[0.0], [1.0]],
        &z,
        "yhat has shape (2, 3), expected (2, 2): one column a class weight",
    );
}

#[test]
fn probabilities_may_be_off_by_their_rounding() {
    let loss = CrossEntropyLoss::new();
    let sum_of = |sum: f64| array![[0.5, sum - 0.5]];
    let z = array![[0.0, 0.0]];
    assert!(
        loss.forward(&sum_of(1.0 - 0.9e-4), &z).is_ok() && loss.forward(&sum_of(1.0 + 0.9e-4), &z).is_ok()
    );
    assert!(
        loss.forward(&sum_of(1.0 - 1.1e-4), &z).is_err() && loss.forward(&sum_of(1.0 + 1.1e-4), &z).is_err()
    );
    let in_f32 = |sum: f64| loss.forward(&sum_of(sum).mapv(f32::from_f64), &z.mapv(f32::from_f64));
    assert!(in_f32(1.0 + 0.9e-3).is_ok() && in_f32(1.0 - 1.1e-3).is_err());
}

#[test]
fn bad_options_are_refused() {
    let said = |result: Result<CrossEntropyLoss, brique_core::Error>| result.unwrap_err().to_string();
    let loss = CrossEntropyLoss::new;
    for (found, smoothing) in [("-0.1", -0.1), ("1.5", 1.5), ("NaN", f64::NAN)] {
        assert_eq!(
            said(loss().label_smoothing(smoothing)),
            format!(
                "CrossEntropyLoss(mean), label_smoothing: smoothing is {found}, expected a number from 0 to 1"
            )
        );
    }
    for (found, weight) in [("-1", -1.0), ("inf", f64::INFINITY), ("NaN", f64::NAN)] {
        assert_eq!(
            said(loss().class_weights(vec![1.0, weight])),
            format!(
                "CrossEntropyLoss(mean), class_weights: weights[1] is {found}, expected a finite number of at least 0"
            )
        );
    }
    assert_eq!(
        said(loss().class_weights(Vec::new())),
        "CrossEntropyLoss(mean), class_weights: weights is an empty list, expected one weight a class"
    );
}

#[test]
#[should_panic(expected = "y has shape (5, 1), expected (3, 1) or (3, 2)")]
fn the_forward_kernel_asserts_the_shape_of_its_target() {
    CrossEntropyLoss::new().forward_kernel(&Array2::<f64>::zeros((5, 1)), &Array2::zeros((3, 2)));
}

#[test]
#[should_panic(expected = "delta has shape (3, 1), expected (3, 2)")]
fn the_backward_kernel_asserts_the_shape_of_its_result() {
    let (y, z) = (Array2::<f64>::zeros((3, 1)), Array2::zeros((3, 2)));
    CrossEntropyLoss::new().backward_kernel(&y, &z, &mut Array2::zeros((3, 1)));
}

#[test]
#[should_panic(expected = "losses has 2 elements, expected 3")]
fn the_per_example_kernel_asserts_the_length_of_its_result() {
    let (y, z) = (Array2::<f64>::zeros((3, 1)), Array2::zeros((3, 2)));
    CrossEntropyLoss::new().per_example_kernel(&y, &z, &mut Array1::zeros(2));
}

#[test]
#[should_panic(expected = "y[0, 0] is NaN, expected a class index below 2")]
fn kernels_assert_classes() {
    CrossEntropyLoss::new().forward_kernel(&array![[f64::NAN]], &array![[0.0, 0.0]]);
}

#[test]
fn losses_show_themselves_and_their_options() {
    let loss = CrossEntropyLoss::new().with_reduction(Reduction::BatchMean);
    assert_eq!(loss.to_string(), "CrossEntropyLoss(batch mean)");
    assert_eq!(loss.reduction(), Reduction::BatchMean);
    assert_eq!(
        loss.label_smoothing(0.1)
            .unwrap()
            .class_weights(vec![1.0, 2.0])
            .unwrap()
            .to_string(),
        "CrossEntropyLoss(batch mean, label smoothing 0.1, 2 class weights)"
    );
}

/// The softmax is saturated at the class of the target, wherever that is, and little is moved to the others: both terms
/// of the gradient are small there, and no rounding of a number near 1 may reach them.
#[test]
fn a_small_smoothing_keeps_its_digits_in_a_saturated_row() {
    let smoothing = 1e-9;
    let loss = CrossEntropyLoss::new()
        .with_reduction(Reduction::Sum)
        .label_smoothing(smoothing)
        .unwrap();
    let tail = (-30.0_f64).exp();
    let others = 2.0 * smoothing / 3.0;
    let exact = (others - (1.0 - others) * 2.0 * tail) / (1.0 + 2.0 * tail);
    for class in 0..3 {
        let z = Array2::from_shape_fn((1, 3), |(_, column)| if column == class { 0.0 } else { -30.0 });
        let gradient = loss.backward(&array![[class as f64]], &z).unwrap();
        let error = (gradient[[0, class]] - exact).abs() / exact;
        assert!(error < 1e-14, "class {class}: {error:e}");
    }
}
