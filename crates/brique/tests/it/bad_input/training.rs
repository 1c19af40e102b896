//! Options of fits, data that does not fit, and batches that training cannot use; no parameter and no state changes.

use brique::prelude::*;
use brique::train::{Checkpoints, Error};

use super::{ADDRESS, HUGE, Row, gives, refused, unless_changed};

fn network() -> Sequential {
    let linear = Linear::from_parameters(array![[1.0], [0.5]]).unwrap();
    Sequential::new(1).then(linear).unwrap()
}

fn data() -> Dataset {
    Dataset::new(array![[1.0], [2.0], [3.0]], array![[1.0], [2.0], [4.0]]).unwrap()
}

type Momentum = SGD;

fn optimizer() -> Momentum {
    SGD::new(0.1).unwrap().momentum(0.9).unwrap()
}

/// Runs a fit, which must change neither the parameters nor the optimiser.
fn run(fit: Fit<'_>, data: &Dataset, loss: &dyn Loss) -> Result<(), Error> {
    let (mut network, mut optimizer) = (network(), optimizer());
    let before = (Weights::of(&network), optimizer.clone());
    let result = fit.run(&mut network, loss, &mut optimizer, data);
    unless_changed(
        &before,
        &(Weights::of(&network), optimizer),
        result.map(drop).map_err(Error::from),
    )
}

fn step(x: &Matrix, y: &Matrix) -> Result<(), Error> {
    let (mut network, mut optimizer) = (network(), optimizer());
    let before = (Weights::of(&network), optimizer.clone());
    let result = Stepper::default().step(&mut network, &MSELoss::new(), &mut optimizer, x, y);
    unless_changed(&before, &(Weights::of(&network), optimizer), result.map(drop))
}

pub fn rows() -> Vec<Row> {
    let mut rows = fits();
    rows.extend(documented_fits());
    rows.extend(batches());
    rows.extend(evaluations());
    rows
}

