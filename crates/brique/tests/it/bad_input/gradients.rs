//! Gradient checks that could show nothing.

use brique::gradcheck::GradientCheck;
use brique::prelude::*;

use super::{Row, refused, refused_undrawn};

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let checks = |argument: &'static str, value: f64| match argument {
        "step" => GradientCheck::default().step(value),
        _ => GradientCheck::default().tolerance(value),
    };
    let never = [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let steps = never.into_iter().chain([0.0, 1e-300, f64::EPSILON]);
    let all = steps
        .map(|step| ("step", step))
        .chain(never.map(|tolerance| ("tolerance", tolerance)));
    for (argument, value) in all {
        let found = format!("gradient check: {argument} is {value}, expected a finite number");
        rows.push(refused_undrawn(
            format!("module {argument} {value}"),
            &["Tanh, ", &found],
            move |rng| checks(argument, value).module(&mut Tanh, &array![[0.5]], rng),
        ));
        rows.push(refused(
            format!("loss {argument} {value}"),
            &["MSELoss(mean), ", &found],
            move || checks(argument, value).loss(&MSELoss::new(), &array![[0.5]], &array![[1.0]]),
        ));
    }
    let linear = || Linear::from_parameters(array![[1.0], [0.5]]).unwrap();
    rows.push(refused_undrawn(
        "input",
        &["forward: ", "has shape (2), expected (1)"],
        move |rng| GradientCheck::default().module(&mut linear(), &array![[1.0, 2.0]], rng),
    ));
    rows.push(refused(
        "delta",
        &["backward_delta: delta has shape (2, 1), expected (1, 1)"],
        move || GradientCheck::default().module_at(&mut linear(), &array![[1.0]], &array![[1.0], [2.0]]),
    ));
    rows
}
