use brique_core::Loss;
use brique_gradcheck::strategies::{Numbers, matrix, size};
use brique_losses::L1Loss;
use brique_random::{RandomSource, portable};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis, array};
use brique_train::metrics::{
    ConfusionMatrix, MetricError, accuracy, accuracy_of_logits, f1, macro_f1, macro_precision, macro_recall,
    mean_absolute_error, precision, r2, recall, roc_auc,
};
use proptest::prelude::*;

type Metric = fn(&Matrix, &Matrix) -> Result<f64, MetricError>;
type OfClass = fn(&ConfusionMatrix, usize) -> Result<f64, MetricError>;

const OF_CLASSES: [(&str, Metric); 5] = [
    ("accuracy", accuracy),
    ("accuracy_of_logits", accuracy_of_logits),
    ("macro_precision", macro_precision),
    ("macro_recall", macro_recall),
    ("macro_f1", macro_f1),
];
const OF_TWO_CLASSES: [(&str, Metric); 3] = [("precision", precision), ("recall", recall), ("f1", f1)];
const OF_NUMBERS: [(&str, Metric); 2] = [("r2", r2), ("mean_absolute_error", mean_absolute_error)];

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
        "{found}, expected {expected}"
    );
}

fn column(numbers: impl IntoIterator<Item = f64>) -> Array2<f64> {
    let numbers: Vec<f64> = numbers.into_iter().collect();
    Array2::from_shape_vec((numbers.len(), 1), numbers).unwrap()
}

fn of_bools(positive: &[bool]) -> Array2<f64> {
    column(positive.iter().map(|&positive| f64::from(u8::from(positive))))
}

/// One-hot rows.
fn rows_of(classes: usize, of: impl IntoIterator<Item = usize>) -> Array2<f64> {
    let of: Vec<usize> = of.into_iter().collect();
    Array2::from_shape_fn((of.len(), classes), |(row, class)| {
        f64::from(u8::from(of[row] == class))
    })
}

fn message<T: std::fmt::Debug>(result: Result<T, MetricError>) -> String {
    result.unwrap_err().to_string()
}

// The numbers of the next five tests are scikit-learn 1.9.1's, with zero_division=0.

#[test]
fn three_classes_as_scikit_learn() {
    let y = column([0.0, 1.0, 2.0, 2.0, 1.0, 0.0, 2.0, 1.0, 0.0, 2.0]);
    let yhat = rows_of(3, [0, 2, 2, 2, 1, 0, 1, 1, 1, 2]);
    let confusion = ConfusionMatrix::of(&y, &yhat).unwrap();
    assert_eq!(confusion.counts(), array![[2, 1, 0], [0, 2, 1], [0, 1, 3]]);
    close(confusion.accuracy(), 0.7);
    for (class, [precision, recall, f1]) in [
        [1.0, 0.666_666_666_666_666_6, 0.8],
        [0.5, 0.666_666_666_666_666_6, 0.571_428_571_428_571_4],
        [0.75, 0.75, 0.75],
    ]
    .into_iter()
    .enumerate()
    {
        close(confusion.precision(class).unwrap(), precision);
        close(confusion.recall(class).unwrap(), recall);
        close(confusion.f1(class).unwrap(), f1);
    }
    close(accuracy(&y, &yhat).unwrap(), 0.7);
    close(macro_precision(&y, &yhat).unwrap(), 0.75);
    close(macro_recall(&y, &yhat).unwrap(), 0.694_444_444_444_444_3);
    close(macro_f1(&y, &yhat).unwrap(), 0.707_142_857_142_857_2);
}

#[test]
fn classes_that_do_not_occur_are_left_out_of_macro_averages_and_zero_divided_by_zero_is_zero() {
    // Class 2 is only predicted, class 3 only true, class 4 neither.
    let (y, yhat) = (column([0.0, 1.0, 1.0, 3.0, 0.0]), rows_of(5, [0, 1, 2, 0, 0]));
    let confusion = ConfusionMatrix::of(&y, &yhat).unwrap();
    assert_eq!(confusion.counts().dim(), (5, 5));
    close(confusion.precision(0).unwrap(), 0.666_666_666_666_666_6);
    for absent in 2..5 {
        assert_eq!(confusion.precision(absent).unwrap(), 0.0);
        assert_eq!(confusion.recall(absent).unwrap(), 0.0);
        assert_eq!(confusion.f1(absent).unwrap(), 0.0);
    }
    close(confusion.macro_precision(), 0.416_666_666_666_666_63);
    close(confusion.macro_recall(), 0.375);
    close(confusion.macro_f1(), 0.366_666_666_666_666_7);
}