fn fits() -> Vec<Row> {
    let mut rows = vec![
        refused(
            "batch 0",
            &["Fit: the size of a batch is 0, expected at least 1"],
            || run(Fit::new(3, 0), &data(), &MSELoss::new()),
        ),
        refused(
            "no examples",
            &["Fit: the number of examples is 0, expected at least 1"],
            || {
                let empty = Dataset::new(Array2::zeros((0, 1)), Array2::zeros((0, 1)))?;
                run(Fit::new(3, 2), &empty, &MSELoss::new())
            },
        ),
        refused(
            "an order too long",
            &["Fit: the number of examples is ", ADDRESS],
            || {
                let empty = Dataset::new(Array2::zeros((HUGE, 0)), Array2::zeros((HUGE, 0)))?;
                run(Fit::new(3, 2).shuffle(1), &empty, &MSELoss::new())
            },
        ),
        refused(
            "inputs of two columns",
            &["epoch 0, batch 0: ", "has shape (2), expected (1)"],
            || {
                run(
                    Fit::new(3, 2),
                    &Dataset::new(Array2::ones((3, 2)), Array2::ones((3, 1)))?,
                    &MSELoss::new(),
                )
            },
        ),
        refused(
            "targets of two columns",
            &["epoch 0, batch 0: MSELoss(mean), forward: yhat has shape (2, 1)"],
            || {
                run(
                    Fit::new(3, 2),
                    &Dataset::new(Array2::ones((3, 1)), Array2::ones((3, 2)))?,
                    &MSELoss::new(),
                )
            },
        ),
        refused(
            "targets out of range",
            &["epoch 0, batch 0: BCEWithLogitsLoss(mean), forward: y[1, 0] is 2"],
            || run(Fit::new(3, 3), &data(), &BCEWithLogitsLoss::new()),
        ),
        refused(
            "validation of two columns",
            &["the inputs of the validation set have 2 columns, expected 1"],
            || {
                let validation = Dataset::new(Array2::ones((3, 2)), Array2::ones((3, 1)))?;
                run(Fit::new(3, 2).validate(&validation), &data(), &MSELoss::new())
            },
        ),
        refused(
            "empty validation",
            &["MSELoss(mean), forward: a batch of shape (0, 1) has no mean"],
            || {
                let validation = Dataset::new(Array2::zeros((0, 1)), Array2::zeros((0, 1)))?;
                run(Fit::new(3, 2).validate(&validation), &data(), &MSELoss::new())
            },
        ),
        refused(
            "sgd batch 0",
            &["Fit: the size of a batch is 0, expected at least 1"],
            || {
                let (mut network, loss) = (network(), MSELoss::new());
                Ok::<_, Error>(sgd(&mut Optim::new(&mut network, &loss, 0.1)?, &data(), 0, 3, 1)?)
            },
        ),
        refused(
            "an infinite rate",
            &["epoch 0, batch 2: SGD: learning_rate is inf, expected"],
            || {
                let (mut network, mut sgd) = (network(), SGD::new(1e-300).unwrap());
                let fit = Fit::new(1, 1).schedule_by_step(Schedule::step(1, 1e308)?);
                let result = fit.run(&mut network, &MSELoss::new(), &mut sgd, &data());
                unless_changed(
                    &1e-300,
                    &sgd.learning_rate(),
                    result.map(drop).map_err(Error::from),
                )
            },
        ),
    ];
    for norm in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let found = format!("Fit: clip_norm is {norm}, expected a finite number above 0");
        rows.push(refused(format!("clip_norm {norm}"), &[&found], move || {
            run(Fit::new(3, 2).clip_norm(norm), &data(), &MSELoss::new())
        }));
    }
    rows.push(refused(
        "a folder that is a file",
        &["cannot read the folder of the checkpoints"],
        || {
            let file = Checkpoints::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
            run(Fit::new(3, 2).checkpoints(file), &data(), &MSELoss::new())
        },
    ));
    for eps in [-0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let found = format!("SGD: learning_rate is {eps}, expected a number of at least 0");
        rows.push(refused(format!("eps {eps}"), &[&found], move || {
            let (mut network, loss) = (network(), MSELoss::new());
            Optim::new(&mut network, &loss, eps).map(drop)
        }));
    }
    rows.push(refused(
        "eps in f32",
        &["SGD: learning_rate is 1000", "finite in f32"],
        || SGD::<f32>::new(1e300),
    ));
    rows
}

fn documented_fits() -> Vec<Row> {
    let epochs = |fit: Fit<'_>| {
        let history = fit.run(
            &mut network(),
            &MSELoss::new(),
            &mut SGD::new(0.0).unwrap(),
            &data(),
        );
        history.unwrap().epochs().len()
    };
    vec![
        gives("no epochs", "0", move || epochs(Fit::new(0, 2))),
        gives("batch MAX", "2", move || epochs(Fit::new(2, usize::MAX))),
        gives("shuffled batch MAX", "2", move || {
            epochs(Fit::new(2, usize::MAX).shuffle(u64::MAX))
        }),
        gives("patience 0", "2", move || epochs(Fit::new(9, 2).stop_early(0))),
        gives("patience MAX", "3", move || {
            epochs(Fit::new(3, 2).stop_early(usize::MAX))
        }),
    ]
}

