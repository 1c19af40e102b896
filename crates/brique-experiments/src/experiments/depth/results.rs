//! The results of each configuration, the chosen one, and their numbers.

use serde_json::{Value, json};

use super::sweep::{Measured, Plan, TEST, board};
use crate::accuracy::{best_possible, checkerboard_rule};
use crate::experiments::classification::EPSILON;
use crate::statistics::{median, quantile};

/// A configuration with the results of its seeds.
pub(super) struct Row {
    pub(super) plan: Plan,
    pub(super) train: Vec<f64>,
    pub(super) validation: Vec<f64>,
    pub(super) test: Vec<f64>,
    /// Of the matrix products of training, early stop included.
    pub(super) multiply_adds: Vec<f64>,
}

pub(super) fn row(plan: Plan, measured: &[Measured]) -> Row {
    let of = |value: fn(&Measured) -> f64| {
        let its = measured.iter().filter(|one| one.plan == plan);
        its.map(value).collect()
    };
    Row {
        plan,
        train: of(|one| one.train),
        validation: of(|one| one.validation),
        test: of(|one| one.test),
        multiply_adds: of(|one| one.multiply_adds),
    }
}

/// The configuration with the highest median accuracy on the validation sets; the test sets have no influence.
pub(super) fn chosen(rows: &[Row]) -> &Row {
    rows.iter().fold(&rows[0], |best, row| {
        let is_better = median(&row.validation) > median(&best.validation);
        if is_better { row } else { best }
    })
}

pub(super) fn results(rows: &[Row], chosen: &Row) -> Value {
    let accuracy = |values: &[f64]| {
        json!({
            "median": median(values),
            "lowest": quantile(values, 0.0),
            "highest": quantile(values, 1.0),
            "by_seed": values,
        })
    };
    let configurations = rows.iter().map(|row| {
        json!({
            "network": row.plan.network.name(),
            "examples": row.plan.examples,
            "parameters": row.plan.network.parameters(),
            "epochs": row.plan.epochs(),
            "multiply_adds_by_seed": row.multiply_adds,
            "train_accuracy": accuracy(&row.train),
            "validation_accuracy": accuracy(&row.validation),
            "test_accuracy": accuracy(&row.test),
        })
    });
    json!({
        "configurations": configurations.collect::<Vec<_>>(),
        "chosen": { "network": chosen.plan.network.name(), "examples": chosen.plan.examples },
        "best_possible_accuracy": ceiling(),
        "rule_accuracy": checkerboard_rule(EPSILON),
    })
}

/// The accuracy that no classifier exceeds on average.
pub(super) fn ceiling() -> f64 {
    best_possible(&board(TEST))
}
