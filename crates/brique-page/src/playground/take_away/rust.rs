//! The Rust program that does the same.

use super::data::rows;
use super::rust_network;
use crate::playground::targets::TargetForm;
use crate::playground::{Dtype, Loss, Optimizer, Playground, Schedule, Task};

/// Returns the whole program.
pub(super) fn program(playground: &Playground) -> String {
    let split = &playground.examples().split;
    let mut parts = vec![
        HEADER.to_owned(),
        train(playground),
        rust_network::network(playground),
        dataset(playground),
        digest(playground.config().dtype),
        constant("The training set.", "TRAIN", &rows(playground, &split.train)),
    ];
    if !split.test.is_empty() {
        parts.push(constant("The test set.", "TEST", &rows(playground, &split.test)));
    }
    parts.join("\n")
}

const HEADER: &str = r#"//! Trains the network of a playground with Brique: the same data, the same steps, the same bits.
//!
//! Its Cargo.toml, beside a clone of Brique:
//!
//! ```toml
//! [package]
//! name = "taken_away"
//! edition = "2024"
//!
//! [dependencies]
//! brique = { path = "../brique/crates/brique" }
//! ```
//!
//! `cargo run --release` uses the best instructions of the processor. `cargo run --release -- baseline` computes as
//! the page does, and prints the digest that the page shows at the end of the training.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;

use brique::prelude::*;
use brique::tensor::SimdLevel;

fn main() -> Result<(), Box<dyn Error>> {
    let digest = match std::env::args().nth(1).as_deref() {
        Some("baseline") => SimdLevel::Baseline.run(train)??,
        _ => train()?,
    };
    println!("digest {digest}");
    Ok(())
}
"#;

/// Returns the name of a type with numbers of this type; `f64` is the default.
pub(super) fn of_numbers(name: &str, dtype: Dtype) -> String {
    match dtype {
        Dtype::Float32 => format!("{name}<f32>"),
        Dtype::Float64 => name.to_owned(),
    }
}

/// Returns the function that computes the digest.
fn digest(dtype: Dtype) -> String {
    let network = of_numbers("Sequential", dtype);
    format!(
        r#"/// Returns FNV-1a over the number of steps and the bits of all parameters.
fn digest(network: &{network}, steps: u64) -> String {{
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {{
        for &byte in bytes {{
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }}
    }};
    add(&steps.to_le_bytes());
    network.visit_parameters(&mut |parameter| {{
        for value in parameter.value() {{
            add(&value.to_le_bytes());
        }}
    }});
    format!("{{hash:016x}}")
}}
"#
    )
}

/// Returns the function that trains.
fn train(playground: &Playground) -> String {
    let config = playground.config();
    let has_test = !playground.examples().split.test.is_empty();
    let sets = if has_test {
        "let (train, test) = (dataset(TRAIN)?, dataset(TEST)?);"
    } else {
        "let train = dataset(TRAIN)?;"
    };
    let (measure, metric) = match playground.examples().task {
        Task::Classification => ("accuracy", "metrics::accuracy_of_logits"),
        Task::Regression => ("mean absolute error", "metrics::mean_absolute_error"),
    };
    let evaluated = if has_test {
        "[(\"training\", &train), (\"test\", &test)]"
    } else {
        "[(\"training\", &train)]"
    };
    let mut fit = vec![format!(
        "let fit = Fit::new({}, {}).shuffle({});",
        config.epochs, config.batch, config.seed
    )];
    if !matches!(config.schedule, Schedule::Constant {}) {
        let schedule = schedule(&config.schedule);
        fit.push(format!("let fit = fit.schedule_by_step({schedule});"));
    }
    if let Some(largest) = config.clip_norm {
        fit.push(format!("let fit = fit.clip_norm({largest:?});"));
    }
    let fit: String = fit.iter().flat_map(|line| ["    ", line, "\n"]).collect();
    format!(
        r#"/// Trains the network, and returns a digest of its parameters.
pub(crate) fn train() -> Result<String, Box<dyn Error>> {{
    {sets}
    let mut network = network()?;
    println!("{{network:#}}");
    let loss = {loss};
    let mut optimizer = {optimizer};
{fit}    fit.run(&mut network, &loss, &mut optimizer, &train)?;

    let metric = Metric::new("{measure}", {metric});
    for (name, data) in {evaluated} {{
        let found = evaluate(&network, &loss, data, &[metric])?;
        let (value, measured) = (found.loss, found.metrics[0]);
        println!("{{name}} set: loss {{value:.6}}, {measure} {{measured:.4}}");
    }}
    let steps = {epochs} * train.len().div_ceil({batch}) as u64;
    Ok(digest(&network, steps))
}}
"#,
        loss = loss(&config.loss),
        optimizer = optimizer(&config.optimizer),
        epochs = config.epochs,
        batch = config.batch,
    )
}

