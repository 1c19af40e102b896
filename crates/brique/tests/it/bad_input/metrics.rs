//! Every metric with predictions and targets that it cannot judge.

use brique::prelude::*;
use brique::train::metrics::{ConfusionMatrix, MetricError};

use super::{Row, refused};

type Measure = fn(&Matrix, &Matrix) -> Result<f64, MetricError>;

const OF_CLASSES: [(&str, Measure); 8] = [
    ("accuracy", metrics::accuracy),
    ("accuracy_of_logits", metrics::accuracy_of_logits),
    ("precision", metrics::precision),
    ("recall", metrics::recall),
    ("f1", metrics::f1),
    ("macro_precision", metrics::macro_precision),
    ("macro_recall", metrics::macro_recall),
    ("macro_f1", metrics::macro_f1),
];

const OF_NUMBERS: [(&str, Measure); 2] = [("r2", metrics::r2), ("MAE", metrics::mean_absolute_error)];

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, measure) in OF_CLASSES
        .into_iter()
        .chain(OF_NUMBERS)
        .chain([("roc_auc", metrics::roc_auc as Measure)])
    {
        for shape in [(0, 1), (2, 0)] {
            let found = format!("yhat has shape {shape:?}: without a prediction");
            rows.push(refused(format!("{name} of {shape:?}"), &[&found], move || {
                measure(&Array2::zeros(shape), &Array2::zeros(shape))
            }));
        }
    }
    for (name, measure) in OF_CLASSES
        .into_iter()
        .chain([("roc_auc", metrics::roc_auc as Measure)])
    {
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
    rows.extend(others());
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
