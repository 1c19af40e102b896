//! Options of schedules and plateaus, and factors at extreme steps.

use brique::optim::{Error, PlateauState};
use brique::prelude::*;

use super::{Row, gives, refused};

const NEVER: [f64; 5] = [
    -0.5,
    -f64::MIN_POSITIVE,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

type Try = fn(f64) -> Result<(), Error>;

pub fn rows() -> Vec<Row> {
    let options: [(&str, &str, &[f64], Try); 12] = [
        ("Schedule::step", "gamma", &[], |v| Schedule::step(3, v).map(drop)),
        ("Schedule::exponential", "gamma", &[], |v| {
            Schedule::exponential(v).map(drop)
        }),
        ("Schedule::cosine_of_length", "lowest", &[1.5], |v| {
            Schedule::cosine_of_length(3, v).map(drop)
        }),
        ("Schedule::cosine", "lowest", &[1.5], |v| {
            Schedule::cosine(v).map(drop)
        }),
        ("Schedule::one_cycle_with", "pct_start", &[1.5], |v| {
            Schedule::one_cycle_with(Some(9), v, 25.0, 1e4).map(drop)
        }),
        ("Schedule::one_cycle_with", "div_factor", &[0.0], |v| {
            Schedule::one_cycle_with(Some(9), 0.3, v, 1e4).map(drop)
        }),
        ("Schedule::one_cycle_with", "final_div_factor", &[0.0], |v| {
            Schedule::one_cycle_with(Some(9), 0.3, 25.0, v).map(drop)
        }),
        ("ReduceOnPlateau", "factor", &[1.0, 2.0], |v| {
            ReduceOnPlateau::new().factor(v).map(drop)
        }),
        ("ReduceOnPlateau", "threshold", &[1.0, 2.0], |v| {
            ReduceOnPlateau::new().threshold(v).map(drop)
        }),
        ("ReduceOnPlateau", "lowest", &[1.5], |v| {
            ReduceOnPlateau::new().lowest(v).map(drop)
        }),
        ("ReduceOnPlateau", "state.factor", &[1.5], |factor| {
            let state = PlateauState {
                factor,
                ..PlateauState::default()
            };
            ReduceOnPlateau::new().with_state(state).map(drop)
        }),
        ("Optim::new", "learning_rate", &[], |v| {
            SGD::<f64>::new(v).map(drop)
        }),
    ];
    let mut rows = Vec::new();
    for (function, argument, more, call) in &options[..10] {
        for &value in NEVER.iter().chain(*more) {
            let call = *call;
            let found = format!("{function}: {argument} is {value}, expected a");
            rows.push(refused(
                format!("{function} {argument} {value}"),
                &[&found],
                move || call(value),
            ));
        }
    }
    rows.push(refused(
        "plateau best NaN",
        &["state.best is NaN, expected a number"],
        || {
            ReduceOnPlateau::new().with_state(PlateauState {
                best: f64::NAN,
                ..PlateauState::default()
            })
        },
    ));
    let zero: [(&str, fn() -> Result<Schedule, Error>); 3] = [
        ("every", || Schedule::step(0, 0.5)),
        ("length", || Schedule::cosine_of_length(0, 0.5)),
        ("length", || Schedule::one_cycle_with(Some(0), 0.3, 25.0, 1e4)),
    ];
    for (argument, call) in zero {
        let found = format!("{argument} is 0, expected at least 1");
        rows.push(refused(format!("schedule {argument} 0"), &[&found], call));
    }
    rows.extend(extremes());
    rows
}

/// Factors at steps and options at the ends of their ranges; what is not finite is refused by an optimiser.
fn extremes() -> Vec<Row> {
    let factor = |name: &str, value: &str, schedule: Schedule, step: u64| {
        gives(format!("{name} at {step}"), value, move || {
            schedule.factor(step, u64::MAX)
        })
    };
    let last = u64::MAX;
    let mut rows = vec![
        factor("constant", "1.0", Schedule::Constant, last),
        factor("step", "0.5", Schedule::step(last, 0.5).unwrap(), last),
        factor("step 0", "0.0", Schedule::step(1, 0.0).unwrap(), last),
        factor("exponential", "0.0", Schedule::exponential(0.5).unwrap(), last),
        factor("exponential 2", "inf", Schedule::exponential(2.0).unwrap(), last),
        factor(
            "cosine",
            "0.25",
            Schedule::cosine_of_length(last, 0.25).unwrap(),
            last - 1,
        ),
        factor(
            "warm-up of 0",
            "1.0",
            Schedule::warm_up(0, Schedule::Constant),
            last,
        ),
        factor(
            "warm-up",
            "1.0",
            Schedule::warm_up(last, Schedule::Constant),
            last,
        ),
        factor(
            "cosine over the training",
            "0.25",
            Schedule::cosine(0.25).unwrap(),
            last - 1,
        ),
        factor(
            "one cycle of 1",
            "4e-6",
            Schedule::one_cycle_with(Some(1), 0.3, 25.0, 1e4).unwrap(),
            0,
        ),
        factor(
            "one cycle up only",
            "1.0",
            Schedule::one_cycle_with(Some(last), 1.0, 25.0, 1e4).unwrap(),
            last,
        ),
    ];
    for value in ["NaN", "inf"] {
        rows.push(gives(format!("a plateau of {value}"), "1.0", move || {
            ReduceOnPlateau::new()
                .patience(u64::MAX)
                .observe(value.parse().unwrap())
        }));
    }
    for schedule in [
        Schedule::exponential(2.0).unwrap(),
        Schedule::one_cycle_with(Some(9), 0.5, f64::MIN_POSITIVE / 8.0, 1.0).unwrap(),
    ] {
        rows.push(refused(
            format!("{schedule:?}"),
            &["SGD: learning_rate is ", "finite in f64"],
            move || {
                let step = if schedule == Schedule::exponential(2.0).unwrap() {
                    u64::MAX
                } else {
                    0
                };
                SGD::<f64>::new(0.1)?.set_learning_rate(0.1 * schedule.factor(step, u64::MAX))
            },
        ));
    }
    rows
}
