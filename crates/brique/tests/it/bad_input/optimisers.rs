//! Every option of every optimiser, with every kind of bad value, for both types of number; states; clipping.

use brique::optim::{Error, State};
use brique::prelude::*;

use super::{Row, refused, unless_changed};

/// Which values an option may have.
#[derive(Clone, Copy)]
pub enum Range {
    NotNegative,
    Positive,
    BelowOne,
}

type Try = fn(f64) -> Result<(), Error>;

fn options<T: Scalar>() -> Vec<(&'static str, &'static str, Range, Try)> {
    use Range::{BelowOne, NotNegative, Positive};
    vec![
        ("SGD", "learning_rate", NotNegative, |v| {
            SGD::<T>::new(v).map(drop)
        }),
        ("SGD", "momentum", NotNegative, |v| {
            SGD::<T>::new(0.1)?.momentum(v).map(drop)
        }),
        ("SGD", "momentum", Positive, |v| {
            SGD::<T>::new(0.1)?.nesterov(v).map(drop)
        }),
        ("SGD", "weight_decay", NotNegative, |v| {
            SGD::<T>::new(0.1)?.weight_decay(v).map(drop)
        }),
        ("Adam", "learning_rate", NotNegative, |v| {
            Adam::<T>::new(v).map(drop)
        }),
        ("Adam", "beta1", BelowOne, |v| {
            Adam::<T>::new(0.1)?.betas(v, 0.9).map(drop)
        }),
        ("Adam", "beta2", BelowOne, |v| {
            Adam::<T>::new(0.1)?.betas(0.9, v).map(drop)
        }),
        ("Adam", "eps", Positive, |v| Adam::<T>::new(0.1)?.eps(v).map(drop)),
        ("Adam", "weight_decay", NotNegative, |v| {
            Adam::<T>::new(0.1)?.weight_decay(v).map(drop)
        }),
        ("AdamW", "learning_rate", NotNegative, |v| {
            AdamW::<T>::new(v).map(drop)
        }),
        ("AdamW", "beta1", BelowOne, |v| {
            AdamW::<T>::new(0.1)?.betas(v, 0.9).map(drop)
        }),
        ("AdamW", "beta2", BelowOne, |v| {
            AdamW::<T>::new(0.1)?.betas(0.9, v).map(drop)
        }),
        ("AdamW", "eps", Positive, |v| {
            AdamW::<T>::new(0.1)?.eps(v).map(drop)
        }),
        ("AdamW", "weight_decay", NotNegative, |v| {
            AdamW::<T>::new(0.1)?.weight_decay(v).map(drop)
        }),
        ("RMSprop", "learning_rate", NotNegative, |v| {
            RMSprop::<T>::new(v).map(drop)
        }),
        ("RMSprop", "alpha", BelowOne, |v| {
            RMSprop::<T>::new(0.1)?.alpha(v).map(drop)
        }),
        ("RMSprop", "eps", Positive, |v| {
            RMSprop::<T>::new(0.1)?.eps(v).map(drop)
        }),
        ("RMSprop", "momentum", NotNegative, |v| {
            RMSprop::<T>::new(0.1)?.momentum(v).map(drop)
        }),
        ("RMSprop", "weight_decay", NotNegative, |v| {
            RMSprop::<T>::new(0.1)?.weight_decay(v).map(drop)
        }),
        ("Adagrad", "learning_rate", NotNegative, |v| {
            Adagrad::<T>::new(v).map(drop)
        }),
        ("Adagrad", "lr_decay", NotNegative, |v| {
            Adagrad::<T>::new(0.1)?.lr_decay(v).map(drop)
        }),
        ("Adagrad", "eps", Positive, |v| {
            Adagrad::<T>::new(0.1)?.eps(v).map(drop)
        }),
        ("Adagrad", "weight_decay", NotNegative, |v| {
            Adagrad::<T>::new(0.1)?.weight_decay(v).map(drop)
        }),
    ]
}

/// The bad values of a range in `T`, and what errors say that they should be.
fn bad<T: Scalar>(range: Range) -> (Vec<f64>, &'static str) {
    let mut values = vec![
        -0.5,
        -f64::MIN_POSITIVE,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    if matches!(range, Range::BelowOne) {
        values.extend([1.0, 1.5, 1e300]);
        return (values, "expected a number of at least 0 and below 1");
    }
    if T::NAME == "f32" {
        values.push(1e300);
    }
    if matches!(range, Range::NotNegative) {
        return (values, "expected a number of at least 0 that is finite in");
    }
    values.push(0.0);
    if T::NAME == "f32" {
        values.push(1e-300);
    }
    (
        values,
        "expected a number above 0 that is neither 0 nor infinite in",
    )
}

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows_of_options::<f64>(&mut rows);
    rows_of_options::<f32>(&mut rows);
    rows.extend(states());
    rows.extend(clipping());
    rows
}