#[test]
fn two_classes_as_scikit_learn() {
    let y = column([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
    let yhat = column([0.1, 0.9, 0.4, 0.6, 0.8, 0.3, 0.5, 0.7]);
    let confusion = ConfusionMatrix::of(&y, &yhat).unwrap();
    assert_eq!(confusion.counts(), array![[2, 1], [2, 3]]);
    close(accuracy(&y, &yhat).unwrap(), 0.625);
    close(precision(&y, &yhat).unwrap(), 0.75);
    close(recall(&y, &yhat).unwrap(), 0.6);
    close(f1(&y, &yhat).unwrap(), 0.666_666_666_666_666_6);
    close(macro_precision(&y, &yhat).unwrap(), 0.625);
    close(macro_recall(&y, &yhat).unwrap(), 0.633_333_333_333_333_3);
    close(macro_f1(&y, &yhat).unwrap(), 0.619_047_619_047_619_1);
    close(roc_auc(&y, &yhat).unwrap(), 0.866_666_666_666_666_7);

    let (y, none_predicted) = (array![[1.0], [0.0]], array![[0.0], [0.0]]);
    for (_, metric) in OF_TWO_CLASSES {
        assert_eq!(metric(&y, &none_predicted).unwrap(), 0.0);
    }
}

#[test]
fn many_examples_as_scikit_learn() {
    let label = |i: usize| (i * i + 3 * i) % 7; // 0, 3, 4 or 5
    let predicted = |i: usize| if (i * 5) % 11 < 6 { label(i) } else { (i * 3) % 7 };
    let y = column((0..500).map(|i| label(i) as f64));
    let yhat = rows_of(7, (0..500).map(predicted));
    close(accuracy(&y, &yhat).unwrap(), 0.612);
    close(macro_precision(&y, &yhat).unwrap(), 0.423_925_370_404_243_66);
    close(macro_recall(&y, &yhat).unwrap(), 0.344_662_966_141_839_4);
    close(macro_f1(&y, &yhat).unwrap(), 0.379_302_671_863_927_74);

    let positive: Vec<bool> = (0..500).map(|i| label(i) < 3).collect();
    let scores = (0..500).map(|i| ((i * 37 % 101) + 20 * usize::from(label(i) < 3)) as f64 / 100.0);
    let area = roc_auc(&of_bools(&positive), &column(scores)).unwrap();
    close(area, 0.679_075_826_134_649_7);
}

#[test]
fn numbers_as_scikit_learn() {
    let y = array![[0.5, 1.0], [-1.0, 1.0], [7.0, -6.0]];
    let yhat = array![[0.0, 2.0], [-1.0, 2.0], [8.0, -5.0]];
    close(r2(&y, &yhat).unwrap(), 0.936_800_526_662_277_9);
    assert_eq!(
        r2(&array![[1.0], [2.0], [3.0]], &array![[3.0], [2.0], [1.0]]).unwrap(),
        -3.0
    );

    let y = Array2::from_shape_fn((500, 2), |(i, column)| match column {
        0 => (i * i % 17) as f64 / 3.0,
        _ => (i % 13) as f64 * 1.5,
    });
    let yhat = Array2::from_shape_fn((500, 2), |(i, column)| match column {
        0 => y[[i, 0]] + ((i * 7 % 5) as f64 - 2.0) / 4.0,
        _ => (i % 13) as f64 * 1.25 + 0.5,
    });
    close(r2(&y, &yhat).unwrap(), 0.953_011_152_151_643);
    close(mean_absolute_error(&y, &yhat).unwrap(), 0.703_25);

    let constant = array![[2.0, 1.0], [2.0, 3.0]];
    assert_eq!(r2(&constant, &constant).unwrap(), 1.0);
    let missed = array![[2.0, 1.0], [2.5, 3.0]];
    assert_eq!(r2(&constant, &missed).unwrap(), 0.5); // the mean of 0 and 1
}

#[test]
fn targets_that_are_all_a_tenth_have_no_variance() {
    // Their mean rounds to another number than 0.1, and scikit-learn's R² to −1.7·10³¹.
    let (y, yhat) = (array![[0.1], [0.1], [0.1]], array![[0.2], [0.1], [0.1]]);
    assert_eq!(r2(&y, &yhat).unwrap(), 0.0);
    assert_eq!(r2(&y, &y).unwrap(), 1.0);
    assert!(r2(&y, &array![[0.1], [f64::NAN], [0.1]]).unwrap().is_nan());
}

#[test]
fn squares_neither_overflow_nor_vanish() {
    for unit in [1e-300, 1.0, 1e300] {
        let y = array![[1.0], [2.0], [3.0]] * unit;
        let yhat = array![[1.0], [2.0], [4.0]] * unit;
        close(r2(&y, &yhat).unwrap(), 0.5);
    }
}

#[test]
fn a_column_is_cut_in_the_middle_of_its_two_targets() {
    let scores = array![[-0.1], [0.0], [0.1], [0.5], [0.6]];
    let positives = |y: [f64; 5]| {
        let confusion = ConfusionMatrix::of(&column(y), &scores).unwrap();
        confusion.counts().column(1).sum()
    };
    assert_eq!(positives([0.0, 1.0, 0.0, 1.0, 1.0]), 1);
    assert_eq!(positives([-1.0, 1.0, -1.0, 1.0, 1.0]), 3);
    assert_eq!(positives([1.0; 5]), 1); // taken for 0 and 1
    assert_eq!(positives([1.0, 1.0, 1.0, 1.0, -1.0]), 3); // the −1 may stand anywhere
}

#[test]
fn logits_are_cut_at_zero_and_a_threshold_where_it_is_said() {
    let (y, scores) = (
        array![[0.0], [0.0], [1.0], [1.0]],
        array![[-1.0], [0.0], [0.25], [0.5]],
    );
    assert_eq!(accuracy(&y, &scores).unwrap(), 0.5);
    assert_eq!(accuracy_of_logits(&y, &scores).unwrap(), 1.0);
    let logits = ConfusionMatrix::of_logits(&y, &scores).unwrap();
    assert_eq!(logits.counts(), array![[2, 0], [0, 2]]);
    for (threshold, expected) in [
        (f64::NEG_INFINITY, array![[0, 2], [0, 2]]),
        (-0.5, array![[1, 1], [0, 2]]),
        (0.0, array![[2, 0], [0, 2]]),
        (0.25, array![[2, 0], [1, 1]]), // 0.25 is not above it
        (f64::INFINITY, array![[2, 0], [2, 0]]),
    ] {
        let confusion = ConfusionMatrix::with_threshold(&y, &scores, threshold).unwrap();
        assert_eq!(confusion.counts(), expected, "threshold {threshold}");
    }
    // Of several columns the largest is predicted, logits or not.
    let (y, logits) = (array![[0.0], [1.0]], array![[-3.0, -4.0], [-3.0, -2.0]]);
    assert_eq!(accuracy_of_logits(&y, &logits).unwrap(), 1.0);
}

#[test]
fn the_first_of_several_largest_columns_counts() {
    let yhat = array![[1.0, 1.0, 0.0], [0.0, 2.0, 2.0], [f64::NEG_INFINITY; 3]];
    assert_eq!(accuracy(&array![[0.0], [1.0], [0.0]], &yhat).unwrap(), 1.0);
    let probabilities = array![[0.5, 0.5, 0.0], [0.2, 0.4, 0.4], [0.6, 0.3, 0.1]];
    assert_eq!(accuracy(&probabilities, &yhat).unwrap(), 1.0);
}

#[test]
fn targets_of_a_column_a_class_may_be_signs() {
    let y = array![[-1.0, 1.0], [1.0, -1.0]];
    assert_eq!(accuracy(&y, &array![[0.0, 3.0], [0.0, 3.0]]).unwrap(), 0.5);
}

#[test]
fn a_confusion_matrix_is_a_table_whose_columns_line_up() {
    let confusion = ConfusionMatrix::of(
        &column((0..120).map(|i| f64::from(u8::from(i >= 110)))),
        &column((0..120).map(|i| f64::from(u8::from(i >= 113)))),
    );
    let table = "true \\ predicted    0    1\n               \
                 0  110    0\n               \
                 1    3    7";
    assert_eq!(confusion.unwrap().to_string(), table);
}

#[test]
fn single_precision_is_judged_as_double() {
    let (y, yhat) = (array![[0.0_f32], [1.0], [1.0]], array![[0.25_f32], [0.75], [0.5]]);
    let (y64, yhat64) = (y.mapv(f64::from), yhat.mapv(f64::from));
    for (single, double) in [
        (accuracy(&y, &yhat), accuracy(&y64, &yhat64)),
        (roc_auc(&y, &yhat), roc_auc(&y64, &yhat64)),
        (r2(&y, &yhat), r2(&y64, &yhat64)),
        (mean_absolute_error(&y, &yhat), mean_absolute_error(&y64, &yhat64)),
    ] {
        assert_eq!(single.unwrap().to_bits(), double.unwrap().to_bits());
    }
}

/// Class indices with one-hot or other rows of predictions.
fn classified() -> impl Strategy<Value = (usize, Vec<usize>, Array2<f64>)> {
    (1..40_usize, 2..6_usize).prop_flat_map(|(n, classes)| {
        let truths = proptest::collection::vec(0..classes, n);
        (Just(classes), truths, matrix(n, classes, Numbers::Whole))
    })
}

/// Targets of both classes, and scores of which many tie.
fn scored() -> impl Strategy<Value = (Vec<bool>, Vec<i32>)> {
    proptest::collection::vec((any::<bool>(), -4..4_i32), 2..40)
        .prop_map(|examples| examples.into_iter().unzip())
        .prop_filter("both classes", |(positive, _): &(Vec<bool>, Vec<i32>)| {
            positive.contains(&true) && positive.contains(&false)
        })
}

proptest! {
    #[test]
    fn metrics_of_classes_follow_their_definitions((classes, truths, yhat) in classified()) {
        let y = column(truths.iter().map(|&class| class as f64));
        let predicted: Vec<usize> = yhat
            .rows()
            .into_iter()
            .map(|row| (0..classes).find(|&class| row.iter().all(|&other| other <= row[class])).unwrap())
            .collect();
        let count = |fits: &dyn Fn(usize, usize) -> bool| {
            truths.iter().zip(&predicted).filter(|&(&truth, &predicted)| fits(truth, predicted)).count() as f64
        };
        let confusion = ConfusionMatrix::of(&y, &yhat).unwrap();
        prop_assert_eq!(confusion.counts().sum(), truths.len());
        let trace = confusion.counts().diag().sum() as f64;
        prop_assert_eq!(confusion.accuracy(), trace / truths.len() as f64);
        prop_assert_eq!(accuracy(&y, &yhat).unwrap(), confusion.accuracy());
        prop_assert_eq!(confusion.accuracy(), count(&|truth, predicted| truth == predicted) / truths.len() as f64);
        let mut sums = [0.0; 4];
        for class in 0..classes {
            let hits = count(&|truth, predicted| truth == class && predicted == class);
            let missed = count(&|truth, predicted| truth == class && predicted != class);
            let taken = count(&|truth, predicted| truth != class && predicted == class);
            let of = |divisor: f64| if divisor == 0.0 { 0.0 } else { hits / divisor };
            let (precision, recall) = (of(hits + taken), of(hits + missed));
            prop_assert_eq!(confusion.precision(class).unwrap(), precision);
            prop_assert_eq!(confusion.recall(class).unwrap(), recall);
            let harmonic = if hits == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
            close(confusion.f1(class).unwrap(), harmonic);
            if hits + missed + taken > 0.0 {
                sums = [sums[0] + precision, sums[1] + recall, sums[2] + harmonic, sums[3] + 1.0];
            }
        }
        close(confusion.macro_precision(), sums[0] / sums[3]);
        close(confusion.macro_recall(), sums[1] / sums[3]);
        close(confusion.macro_f1(), sums[2] / sums[3]);
    }

    #[test]
    fn indices_and_one_hot_rows_are_the_same_targets((classes, truths, yhat) in classified()) {
        let indices = column(truths.iter().map(|&class| class as f64));
        let one_hot = rows_of(classes, truths);
        for (name, metric) in OF_CLASSES {
            prop_assert_eq!(metric(&indices, &yhat), metric(&one_hot, &yhat), "{}", name);
        }
    }

    #[test]
    fn two_columns_of_probabilities_are_judged_as_the_second_alone((positive, scores) in scored()) {
        // None is ½, where the first column is predicted and one alone is not above.
        let second = column(scores.iter().map(|&score| (f64::from(score) + 4.25) / 8.0));
        let both = Array2::from_shape_fn((scores.len(), 2), |(row, class)| {
            if class == 0 { 1.0 - second[[row, 0]] } else { second[[row, 0]] }
        });
        let y = of_bools(&positive);
        for (name, metric) in OF_TWO_CLASSES.into_iter().chain(OF_CLASSES).filter(|(name, _)| !name.ends_with("logits")) {
            prop_assert_eq!(metric(&y, &both), metric(&y, &second), "{}", name);
        }
    }

    #[test]
    fn zeros_and_signs_are_the_same_classes((positive, scores) in scored()) {
        let (zeros, yhat) = (of_bools(&positive), column(scores.iter().map(|&score| f64::from(score))));
        let signs = zeros.mapv(|target| 2.0 * target - 1.0);
        prop_assert_eq!(roc_auc(&zeros, &yhat), roc_auc(&signs, &yhat));
        prop_assert_eq!(ConfusionMatrix::of_logits(&zeros, &yhat), ConfusionMatrix::of(&signs, &yhat));
        let shifted = yhat.mapv(|score| score + 0.5);
        prop_assert_eq!(ConfusionMatrix::of(&zeros, &shifted), ConfusionMatrix::of(&signs, &yhat));
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_order((positive, scores) in scored()) {
        let (mut pairs, mut in_order) = (0.0, 0.0);
        for i in 0..scores.len() {
            for j in 0..scores.len() {
                if positive[i] && !positive[j] {
                    pairs += 1.0;
                    in_order += match scores[i].cmp(&scores[j]) {
                        std::cmp::Ordering::Less => 0.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Greater => 1.0,
                    };
                }
            }
        }
        let y = of_bools(&positive);
        let area = |score: &dyn Fn(i32) -> f64| roc_auc(&y, &column(scores.iter().map(|&s| score(s)))).unwrap();
        prop_assert_eq!(area(&f64::from), in_order / pairs);
        close(area(&|score| -f64::from(score)) + in_order / pairs, 1.0);
        prop_assert_eq!(area(&|score| f64::from(score).exp()), in_order / pairs);
        prop_assert_eq!(area(&|_| 0.25), 0.5);
        // Zeros of both signs tie, and infinities have their place in the order.
        prop_assert_eq!(area(&|score| if score % 2 == 0 { 0.0 } else { -0.0 }), 0.5);
        let perfect = of_bools(&positive).mapv(|target| if target > 0.0 { f64::INFINITY } else { f64::MIN });
        prop_assert_eq!(roc_auc(&y, &perfect).unwrap(), 1.0);
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing((classes, truths, yhat) in classified(), seed: u64) {
        let order = portable(seed).permutation(truths.len());
        let indices = column(truths.iter().map(|&class| class as f64));
        let shuffled = |matrix: &Array2<f64>| matrix.select(Axis(0), &order);
        for (name, metric) in OF_CLASSES {
            prop_assert_eq!(metric(&indices, &yhat), metric(&shuffled(&indices), &shuffled(&yhat)), "{}", name);
        }
        let scores = yhat.column(0).to_owned().insert_axis(Axis(1));
        let positive = indices.mapv(|class| f64::from(u8::from(class > 0.0)));
        prop_assert_eq!(roc_auc(&positive, &scores), roc_auc(&shuffled(&positive), &shuffled(&scores)));
        let y = rows_of(classes, truths);
        for (name, metric) in OF_NUMBERS {
            match (metric(&y, &yhat), metric(&shuffled(&y), &shuffled(&yhat))) {
                (Ok(a), Ok(b)) => prop_assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{}: {} and {}", name, a, b),
                (a, b) => prop_assert_eq!(a, b, "{}", name),
            }
        }
    }

    #[test]
    fn the_mean_absolute_error_is_the_absolute_loss(
        (y, yhat) in (size(), size()).prop_flat_map(|(n, m)| (matrix(n, m, Numbers::Tame), matrix(n, m, Numbers::Tame)))
    ) {
        let found = mean_absolute_error(&y, &yhat);
        if y.is_empty() {
            prop_assert_eq!(found, Err(MetricError::Empty { found: y.dim() }));
        } else {
            close(found.unwrap(), L1Loss::new().forward(&y, &yhat).unwrap());
        }
    }

    #[test]
    fn r2_follows_its_definition_and_the_mean_scores_nothing(
        (y, yhat) in (2..9_usize, 1..5_usize)
            .prop_flat_map(|(n, m)| (matrix::<f64>(n, m, Numbers::Tame), matrix::<f64>(n, m, Numbers::Tame)))
    ) {
        let means = y.mean_axis(Axis(0)).unwrap().insert_axis(Axis(0));
        let squares = |difference: Array2<f64>| difference.mapv(|d| d * d).sum_axis(Axis(0));
        let scores = 1.0 - squares(&y - &yhat) / squares(&y - &means);
        let expected = scores.mean().unwrap();
        let found = r2(&y, &yhat).unwrap();
        prop_assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{}, expected {}", found, expected);
        prop_assert_eq!(r2(&y, &y).unwrap(), 1.0);
        let of_means = r2(&y, &means.broadcast(y.dim()).unwrap().to_owned()).unwrap();
        prop_assert!(of_means.abs() <= 1e-9, "{}", of_means);
    }

    #[test]
    fn nan_is_never_judged_as_a_number(
        y in proptest::collection::vec(0..2_u8, 9),
        yhat in matrix::<f64>(9, 2, Numbers::Special),
    ) {
        let y = column(y.into_iter().map(f64::from));
        let single = yhat.column(0).to_owned().insert_axis(Axis(1));
        for (name, metric) in OF_CLASSES.into_iter().chain(OF_TWO_CLASSES) {
            for yhat in [&yhat, &single] {
                let has_nan = yhat.iter().any(|number| number.is_nan());
                prop_assert_eq!(metric(&y, yhat).is_err(), has_nan, "{}", name);
            }
        }
        let has_nan = single.iter().any(|number| number.is_nan());
        for (name, metric) in OF_NUMBERS {
            prop_assert_eq!(metric(&y, &single).unwrap().is_nan(), has_nan, "{}", name);
        }
    }

    #[test]
    fn a_batch_without_numbers_is_an_error(n in size(), m in size()) {
        let (rows_only, columns_only) = (Array2::zeros((n, 0)), Array2::zeros((0, m)));
        let area: (&str, Metric) = ("roc_auc", roc_auc);
        for (name, metric) in OF_CLASSES.into_iter().chain(OF_NUMBERS).chain([area]) {
            for empty in [&rows_only, &columns_only] {
                prop_assert_eq!(metric(empty, empty), Err(MetricError::Empty { found: empty.dim() }), "{}", name);
            }
        }
        prop_assert!(ConfusionMatrix::with_threshold(&columns_only, &columns_only, 0.0).is_err());
    }
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    let of = Array2::<f64>::ones;
    assert_eq!(
        message(accuracy(&of((3, 1)), &of((0, 4)))),
        "yhat has shape (0, 4): without a prediction there is nothing to judge; leave such batches out"
    );
    assert_eq!(
        message(accuracy(&of((3, 2)), &of((3, 4)))),
        "y has shape (3, 2), expected (3, 1) or (3, 4): \
         a class index for each row of yhat; or the shape of yhat, one-hot or probabilities"
    );
    for y in [of((2, 1)), of((3, 2))] {
        let expected = format!(
            "y has shape {:?}, expected (3, 1): \
             one target, 0 or 1 or else -1 or 1, for each prediction of a single column",
            y.dim()
        );
        assert_eq!(message(accuracy(&y, &of((3, 1)))), expected);
        assert_eq!(message(roc_auc(&y, &of((3, 1)))), expected);
    }
    assert_eq!(
        message(ConfusionMatrix::with_threshold(&of((3, 1)), &of((3, 2)), 0.5)),
        "yhat has shape (3, 2), expected (3, 1): \
         a threshold decides a single column; of several the largest is predicted, by ConfusionMatrix::of"
    );
    assert_eq!(
        message(roc_auc(&of((3, 1)), &of((3, 2)))),
        "yhat has shape (3, 2), expected (3, 1): \
         one score an example; of two columns, hand over the one of the positive class"
    );
    for (_, metric) in OF_NUMBERS {
        assert_eq!(
            message(metric(&of((3, 1)), &of((1, 3)))),
            "yhat has shape (1, 3), expected (3, 1): the shape of the target y; nothing is broadcast"
        );
    }
}

#[test]
fn numbers_that_name_no_class_are_named_with_their_place() {
    let three = rows_of(3, [0, 1]);
    for (index, shown) in [
        (3.0, "3"),
        (-1.0, "-1"),
        (0.5, "0.5"),
        (-0.5, "-0.5"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(
            message(accuracy(&array![[2.0], [index]], &three)),
            format!(
                "y[1, 0] is {shown}, expected a class index: a whole number below 3, the columns of yhat"
            )
        );
    }
    assert_eq!(
        message(accuracy(&array![[1.0, 0.0, 0.0], [0.0, f64::NAN, 1.0]], &three)),
        "y[1, 1] is NaN, expected a number"
    );
    assert_eq!(
        message(accuracy(&array![[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], &three)),
        "row 1 of y has no number above 0, expected one: \
         a target with one column a class is one-hot, or holds probabilities"
    );
    assert_eq!(
        message(accuracy(
            &array![[0.0], [1.0]],
            &array![[1.0, 0.0], [0.0, f64::NAN]]
        )),
        "yhat[1, 1] is NaN, expected a number"
    );
    let column = array![[0.5], [0.5]];
    let of_columns: [Metric; 2] = [accuracy, roc_auc];
    for metric in of_columns {
        assert_eq!(
            message(metric(&array![[0.0], [2.0]], &column)),
            "y[1, 0] is 2, expected 0 or 1, or else -1 or 1: \
             yhat has a single column; class indices need a column of yhat for each class"
        );
        assert_eq!(
            message(metric(&array![[0.0], [-1.0]], &column)),
            "y[0, 0] is 0, expected -1 or 1: there is a -1 among the targets, so they are not 0 or 1"
        );
        assert!(metric(&array![[0.0], [f64::NAN]], &column).is_err());
        assert_eq!(
            message(metric(&array![[0.0], [1.0]], &array![[0.0], [f64::NAN]])),
            "yhat[1, 0] is NaN, expected a number"
        );
    }
    for (_, metric) in OF_NUMBERS {
        assert_eq!(
            message(metric(&array![[0.0], [f64::INFINITY]], &column)),
            "y[1, 0] is inf, expected a finite number"
        );
    }
}

#[test]
fn questions_without_an_answer_are_errors() {
    let (y, yhat) = (array![[0.0], [1.0]], array![[0.1], [0.2]]);
    assert_eq!(
        message(ConfusionMatrix::with_threshold(&y, &yhat, f64::NAN)),
        "the threshold is NaN, expected a number: predictions above it count as positive"
    );
    let confusion = ConfusionMatrix::of(&y, &yhat).unwrap();
    let of_class: [OfClass; 3] = [
        ConfusionMatrix::precision,
        ConfusionMatrix::recall,
        ConfusionMatrix::f1,
    ];
    for metric in of_class {
        assert_eq!(
            message(metric(&confusion, 2)),
            "class 2 was asked for, expected a class below 2: there are 2, from 0"
        );
    }
    for (name, metric) in OF_TWO_CLASSES {
        assert_eq!(
            message(metric(&y, &rows_of(3, [0, 1]))),
            format!(
                "{name} is of two classes, and yhat has a column for each of 3: use macro_{name}, \
                 or ConfusionMatrix::{name} for one class against the others"
            )
        );
    }
    for (target, shown) in [(0.0, "0"), (1.0, "1"), (-1.0, "-1")] {
        assert_eq!(
            message(roc_auc(&array![[target], [target]], &yhat)),
            format!(
                "all 2 targets are {shown}: the area under the ROC curve needs examples of both classes; \
                 judge a larger set, or a stratified one"
            )
        );
    }
    assert_eq!(
        message(r2(&array![[1.0]], &array![[1.0]])),
        "R² is a share of the variance of the targets: there is 1 example, expected at least 2"
    );
}
