//! Wrong shapes, targets and options for every loss, and batches without a mean.

use brique::core::Error;
use brique::prelude::*;

use super::{ADDRESS, HUGE, Row, refused};

type Make = fn(Reduction) -> Box<dyn Loss>;

/// Losses of targets of the shape of the prediction, with the targets that they do not take.
const OF_ELEMENTS: [(&str, Make, &[f64]); 6] = [
    (
        "MSELoss",
        |reduction| Box::new(MSELoss::new().with_reduction(reduction)),
        &[],
    ),
    (
        "L1Loss",
        |reduction| Box::new(L1Loss::new().with_reduction(reduction)),
        &[f64::NAN],
    ),
    (
        "HuberLoss",
        |reduction| Box::new(HuberLoss::new().with_reduction(reduction)),
        &[f64::NAN],
    ),
    (
        "BCELoss",
        |reduction| Box::new(BCELoss::new().with_reduction(reduction)),
        &[-0.1, 1.5, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
    ),
    (
        "BCEWithLogitsLoss",
        |reduction| Box::new(BCEWithLogitsLoss::new().with_reduction(reduction)),
        &[-0.1, 1.5, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
    ),
    (
        "HingeLoss",
        |reduction| Box::new(HingeLoss::new().with_reduction(reduction)),
        &[0.0, 0.5, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
    ),
];

const OF_CLASSES: [(&str, Make); 2] = [
    ("CrossEntropyLoss", |reduction| {
        Box::new(CrossEntropyLoss::new().with_reduction(reduction))
    }),
    ("NLLLoss", |reduction| {
        Box::new(NLLLoss::new().with_reduction(reduction))
    }),
];

type Method = (&'static str, fn(&dyn Loss, &Matrix, &Matrix) -> Result<(), Error>);

const METHODS: [Method; 3] = [
    ("forward", |loss, y, yhat| loss.forward(y, yhat).map(drop)),
    ("backward", |loss, y, yhat| loss.backward(y, yhat).map(drop)),
    ("per_example", |loss, y, yhat| loss.per_example(y, yhat).map(drop)),
];

fn of_weights_and_probabilities() -> Vec<Row> {
    let mut rows = Vec::new();
    for (operation, method) in METHODS {
        for weight in [-1.0, f64::NAN, f64::INFINITY] {
            let found =
                format!("{operation}: weights[1] is {weight}, expected a finite number of at least 0");
            rows.push(refused(
                format!("{operation} weight {weight}"),
                &[&found],
                move || {
                    let (loss, weights) = (MSELoss::new(), array![1.0, weight]);
                    let y = array![[0.0], [1.0]];
                    method(&WeightedLoss::new(&loss, &weights), &y, &y)
                },
            ));
        }
        for length in [0, 1, 3] {
            let found = format!("{operation}: the number of weights is {length}, expected 2");
            rows.push(refused(
                format!("{operation} {length} weights"),
                &[&found],
                move || {
                    let (loss, weights) = (MSELoss::new(), ndarray::Array1::ones(length));
                    let y = array![[0.0], [1.0]];
                    method(&WeightedLoss::new(&loss, &weights), &y, &y)
                },
            ));
        }
    }
    let losses: [fn() -> Box<dyn Loss>; 4] = [
        || Box::new(MSELoss::new()),
        || Box::new(L1Loss::new()),
        || Box::new(HuberLoss::new()),
        || Box::new(HingeLoss::new()),
    ];
    for make in losses {
        let found = "probabilities: predictions of this loss do not stand for probabilities, expected";
        rows.push(refused(
            format!("{} probabilities", make()),
            &[found],
            move || make().probabilities(&array![[0.5]]),
        ));
    }
    rows
}

pub fn rows() -> Vec<Row> {
    let mut rows = of_weights_and_probabilities();
    for (operation, method) in METHODS {
        for (name, make, wrong_targets) in OF_ELEMENTS {
            let part = format!("{name}(mean), {operation}: ");
            for (wrong, right) in [
                ((2, 1), (2, 3)),
                ((1, 3), (2, 3)),
                ((3, 2), (2, 3)),
                ((0, 3), (2, 3)),
                ((2, 3), (0, 0)),
            ] {
                let found = format!("yhat has shape {right:?}, expected {wrong:?}");
                rows.push(refused(
                    format!("{name} {operation} {wrong:?}"),
                    &[&part, &found],
                    move || {
                        method(
                            &*make(Reduction::Mean),
                            &Array2::ones(wrong),
                            &Array2::ones(right),
                        )
                    },
                ));
            }
            for &target in wrong_targets {
                let found = format!("y[1, 0] is {target}, expected ");
                rows.push(refused(
                    format!("{name} {operation} target {target}"),
                    &[&part, &found],
                    move || {
                        method(
                            &*make(Reduction::Mean),
                            &array![[1.0], [target]],
                            &array![[0.5], [0.5]],
                        )
                    },
                ));
            }
        }
        for (name, make) in OF_CLASSES {
            let part = format!("{name}(mean), {operation}: ");
            for class in [-1.0, 2.0, 0.5, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let found = format!("y[1, 0] is {class}, expected a class index: a whole number below 2");
                rows.push(refused(
                    format!("{name} {operation} class {class}"),
                    &[&part, &found],
                    move || {
                        method(
                            &*make(Reduction::Mean),
                            &array![[1.0], [class]],
                            &Array2::zeros((2, 2)),
                        )
                    },
                ));
            }
            for wrong in [(1, 1), (3, 1), (1, 2), (2, 3), (0, 0), (2, 0)] {
                let found = format!("y has shape {wrong:?}, expected (2, 1)");
                rows.push(refused(
                    format!("{name} {operation} {wrong:?}"),
                    &[&part, &found],
                    move || {
                        method(
                            &*make(Reduction::Mean),
                            &Array2::zeros(wrong),
                            &Array2::zeros((2, 2)),
                        )
                    },
                ));
            }
        }
    }
    rows.extend(probabilities());
    rows.extend(without_a_mean());
    rows.extend(options());
    rows.extend(large_batches());
    rows
}

fn probabilities() -> Vec<Row> {
    let mut rows = Vec::new();
    for (row, found) in [
        ([0.5, 0.25], "the sum of row 0 of y is 0.75, expected 1"),
        ([1.5, -0.5], "y[0, 1] is -0.5, expected a probability"),
        ([f64::NAN, 1.0], "y[0, 0] is NaN, expected a probability"),
        ([f64::INFINITY, 0.0], "the sum of row 0 of y is inf, expected 1"),
        ([0.0, 0.0], "the sum of row 0 of y is 0, expected 1"),
    ] {
        rows.push(refused(
            format!("probabilities {row:?}"),
            &["CrossEntropyLoss(mean), forward: ", found],
            move || CrossEntropyLoss::new().forward(&array![row], &Array2::<f64>::zeros((1, 2))),
        ));
    }
    for p in [-0.5, 1.5, f64::INFINITY] {
        let found = format!("yhat[0, 0] is {p}, expected a probability from 0 to 1; for logits");
        rows.push(refused(format!("BCE of {p}"), &[&found], move || {
            BCELoss::new().forward(&array![[1.0]], &array![[p]])
        }));
    }
    rows
}

fn without_a_mean() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, make, _) in OF_ELEMENTS {
        for (shape, reduction) in [
            ((0, 2), Reduction::Mean),
            ((2, 0), Reduction::Mean),
            ((0, 2), Reduction::BatchMean),
        ] {
            for (operation, method) in &METHODS[..2] {
                let found =
                    format!("{name}({reduction}), {operation}: a batch of shape {shape:?} has no mean");
                rows.push(refused(
                    format!("{name} {operation} {reduction} {shape:?}"),
                    &[&found],
                    move || method(&*make(reduction), &Array2::zeros(shape), &Array2::zeros(shape)),
                ));
            }
        }
    }
    for (name, make) in OF_CLASSES {
        let found = format!("{name}(mean), forward: a batch of shape (0, 2) has no mean");
        rows.push(refused(format!("{name} of nothing"), &[&found], move || {
            make(Reduction::Mean).forward(&Array2::zeros((0, 1)), &Array2::zeros((0, 2)))
        }));
    }
    rows.push(refused("weights of 0", &["has no mean"], || {
        let loss = NLLLoss::new().class_weights(vec![0.0, 1.0])?;
        loss.forward(&array![[0.0]], &array![[1.0, 2.0]])
    }));
    rows
}

fn options() -> Vec<Row> {
    let mut rows = Vec::new();
    for value in [
        -1.0,
        -f64::MIN_POSITIVE,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e300,
    ] {
        let expected = if value > 0.0 && value.is_finite() {
            "a number that is finite in f32"
        } else {
            "a finite number"
        };
        let found = format!("weight is {value}, expected {expected}");
        rows.push(refused(
            format!("pos_weight {value}"),
            &["pos_weight: ", &found],
            move || BCEWithLogitsLoss::new().pos_weight(value),
        ));
        let found = format!("weights[1] is {value}, expected {expected}");
        rows.push(refused(
            format!("NLL weight {value}"),
            &["class_weights: ", &found],
            move || NLLLoss::new().class_weights(vec![1.0, value]),
        ));
        let found = found.clone();
        rows.push(refused(
            format!("CE weight {value}"),
            &["class_weights: ", &found],
            move || CrossEntropyLoss::new().class_weights(vec![1.0, value]),
        ));
        let found = format!("delta: delta is {value}, expected a ");
        rows.push(refused(format!("Huber {value}"), &[&found], move || {
            HuberLoss::new().delta(value)
        }));
        let found = format!("label_smoothing: smoothing is {value}, expected a number from 0 to 1");
        rows.push(refused(format!("smoothing {value}"), &[&found], move || {
            CrossEntropyLoss::new().label_smoothing(value)
        }));
    }
    for value in [0.0, 1e-300] {
        let found = format!("delta is {value}, expected a ");
        rows.push(refused(
            format!("Huber {value}"),
            &[&found, "above 0"],
            move || HuberLoss::new().delta(value),
        ));
    }
    rows.push(refused(
        "NLL without weights",
        &["weights is an empty list, expected one weight a class"],
        || NLLLoss::new().class_weights(Vec::new()),
    ));
    rows.push(refused(
        "CE without weights",
        &["weights is an empty list, expected one weight a class"],
        || CrossEntropyLoss::new().class_weights(Vec::new()),
    ));
    rows.push(refused(
        "three weights",
        &["yhat has shape (1, 2), expected (1, 3): one column a class weight"],
        || {
            let loss = CrossEntropyLoss::new().class_weights(vec![1.0; 3])?;
            loss.forward(&array![[0.0]], &array![[1.0, 2.0]])
        },
    ));
    rows
}

fn large_batches() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, make, _) in OF_ELEMENTS {
        let found = format!("{name}(sum), per_example: the number of losses is {HUGE} · 1, {ADDRESS}");
        rows.push(refused(
            format!("{name} of many empty rows"),
            &[&found],
            move || {
                let empty = Array2::zeros((HUGE, 0));
                make(Reduction::Sum).per_example(&empty, &empty)
            },
        ));
        let found =
            format!("{name}(sum), backward: the number of values of the gradient is {HUGE} · 1, {ADDRESS}");
        rows.push(refused(format!("{name} of a huge view"), &[&found], move || {
            let one = array![[1.0]];
            let view = one.broadcast((HUGE, 1)).unwrap();
            make(Reduction::Sum).backward(&view, &view)
        }));
    }
    rows
}
