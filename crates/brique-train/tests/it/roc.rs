//! ROC curves, and areas under them for two and for more classes.

use brique_gradcheck::strategies::{Numbers, matrix};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};
use brique_train::metrics::{
    MetricError, log_loss, macro_roc_auc, pairwise_roc_auc, roc_auc, roc_curve, weighted_f1,
    weighted_precision, weighted_recall, weighted_roc_auc,
};
use proptest::prelude::*;

type Metric = fn(&Matrix, &Matrix) -> Result<f64, MetricError>;

const AREAS: [Metric; 3] = [macro_roc_auc, weighted_roc_auc, pairwise_roc_auc];

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 8.0 * f64::EPSILON * expected.abs(),
        "{found}, expected {expected}"
    );
}

fn column(numbers: impl IntoIterator<Item = f64>) -> Array2<f64> {
    let numbers: Vec<f64> = numbers.into_iter().collect();
    Array2::from_shape_vec((numbers.len(), 1), numbers).unwrap()
}

/// Returns the area of one column, of the examples of class `positive` and of the classes for which `others` holds.
fn area_of(truths: &[usize], yhat: &Array2<f64>, positive: usize, others: impl Fn(usize) -> bool) -> f64 {
    let rows = || (0..truths.len()).filter(|&row| truths[row] == positive || others(truths[row]));
    let y = column(rows().map(|row| f64::from(u8::from(truths[row] == positive))));
    roc_auc(&y, &column(rows().map(|row| yhat[[row, positive]]))).unwrap()
}

/// Classes that all occur, and whole scores, of which many tie.
fn classified() -> impl Strategy<Value = (Vec<usize>, Array2<f64>)> {
    (2..5_usize, 0..20_usize).prop_flat_map(|(classes, more)| {
        let truths = proptest::collection::vec(0..classes, more).prop_flat_map(move |mut truths| {
            truths.extend(0..classes);
            Just(truths).prop_shuffle()
        });
        (truths, matrix(classes + more, classes, Numbers::Whole))
    })
}

proptest! {
    #[test]
    fn a_curve_has_the_rates_of_every_threshold(
        scores in proptest::collection::vec((any::<bool>(), -4..4_i32), 2..40)
            .prop_filter("both classes", |examples| examples.iter().any(|e| e.0) && examples.iter().any(|e| !e.0)),
    ) {
        let y = column(scores.iter().map(|&(positive, _)| f64::from(u8::from(positive))));
        let yhat = column(scores.iter().map(|&(_, score)| f64::from(score)));
        let curve = roc_curve(&y, &yhat).unwrap();
        let points = curve.points();
        prop_assert_eq!(points[0].threshold, f64::INFINITY);
        let distinct: std::collections::BTreeSet<i32> = scores.iter().map(|e| e.1).collect();
        let thresholds: Vec<f64> = points[1..].iter().map(|point| point.threshold).collect();
        let expected: Vec<f64> = distinct.iter().rev().map(|&score| f64::from(score)).collect();
        prop_assert_eq!(thresholds, expected);
        for point in points {
            let rate = |positive: bool| {
                let members = scores.iter().filter(|e| e.0 == positive);
                let above = members.clone().filter(|e| f64::from(e.1) >= point.threshold).count();
                above as f64 / members.count() as f64
            };
            prop_assert_eq!(point.true_positive_rate, rate(true));
            prop_assert_eq!(point.false_positive_rate, rate(false));
        }
        let trapezoids = points.windows(2).map(|pair| {
            let width = pair[1].false_positive_rate - pair[0].false_positive_rate;
            width * f64::midpoint(pair[0].true_positive_rate, pair[1].true_positive_rate)
        });
        prop_assert!((trapezoids.sum::<f64>() - curve.area()).abs() < 1e-14);
        prop_assert_eq!(curve.area(), roc_auc(&y, &yhat).unwrap());
        prop_assert_eq!(curve, roc_curve(&y.mapv(|target| 2.0 * target - 1.0), &yhat).unwrap());
    }

    #[test]
    fn areas_of_classes_follow_their_definitions((truths, yhat) in classified()) {
        let classes = yhat.ncols();
        let y = column(truths.iter().map(|&class| class as f64));
        let of_rest = |class| area_of(&truths, &yhat, class, |_| true);
        let support = |class| truths.iter().filter(|&&truth| truth == class).count() as f64;
        let (mut mean, mut weighted, mut pairs, mut count) = (0.0, 0.0, 0.0, 0.0);
        for j in 0..classes {
            mean += of_rest(j) / classes as f64;
            weighted += of_rest(j) * support(j) / truths.len() as f64;
            for k in (0..classes).filter(|&k| k != j) {
                pairs += area_of(&truths, &yhat, j, |class| class == k);
                count += 1.0;
            }
        }
        for (metric, expected) in AREAS.into_iter().zip([mean, weighted, pairs / count]) {
            let found = metric(&y, &yhat).unwrap();
            prop_assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
            let one_hot = Array2::from_shape_fn(yhat.dim(), |(row, class)| f64::from(u8::from(truths[row] == class)));
            prop_assert_eq!(metric(&one_hot, &yhat).unwrap(), found);
        }
    }

    #[test]
    fn two_columns_of_probabilities_have_the_area_of_the_second(
        scores in proptest::collection::vec((any::<bool>(), 0..9_i32), 2..30)
            .prop_filter("both classes", |examples| examples.iter().any(|e| e.0) && examples.iter().any(|e| !e.0)),
    ) {
        let y = column(scores.iter().map(|&(positive, _)| f64::from(u8::from(positive))));
        let yhat = column(scores.iter().map(|&(_, score)| f64::from(score) / 8.0));
        let both = Array2::from_shape_fn((scores.len(), 2), |(row, class)| {
            if class == 0 { 1.0 - yhat[[row, 0]] } else { yhat[[row, 0]] }
        });
        let area = roc_auc(&y, &yhat).unwrap();
        for metric in AREAS {
            prop_assert_eq!(metric(&y, &yhat).unwrap(), area);
            prop_assert!((metric(&y, &both).unwrap() - area).abs() < 1e-14);
        }
    }
}