fn rows_of_options<T: Scalar>(rows: &mut Vec<Row>) {
    for (optimiser, argument, range, call) in options::<T>() {
        let (values, expected) = bad::<T>(range);
        for value in values {
            let name = format!("{optimiser} {argument} {value} in {}", T::NAME);
            let found = format!("{optimiser}: {argument} is {value}, ");
            rows.push(refused(name, &[&found, expected], move || call(value)));
        }
    }
    let makers: [(&str, fn() -> Box<dyn Optimizer<T>>); 5] = [
        ("SGD", || Box::new(SGD::new(0.1).unwrap())),
        ("Adam", || Box::new(Adam::new(0.1).unwrap())),
        ("AdamW", || Box::new(AdamW::new(0.1).unwrap())),
        ("RMSprop", || Box::new(RMSprop::new(0.1).unwrap())),
        ("Adagrad", || Box::new(Adagrad::new(0.1).unwrap())),
    ];
    let (values, expected) = bad::<T>(Range::NotNegative);
    for (optimiser, make) in makers {
        for &value in &values {
            let found = format!("{optimiser}: learning_rate is {value}, ");
            let name = format!("{optimiser} set_learning_rate {value} in {}", T::NAME);
            rows.push(refused(name, &[&found, expected], move || {
                let mut optimizer = make();
                let result = optimizer.set_learning_rate(value);
                unless_changed(&0.1, &optimizer.learning_rate(), result)
            }));
        }
    }
}

fn linear(rows: usize, columns: usize) -> Linear {
    let mut linear = Linear::from_parameters(Array2::ones((rows, columns))).unwrap();
    linear.visit_parameters_mut(&mut |parameter| parameter.gradient_mut().fill(0.5));
    linear
}

fn after_a_step(mut optimizer: Box<dyn Optimizer>) -> Box<dyn Optimizer> {
    optimizer.step(&mut linear(3, 2)).unwrap();
    optimizer
}

type Named = (&'static str, fn() -> Box<dyn Optimizer>);

/// All with a state of their own.
const WITH_STATE: [Named; 5] = [
    ("SGD", || {
        after_a_step(Box::new(SGD::new(0.1).unwrap().momentum(0.5).unwrap()))
    }),
    ("Adam", || after_a_step(Box::new(Adam::new(0.1).unwrap()))),
    ("RMSprop", || after_a_step(Box::new(RMSprop::new(0.1).unwrap()))),
    ("RMSprop", || {
        after_a_step(Box::new(RMSprop::new(0.1).unwrap().momentum(0.5).unwrap()))
    }),
    ("Adagrad", || after_a_step(Box::new(Adagrad::new(0.1).unwrap()))),
];

fn set_state(make: fn() -> Box<dyn Optimizer>, state: State) -> Result<(), Error> {
    let mut optimizer = make();
    let before = optimizer.state().clone();
    let result = optimizer.set_state(state);
    unless_changed(&before, optimizer.state(), result)
}

/// Another module, another optimiser's state, and states whose buffers do not fit one another.
fn states() -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, (name, make)) in WITH_STATE.into_iter().enumerate() {
        let step = format!("{name}, step: parameter 0 of Linear(1 → 1) has shape (2, 1), expected (3, 2)");
        rows.push(refused(
            format!("{name} steps on another shape"),
            &[&step],
            move || {
                let (mut optimizer, mut other) = (make(), linear(2, 1));
                let before = (other.clone(), optimizer.state().clone());
                let result = optimizer.step(&mut other);
                unless_changed(&before, &(other, optimizer.state().clone()), result)
            },
        ));
        rows.push(refused(
            format!("{name} steps on two"),
            &["has 2 parameters, expected 1"],
            move || {
                let mut two = Sequential::new(2)
                    .then(linear(3, 2))
                    .unwrap()
                    .then(linear(3, 2))
                    .unwrap();
                let (before, mut optimizer) = (Weights::of(&two), make());
                let result = optimizer.step(&mut two);
                unless_changed(&before, &Weights::of(&two), result)
            },
        ));
        for (other, (of, other_make)) in WITH_STATE.into_iter().enumerate() {
            if index != other && !(of.starts_with("SGD") && name.starts_with("SGD")) {
                let part = format!("{name}, set_state: a state after 1 steps has the buffers [");
                rows.push(refused(
                    format!("{name} gets {of}'s state"),
                    &[&part, "expected ["],
                    move || set_state(make, other_make().state().clone()),
                ));
            }
        }
    }
    for (name, make) in [WITH_STATE[1], WITH_STATE[3]] {
        let misfit = [
            "have the shapes [(1, 1)], expected [(3, 2)]",
            "set_state: the matrices of buffer",
        ];
        rows.push(refused(format!("{name} gets a misfit"), &misfit, move || {
            let mut state = make().state().clone();
            state.buffers[1].values[0] = array![[1.0]];
            set_state(make, state)
        }));
    }
    rows
}

fn clipping() -> Vec<Row> {
    let mut rows = Vec::new();
    for value in [-1.0, -f64::MIN_POSITIVE, f64::NAN, f64::NEG_INFINITY] {
        let found = format!("largest is {value}, expected a number of at least 0");
        rows.push(refused(
            format!("clip_norm {value}"),
            &["clip_norm: ", &found],
            move || {
                let mut module = linear(3, 2);
                let result = clip_norm(&mut module, value).map(drop);
                unless_changed(&linear(3, 2), &module, result)
            },
        ));
        rows.push(refused(
            format!("clip_value {value}"),
            &["clip_value: ", &found],
            move || {
                let mut module = linear(3, 2);
                let result = clip_value(&mut module, value);
                unless_changed(&linear(3, 2), &module, result)
            },
        ));
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let found =
            format!("the gradient of parameter 0 of Linear(2 → 2) is {value} at [1, 0], expected finite");
        rows.push(refused(format!("clip_norm of {value}"), &[&found], move || {
            let mut module = linear(3, 2);
            module.visit_parameters_mut(&mut |parameter| parameter.gradient_mut()[[1, 0]] = value);
            let before = format!("{module:?}");
            let result = clip_norm(&mut module, 1.0).map(drop);
            unless_changed(&before, &format!("{module:?}"), result)
        }));
    }
    rows
}
