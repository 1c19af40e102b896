//! Losses of examples with weights.

use brique_core::{Loss, Reduction};
use brique_gradcheck::strategies::Compact;
use brique_gradcheck::{GradientCheck, loss_laws};
use brique_losses::{
    BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HingeLoss, HuberLoss, L1Loss, MSELoss, NLLLoss,
    WeightedLoss,
};
use brique_tensor::ndarray::{Array1, Array2, Axis, array, concatenate};
use proptest::prelude::*;

use crate::targets::{classes, distributions, pairs, probability, signs, tame};

const REDUCTIONS: [Reduction; 3] = [Reduction::Mean, Reduction::BatchMean, Reduction::Sum];

const CLASS_WEIGHTS: [f64; 9] = [0.5, 2.0, 1.0, 3.0, 1.5, 0.25, 1.0, 2.5, 0.75];

/// A loss, a target and a prediction.
type Case = (Box<dyn Loss>, Compact, Compact);

fn cases() -> impl Strategy<Value = Case> {
    let reduction = || proptest::sample::select(&REDUCTIONS);
    macro_rules! of {
        ($pairs:expr, $make:expr) => {
            (reduction(), $pairs)
                .prop_map(|(reduction, (y, yhat))| -> Case {
                    (Box::new($make(reduction)), Compact(y), Compact(yhat))
                })
                .boxed()
        };
    }
    prop_oneof![
        of!(pairs(tame, tame), |r| MSELoss::new().with_reduction(r)),
        of!(pairs(tame, tame), |r| L1Loss::new().with_reduction(r)),
        of!(pairs(tame, tame), |r| HuberLoss::new().with_reduction(r)),
        of!(pairs(signs, tame), |r| HingeLoss::new().with_reduction(r)),
        of!(pairs(probability, || 0.01..0.99), |r| BCELoss::new()
            .with_reduction(r)),
        of!(pairs(probability, tame), |r| BCEWithLogitsLoss::new()
            .with_reduction(r)),
        of!(classes(2), |r| CrossEntropyLoss::new().with_reduction(r)),
        of!(distributions(), |r| CrossEntropyLoss::new().with_reduction(r)),
        of!(classes(9), |r| CrossEntropyLoss::new()
            .with_reduction(r)
            .class_weights(CLASS_WEIGHTS.to_vec())
            .unwrap()),
        of!(classes(9), |r| NLLLoss::new()
            .with_reduction(r)
            .class_weights(CLASS_WEIGHTS.to_vec())
            .unwrap()),
    ]
}

/// A case of at least one term, and a weight for each example: 0, 1 or another one.
fn weighted_cases() -> impl Strategy<Value = (Case, Array1<f64>)> {
    let weight = prop_oneof![Just(0.0), Just(1.0), 0.0..4.0];
    (cases(), proptest::collection::vec(weight, 9))
        .prop_filter("a mean", |((_, _, yhat), _)| !yhat.is_empty())
        .prop_map(|(case, mut weights)| {
            weights.truncate(case.2.nrows());
            (case, Array1::from(weights))
        })
}

/// Returns each row as often as its number says.
fn repeated(matrix: &Array2<f64>, times: &[usize]) -> Array2<f64> {
    let rows = matrix.axis_iter(Axis(0)).zip(times);
    let copies: Vec<_> = rows
        .flat_map(|(row, &times)| vec![row.insert_axis(Axis(0)); times])
        .collect();
    if copies.is_empty() {
        return Array2::zeros((0, matrix.ncols()));
    }
    concatenate(Axis(0), &copies).unwrap()
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-13 * expected.abs().max(1.0)
}