/// 60 examples of 4 classes, and probabilities for them.
fn sixty() -> (Vec<usize>, Array2<f64>) {
    let class_of = |i: usize| match (i * i + 3 * i) % 7 {
        0 => 0,
        3 => 1,
        4 => 2,
        _ => 3,
    };
    let truths: Vec<usize> = (0..60).map(class_of).collect();
    let raw = |(i, k): (usize, usize)| {
        let bonus = if k == truths[i] && i % 3 != 0 { 20 } else { 0 };
        (1 + (i * 37 + k * 11) % 23 + bonus) as f64
    };
    let mut probabilities = Array2::from_shape_fn((60, 4), raw);
    for mut row in probabilities.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
    (truths, probabilities)
}

// The numbers of the next two tests are scikit-learn 1.9.1's.

#[test]
fn four_classes_as_scikit_learn() {
    let (truths, yhat) = sixty();
    let y = column(truths.iter().map(|&class| class as f64));
    close(macro_roc_auc(&y, &yhat).unwrap(), 0.899_399_200_233_887_4);
    close(weighted_roc_auc(&y, &yhat).unwrap(), 0.891_830_188_735_113_5);
    close(pairwise_roc_auc(&y, &yhat).unwrap(), 0.900_080_942_870_975_5);
    close(log_loss(&y, &yhat).unwrap(), 1.000_849_369_484_584_6);
    close(weighted_precision(&y, &yhat).unwrap(), 0.787_662_337_662_337_7);
    close(weighted_recall(&y, &yhat).unwrap(), 0.75);
    close(weighted_f1(&y, &yhat).unwrap(), 0.750_562_900_810_803);
}

#[test]
fn a_curve_of_sixteen_points_as_scikit_learn() {
    let (truths, _) = sixty();
    let y = column(truths.iter().map(|&class| f64::from(u8::from(class == 3))));
    let score = |(i, &class): (usize, &usize)| (i * 37 % 11 + 4 * usize::from(class == 3)) as f64;
    let yhat = column(truths.iter().enumerate().map(score));
    let curve = roc_curve(&y, &yhat).unwrap();
    // Of 44 negative and 16 positive examples.
    let negatives = [0, 0, 0, 0, 0, 3, 6, 11, 15, 19, 23, 27, 31, 35, 40, 44];
    let positives = [0, 2, 4, 5, 6, 7, 9, 11, 12, 13, 14, 16, 16, 16, 16, 16];
    for (index, point) in curve.points().iter().enumerate() {
        let threshold = if index == 0 {
            f64::INFINITY
        } else {
            (15 - index) as f64
        };
        assert_eq!(point.threshold, threshold);
        assert_eq!(point.false_positive_rate, f64::from(negatives[index]) / 44.0);
        assert_eq!(point.true_positive_rate, f64::from(positives[index]) / 16.0);
    }
    assert_eq!(curve.points().len(), 16);
    close(curve.area(), 0.817_471_590_909_090_9);
    let probabilities = yhat.mapv(|score| (score + 1.0) / 17.0);
    close(log_loss(&y, &probabilities).unwrap(), 0.487_132_206_645_083_33);
}

#[test]
fn a_class_without_an_example_has_no_area() {
    let yhat = array![[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]];
    for metric in AREAS {
        assert_eq!(
            metric(&array![[0.0], [2.0]], &yhat).unwrap_err().to_string(),
            "no example has class 1, and yhat has a column for each of 3 classes: the area under the ROC \
             curve of a class needs examples of it; judge a larger set, or a stratified one"
        );
        let absent = |class| Err(MetricError::AbsentClass { class, classes: 3 });
        assert_eq!(metric(&array![[1.0], [2.0]], &yhat), absent(0));
        assert_eq!(metric(&array![[0.0], [1.0]], &yhat), absent(2));
        let nan = array![[0.5, 0.25], [0.25, f64::NAN]];
        assert_eq!(
            metric(&array![[0.0], [1.0]], &nan).unwrap_err().to_string(),
            "yhat[1, 1] is NaN, expected a number"
        );
    }
}

#[test]
fn infinite_scores_are_points() {
    let y = array![[0.0_f32], [1.0], [1.0]];
    let curve = roc_curve(&y, &array![[f32::NEG_INFINITY], [0.5], [f32::INFINITY]]).unwrap();
    let thresholds: Vec<f64> = curve.points().iter().map(|point| point.threshold).collect();
    assert_eq!(thresholds, [f64::INFINITY, f64::INFINITY, 0.5, f64::NEG_INFINITY]);
    assert_eq!(curve.area(), 1.0);
}