fn loss(loss: &Loss) -> String {
    match loss {
        Loss::CrossEntropyLoss { label_smoothing } if *label_smoothing == 0.0 => {
            "CrossEntropyLoss::new()".to_owned()
        }
        Loss::CrossEntropyLoss { label_smoothing } => {
            format!("CrossEntropyLoss::new().label_smoothing({label_smoothing:?})?")
        }
        Loss::BCEWithLogitsLoss {} => "BCEWithLogitsLoss::new()".to_owned(),
        Loss::MSELoss {} => "MSELoss::new()".to_owned(),
        Loss::L1Loss {} => "L1Loss::new()".to_owned(),
        Loss::HuberLoss { delta } => format!("HuberLoss::new().delta({delta:?})?"),
        Loss::HingeLoss {} => "HingeLoss::new()".to_owned(),
    }
}

fn optimizer(optimizer: &Optimizer) -> String {
    // A method is written only if its argument is not the default.
    let method = |name: &str, value: f64, default: f64| {
        if value.to_bits() == default.to_bits() {
            String::new()
        } else {
            format!(".{name}({value:?})?")
        }
    };
    match *optimizer {
        Optimizer::SGD {
            learning_rate,
            momentum,
            nesterov,
            weight_decay,
        } => {
            let momentum = if nesterov {
                format!(".nesterov({momentum:?})?")
            } else {
                method("momentum", momentum, 0.0)
            };
            let decay = method("weight_decay", weight_decay, 0.0);
            format!("SGD::new({learning_rate:?})?{momentum}{decay}")
        }
        Optimizer::Adam {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let decay = method("weight_decay", weight_decay, 0.0);
            format!("Adam::new({learning_rate:?})?.betas({beta_1:?}, {beta_2:?})?{decay}")
        }
        Optimizer::AdamW {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let decay = method("weight_decay", weight_decay, 0.01);
            format!("AdamW::new({learning_rate:?})?.betas({beta_1:?}, {beta_2:?})?{decay}")
        }
        Optimizer::RMSprop {
            learning_rate,
            alpha,
            momentum,
            weight_decay,
        } => {
            let alpha = method("alpha", alpha, 0.99);
            let momentum = method("momentum", momentum, 0.0);
            let decay = method("weight_decay", weight_decay, 0.0);
            format!("RMSprop::new({learning_rate:?})?{alpha}{momentum}{decay}")
        }
        Optimizer::Adagrad {
            learning_rate,
            lr_decay,
            weight_decay,
        } => {
            let decay = method("lr_decay", lr_decay, 0.0);
            let weight_decay = method("weight_decay", weight_decay, 0.0);
            format!("Adagrad::new({learning_rate:?})?{decay}{weight_decay}")
        }
    }
}

fn schedule(schedule: &Schedule) -> String {
    match *schedule {
        Schedule::Constant {} => "Schedule::Constant".to_owned(),
        Schedule::Step { every, gamma } => format!("Schedule::step({every}, {gamma:?})?"),
        Schedule::Exponential { gamma } => format!("Schedule::exponential({gamma:?})?"),
        Schedule::Cosine { lowest } => format!("Schedule::cosine({lowest:?})?"),
        Schedule::WarmUp { steps, lowest } => {
            format!("Schedule::warm_up({steps}, Schedule::cosine({lowest:?})?)")
        }
        Schedule::OneCycle {} => "Schedule::one_cycle()".to_owned(),
    }
}

/// Returns the function that makes a data set of a text.
fn dataset(playground: &Playground) -> String {
    let is_plane = playground.examples().inputs.ncols() == 2;
    let read = if is_plane {
        r"    let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    let numbers = numbers?;
    let rows = Array2::from_shape_vec((numbers.len() / 3, 3), numbers)?;
    let (x, y) = rows.view().split_at(ndarray::Axis(1), 2);
    let data = Dataset::new(x.to_owned(), y.to_owned())?;
"
    } else {
        r"    let indices: Result<Vec<usize>, _> = text.split_whitespace().map(str::parse).collect();
    let (x, y) = digits()?.select(&indices?)?.into_parts();
    let data = Dataset::new(x / 16.0, y)?;
"
    };
    let result = match playground.form {
        TargetForm::ClassIndices { .. } | TargetForm::ZeroOne | TargetForm::Numbers => {
            "    Ok(data)\n".to_owned()
        }
        TargetForm::Signs => r"    let signs = data.targets().mapv(|class| 2.0 * class - 1.0);
    Ok(data.with_targets(signs)?)
"
        .to_owned(),
        TargetForm::OneHot { classes } => format!(
            "    let rows = one_hot(&data.classes(), {classes})?;\n    Ok(data.with_targets(rows)?)\n"
        ),
    };
    let what = if is_plane {
        "/// Reads rows of two coordinates and a target."
    } else {
        "/// Returns the digits with these indices, with pixels from 0 to 1."
    };
    let dtype = playground.config().dtype;
    // The pixels of the digits are the same numbers in both types.
    let cast = match dtype {
        Dtype::Float32 if is_plane => "    let data = data.cast::<f32>();\n",
        _ => "",
    };
    let dataset = of_numbers("Dataset", dtype);
    format!(
        "{what}\nfn dataset(text: &str) -> Result<{dataset}, Box<dyn Error>> {{\n{read}{cast}{result}}}\n"
    )
}

/// Returns a constant with a text of several lines.
fn constant(what: &str, name: &str, rows: &str) -> String {
    format!("/// {what}\nconst {name}: &str = \"\n{rows}\";\n")
}