fn batches() -> Vec<Row> {
    let mut rows = Vec::new();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        rows.push(refused(
            format!("input {value}"),
            &["the inputs have a NaN or an infinity; no parameter"],
            move || step(&array![[1.0], [value]], &array![[1.0], [2.0]]),
        ));
        let tanh = ["epoch 0, batch 0: the inputs have a NaN or an infinity; no parameter"];
        rows.push(refused(format!("input {value} in a fit"), &tanh, move || {
            let data = Dataset::new(array![[1.0], [value], [1.0]], array![[1.5], [1.5], [0.0]])?;
            run(Fit::new(3, 2), &data, &MSELoss::new())
        }));
    }
    for value in [f64::INFINITY, f64::NEG_INFINITY] {
        rows.push(refused(
            format!("target {value}"),
            &["the targets have a NaN or an infinity; no parameter"],
            move || step(&array![[1.0], [2.0]], &array![[1.0], [value]]),
        ));
    }
    rows.extend([
        refused(
            "an infinite input that saturates",
            &["the inputs have a NaN or an infinity"],
            || {
                let mut network = network().then(Tanh)?;
                let (before, x) = (Weights::of(&network), array![[f64::INFINITY]]);
                let mut sgd = SGD::new(0.1)?;
                let result =
                    Stepper::default().step(&mut network, &MSELoss::new(), &mut sgd, &x, &array![[0.5]]);
                unless_changed(&before, &Weights::of(&network), result.map(drop))
            },
        ),
        refused(
            "rows of targets",
            &["MSELoss(mean), forward: yhat has shape (2, 1), expected (1, 1)"],
            || step(&array![[1.0], [2.0]], &array![[1.0]]),
        ),
        refused(
            "columns of inputs",
            &["forward: an example of the input has shape (2), expected (1)"],
            || step(&array![[1.0, 2.0]], &array![[1.0]]),
        ),
        refused("an empty batch", &["a batch of shape (0, 1) has no mean"], || {
            step(&Array2::zeros((0, 1)), &Array2::zeros((0, 1)))
        }),
        refused(
            "a huge batch",
            &["forward: the number of values in memory is ", ADDRESS],
            || {
                let one = array![[1.0]];
                step(
                    &one.broadcast((HUGE, 1)).unwrap(),
                    &one.broadcast((HUGE, 1)).unwrap(),
                )
            },
        ),
        refused(
            "an overflowing output",
            &["the output of module 0 (Linear(1 → 1)) has a NaN or an infinity"],
            || {
                let linear = Linear::from_parameters(array![[10.0], [0.0]])?;
                let mut network = Sequential::new(1).then(linear)?;
                let (x, y, mut sgd) = (array![[1e308]], array![[1.0]], SGD::new(0.1)?);
                Stepper::default()
                    .step(&mut network, &L1Loss::new(), &mut sgd, &x, &y)
                    .map(drop)
            },
        ),
        refused(
            "an overflowing loss",
            &["MSELoss(mean) is inf for outputs that are finite"],
            || step(&array![[1e200]], &array![[1.0]]),
        ),
    ]);
    for norm in [-1.0, f64::NAN] {
        let found = format!("clip_norm: largest is {norm}, expected a number of at least 0");
        rows.push(refused(
            format!("a stepper that clips to {norm}"),
            &[&found],
            move || {
                let (mut network, mut sgd) = (network(), SGD::new(0.1)?);
                let before = Weights::of(&network);
                let mut stepper = Stepper::with_clip_norm(norm);
                let (x, y) = (array![[1.0]], array![[1.0]]);
                let result = stepper.step(&mut network, &MSELoss::new(), &mut sgd, &x, &y);
                unless_changed(&before, &Weights::of(&network), result.map(drop))
            },
        ));
    }
    rows
}

fn evaluations() -> Vec<Row> {
    vec![
        refused(
            "evaluate two columns",
            &["predict: an example of the input has shape (2), expected (1)"],
            || {
                evaluate(
                    &network(),
                    &MSELoss::new(),
                    &Dataset::new(array![[1.0, 2.0]], array![[1.0]])?,
                    &[],
                )
            },
        ),
        refused(
            "evaluate nothing",
            &["a batch of shape (0, 1) has no mean"],
            || {
                let empty = Dataset::new(Array2::zeros((0, 1)), Array2::zeros((0, 1)))?;
                evaluate(&network(), &MSELoss::new(), &empty, &[])
            },
        ),
        refused(
            "evaluate many",
            &["predict: the number of predictions is ", ADDRESS],
            || {
                let none = Linear::from_parameters(array![[1.0]])?;
                let empty = Dataset::new(Array2::zeros((HUGE, 0)), Array2::zeros((HUGE, 0)))?;
                evaluate(&none, &MSELoss::new(), &empty, &[])
            },
        ),
        refused(
            "a metric",
            &["metric accuracy: y[1, 0] is 2, expected 0 or 1"],
            || {
                let accuracy = Metric::new("accuracy", metrics::accuracy);
                evaluate(&network(), &MSELoss::new(), &data(), &[accuracy])
            },
        ),
    ]
}