proptest! {
    #[test]
    fn weights_of_1_change_no_bit((loss, y, yhat) in cases()) {
        let ones = Array1::ones(yhat.nrows());
        let weighted = WeightedLoss::new(&*loss, &ones);
        let bits = |result: Result<f64, _>| result.map(f64::to_bits).ok();
        prop_assert_eq!(bits(weighted.forward(&y, &yhat)), bits(loss.forward(&y, &yhat)));
        prop_assert_eq!(weighted.backward(&y, &yhat).ok(), loss.backward(&y, &yhat).ok());
        prop_assert_eq!(weighted.per_example(&y, &yhat).ok(), loss.per_example(&y, &yhat).ok());
    }

    #[test]
    fn losses_and_gradients_follow_the_definition(((loss, y, yhat), weights) in weighted_cases()) {
        let weighted = WeightedLoss::new(&*loss, &weights);
        let losses = loss.per_example(&y, &yhat).unwrap();
        let value = (&losses * &weights).sum() / loss.divisor(&y, &yhat);
        prop_assert!(close(weighted.forward(&y, &yhat).unwrap(), value));
        prop_assert_eq!(weighted.per_example(&y, &yhat).unwrap(), &losses * &weights);
        let delta = loss.backward(&y, &yhat).unwrap() * weights.view().insert_axis(Axis(1));
        prop_assert_eq!(weighted.backward(&y, &yhat).unwrap(), delta);
    }

    #[test]
    fn gradients_are_those_of_the_weighted_loss(((loss, y, yhat), weights) in weighted_cases()) {
        let weighted = WeightedLoss::new(&*loss, &weights);
        let report = GradientCheck::default().loss(&weighted, &y, &yhat).unwrap();
        prop_assert_eq!(report.failures(), 0, "{}", report);
        loss_laws::examples_add_up(&weighted, &y, &yhat).unwrap();
    }

    #[test]
    fn a_weight_of_n_in_a_sum_is_the_example_n_times(
        ((loss, y, yhat), _) in weighted_cases().prop_filter("a sum", |((loss, ..), _)| loss.reduction() == Reduction::Sum),
        times in proptest::collection::vec(0..4_usize, 9),
    ) {
        let times = &times[..yhat.nrows()];
        let weights: Array1<f64> = times.iter().map(|&times| times as f64).collect();
        let weighted = WeightedLoss::new(&*loss, &weights);
        let value = loss.forward(&repeated(&y, times), &repeated(&yhat, times)).unwrap();
        prop_assert!(close(weighted.forward(&y, &yhat).unwrap(), value));
    }

    #[test]
    fn an_example_of_weight_0_has_no_gradient_and_changes_nothing(
        ((loss, y, yhat), mut weights) in weighted_cases(),
        chosen in any::<proptest::sample::Index>(),
    ) {
        let row = chosen.index(yhat.nrows());
        weights[row] = 0.0;
        let weighted = WeightedLoss::new(&*loss, &weights);
        let mut moved = yhat.0.clone();
        moved.row_mut(row).fill(0.5);
        let delta = weighted.backward(&y, &yhat).unwrap();
        prop_assert!(delta.row(row).iter().all(|&delta| delta == 0.0));
        prop_assert_eq!(weighted.backward(&y, &moved).unwrap(), delta);
        prop_assert_eq!(weighted.forward(&y, &moved).unwrap(), weighted.forward(&y, &yhat).unwrap());
    }
}

#[test]
fn many_examples_are_summed_in_chunks_of_all_lengths() {
    for rows in [0, 1, 63, 64, 65, 128, 200] {
        let y: Array2<f64> = Array2::zeros((rows, 2));
        let yhat = Array2::from_shape_fn((rows, 2), |(row, column)| (row % 7 + column) as f64);
        let weights = Array1::from_shape_fn(rows, |row| (row % 5) as f64);
        let loss = MSELoss::new().with_reduction(Reduction::Sum);
        let expected: f64 = (0..rows)
            .map(|row| weights[row] * (yhat[[row, 0]].powi(2) + yhat[[row, 1]].powi(2)))
            .sum();
        // Sums of whole numbers are exact.
        assert_eq!(
            WeightedLoss::new(&loss, &weights).forward(&y, &yhat),
            Ok(expected)
        );
    }
}

#[test]
fn an_infinite_loss_of_weight_0_is_0_and_nan_remains() {
    let loss = CrossEntropyLoss::new();
    let (y, weights) = (array![[0.0], [1.0]], array![0.0, 1.0]);
    let weighted = WeightedLoss::new(&loss, &weights);
    let value = weighted.forward(&y, &array![[f64::NEG_INFINITY, 0.0], [0.0, 0.0]]);
    assert_eq!(value, Ok(2.0_f64.ln() / 2.0));
    assert!(
        weighted
            .forward(&y, &array![[f64::NAN, 0.0], [0.0, 0.0]])
            .unwrap()
            .is_nan()
    );
}

#[test]
fn weights_that_do_not_fit_are_errors() {
    let (loss, y) = (MSELoss::new(), array![[0.0], [1.0]]);
    let message = |weights: Array1<f64>| {
        let weighted = WeightedLoss::new(&loss, &weights);
        let message = weighted.forward(&y, &y).unwrap_err().to_string();
        assert!(weighted.per_example(&y, &y).is_err());
        assert_eq!(
            weighted.backward(&y, &y).unwrap_err().to_string(),
            message.replace("forward", "backward")
        );
        message
    };
    assert_eq!(
        message(array![1.0]),
        "weighted MSELoss(mean), forward: the number of weights is 1, expected 2: one for each example"
    );
    for (weight, shown) in [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        assert_eq!(
            message(array![1.0, weight]),
            format!(
                "weighted MSELoss(mean), forward: weights[1] is {shown}, expected a finite number of at least 0"
            )
        );
    }
}
