//! Every metric with predictions and targets that it cannot judge.

use brique::prelude::*;
use brique::train::metrics::{ConfusionMatrix, MetricError};

use super::{Row, refused};

type Measure = fn(&Matrix, &Matrix) -> Result<f64, MetricError>;

const OF_CLASSES: [(&str, Measure); 11] = [
    ("accuracy", metrics::accuracy),
    ("accuracy_of_logits", metrics::accuracy_of_logits),
    ("precision", metrics::precision),
    ("recall", metrics::recall),
    ("f1", metrics::f1),
    ("macro_precision", metrics::macro_precision),
    ("macro_recall", metrics::macro_recall),
    ("macro_f1", metrics::macro_f1),
    ("weighted_precision", metrics::weighted_precision),
    ("weighted_recall", metrics::weighted_recall),
    ("weighted_f1", metrics::weighted_f1),
];

const OF_SCORES: [(&str, Measure); 5] = [
    ("roc_auc", metrics::roc_auc),
    ("roc_curve", |y, yhat| Ok(metrics::roc_curve(y, yhat)?.area())),
    ("macro_roc_auc", metrics::macro_roc_auc),
    ("weighted_roc_auc", metrics::weighted_roc_auc),
    ("pairwise_roc_auc", metrics::pairwise_roc_auc),
];

const OF_NUMBERS: [(&str, Measure); 2] = [("r2", metrics::r2), ("MAE", metrics::mean_absolute_error)];

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, measure) in OF_CLASSES
        .into_iter()
        .chain(OF_NUMBERS)
        .chain(OF_SCORES)
        .chain([("log_loss", metrics::log_loss as Measure)])
    {
        for shape in [(0, 1), (2, 0)] {
            let found = format!("yhat has shape {shape:?}: without a prediction");
            rows.push(refused(format!("{name} of {shape:?}"), &[&found], move || {
                measure(&Array2::zeros(shape), &Array2::zeros(shape))
            }));
        }
    }
    for (name, measure) in OF_CLASSES.into_iter().chain(OF_SCORES) {
        for target in [0.5, 2.0, f64::NAN, f64::INFINITY] {
            let found = format!("y[1, 0] is {target}, expected 0 or 1");
            rows.push(refused(format!("{name} target {target}"), &[&found], move || {
                measure(&array![[1.0], [target]], &array![[0.5], [0.5]])
            }));
        }
        rows.push(refused(
            format!("{name} of NaN"),
            &["yhat[1, 0] is NaN, expected a number"],
            move || measure(&array![[1.0], [0.0]], &array![[0.5], [f64::NAN]]),
        ));
        rows.push(refused(
            format!("{name} of other rows"),
            &["y has shape (3, 1), expected (2, 1)"],
            move || measure(&Array2::zeros((3, 1)), &Array2::zeros((2, 1))),
        ));
    }
    for (name, measure) in OF_NUMBERS {
        for target in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let found = format!("y[1, 0] is {target}, expected a finite number");
            rows.push(refused(format!("{name} target {target}"), &[&found], move || {
                measure(&array![[1.0], [target]], &array![[0.5], [0.5]])
            }));
        }
        rows.push(refused(
            format!("{name} of other shapes"),
            &["yhat has shape (2, 1), expected (1, 2)"],
            move || measure(&array![[1.0, 2.0]], &array![[1.0], [2.0]]),
        ));
    }
    for class in [-1.0, 3.0, 0.5, f64::NAN, 1e300] {
        let found = format!("y[0, 0] is {class}, expected a class index: a whole number below 3");
        rows.push(refused(
            format!("accuracy of class {class}"),
            &[&found],
            move || metrics::accuracy(&array![[class]], &array![[0.1, 0.2, 0.3]]),
        ));
    }
    rows.extend(of_probabilities());
    rows.extend(others());
    rows
}

fn of_probabilities() -> Vec<Row> {
    let mut rows = Vec::new();
    for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let found = format!("yhat[1, 0] is {number}, expected a probability from 0 to 1");
        rows.push(refused(format!("log_loss of {number}"), &[&found], move || {
            metrics::log_loss(&array![[1.0], [0.0]], &array![[0.5], [number]])
        }));
    }
    rows.push(refused(
        "log_loss of logits",
        &["row 0 of yhat sums to 0.5, expected 1"],
        || metrics::log_loss(&array![[1.0]], &array![[0.25, 0.25]]),
    ));
    for (name, measure) in &OF_SCORES[2..] {
        let measure = *measure;
        let found = "no example has class 1, and yhat has a column for each of 3 classes";
        rows.push(refused(*name, &[found], move || {
            measure(&array![[0.0], [2.0]], &array![[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])
        }));
    }
    rows
}

fn others() -> Vec<Row> {
    let confusion = || ConfusionMatrix::of(&array![[1.0], [0.0]], &array![[0.9], [0.1]]);
    let mut rows = vec![
        refused("no class", &["row 0 of y has no number above 0"], || {
            metrics::accuracy(&array![[0.0, 0.0]], &array![[0.1, 0.2]])
        }),
        refused(
            "one class",
            &["all 2 targets are 1: the area under the ROC curve"],
            || metrics::roc_auc(&array![[1.0], [1.0]], &array![[0.1], [0.2]]),
        ),
        refused("two columns", &["yhat has shape (1, 2), expected (1, 1)"], || {
            metrics::roc_auc(&array![[1.0]], &array![[0.1, 0.2]])
        }),
        refused(
            "one example",
            &["there is 1 example, expected at least 2"],
            || metrics::r2(&array![[1.0]], &array![[0.1]]),
        ),
        refused(
            "threshold NaN",
            &["the threshold is NaN, expected a number"],
            || ConfusionMatrix::with_threshold(&array![[1.0]], &array![[0.1]], f64::NAN),
        ),
        refused(
            "threshold of columns",
            &["yhat has shape (1, 2), expected (1, 1): a threshold"],
            || ConfusionMatrix::with_threshold(&array![[1.0]], &array![[0.1, 0.2]], 0.5),
        ),
        refused(
            "too many classes",
            &["yhat has 8388608 columns, expected fewer: memory cannot hold"],
            || {
                let one = array![[1.0]];
                ConfusionMatrix::of(&array![[0.0]], &one.broadcast((1, 1 << 23)).unwrap())
            },
        ),
    ];
    for (names, found) in [
        (vec!["a"], "1 names of classes were given, expected 2"),
        (
            vec!["a", ""],
            "the name of class 1 is \"\", expected at least one character",
        ),
        (
            vec!["a", "a"],
            "the name of class 1 is \"a\", expected another name",
        ),
    ] {
        rows.push(refused(format!("names {names:?}"), &[found], move || {
            confusion()?.with_class_names(names)
        }));
    }
    for class in [2, usize::MAX] {
        let found = format!("class {class} was asked for, expected a class below 2");
        for measure in [
            ConfusionMatrix::precision,
            ConfusionMatrix::recall,
            ConfusionMatrix::f1,
        ] {
            rows.push(refused(format!("class {class}"), &[&found], move || {
                measure(&confusion()?, class)
            }));
        }
    }
    for (metric, measure) in &OF_CLASSES[2..5] {
        let found =
            format!("{metric} is of two classes, and yhat has a column for each of 3: use macro_{metric}");
        let measure = *measure;
        rows.push(refused(*metric, &[&found], move || {
            measure(&array![[0.0]], &array![[0.1, 0.2, 0.3]])
        }));
    }
    rows
}
