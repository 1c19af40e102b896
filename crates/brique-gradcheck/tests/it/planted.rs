//! Every planted mistake is caught, what it was planted into is not, and docs/testing.md says by which check.

use std::fs;
use std::path::Path;

use brique_core::{Loss, Reduction};
use brique_gradcheck::GradientCheck;
use brique_gradcheck::loss_laws::{LOSS_LAWS, reductions_agree};
use brique_gradcheck::module_laws::{LINEAR_LAWS, MODULE_LAWS};
use brique_tensor::ndarray::Array2;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::composite_mistakes;
use crate::loss_mistakes::{self, LossMistake};
use crate::module_mistakes::{self, ModuleMistake};
use crate::toy::Toy;
use crate::toy_loss::ToyLoss;
use crate::toys::normal;

const ROWS: usize = 4;

/// The names of the checks that a module fails. A panic is a failure too.
fn failed_by_module(toy: &Toy, is_linear: bool) -> Vec<&'static str> {
    let x = normal((ROWS, toy.inputs), 1);
    let outputs = (toy.outputs)(toy.inputs).unwrap();
    let delta = normal((ROWS, outputs), 2);
    let mut failed = Vec::new();
    let gradient = catch_unwind(AssertUnwindSafe(|| {
        let report = GradientCheck::default().module_at(&mut toy.clone(), &x, &delta);
        report.unwrap().verdict().is_ok()
    }));
    if !gradient.unwrap_or(false) {
        failed.push("gradient");
    }
    let laws = MODULE_LAWS.iter().chain(LINEAR_LAWS.iter().filter(|_| is_linear));
    for (name, law) in laws {
        let held = catch_unwind(AssertUnwindSafe(|| law(&mut toy.clone(), &x, &delta).is_ok()));
        if !held.unwrap_or(false) {
            failed.push(name);
        }
    }
    failed
}

/// The names of the checks that a loss fails, with whichever reduction.
fn failed_by_loss(
    make: &dyn Fn(Reduction) -> ToyLoss,
    y: &Array2<f64>,
    yhat: &Array2<f64>,
) -> Vec<&'static str> {
    let all = [Reduction::Mean, Reduction::BatchMean, Reduction::Sum];
    let mut failed = Vec::new();
    let gradient = |reduction| {
        GradientCheck::default()
            .loss(&make(reduction), y, yhat)
            .unwrap()
            .verdict()
            .is_ok()
    };
    if !all.into_iter().all(gradient) {
        failed.push("gradient");
    }
    for (name, law) in LOSS_LAWS {
        if !all
            .into_iter()
            .all(|reduction| law(&make(reduction), y, yhat).is_ok())
        {
            failed.push(name);
        }
    }
    let boxed = |reduction| -> Box<dyn Loss> { Box::new(make(reduction)) };
    if reductions_agree(&boxed, y, yhat).is_err() {
        failed.push("reductions_agree");
    }
    failed
}

fn is_linear(toy: &Toy) -> bool {
    ["Linear", "Conv1D"].contains(&toy.name)
}

/// The table of docs/testing.md: what is planted, into what, and the checks that catch it.
fn table() -> String {
    let mut rows = vec![
        "| mistake | planted in | caught by |".to_owned(),
        "|---|---|---|".to_owned(),
    ];
    let mut row = |what: &str, place: &str, failed: &[&str]| {
        assert!(!failed.is_empty(), "{what}, planted in {place}, is not caught");
        let failed: Vec<String> = failed.iter().map(|name| format!("`{name}`")).collect();
        rows.push(format!("| {what} | {place} | {} |", failed.join(", ")));
    };
    for ModuleMistake { what, right, plant } in module_mistakes::all() {
        let mut toy = right();
        let linear = is_linear(&toy);
        plant(&mut toy);
        row(what, toy.name, &failed_by_module(&toy, linear));
    }
    for LossMistake { what, right, plant } in loss_mistakes::all() {
        let (toy, y, yhat) = right();
        let make = |reduction| {
            let mut loss = toy.with(reduction);
            plant(&mut loss);
            loss
        };
        row(what, toy.name, &failed_by_loss(&make, &y, &yhat));
    }
    rows.join("\n") + "\n"
}

#[test]
fn what_is_right_passes_every_check() {
    for ModuleMistake { right, .. } in module_mistakes::all() {
        let toy = right();
        assert_eq!(
            failed_by_module(&toy, is_linear(&toy)),
            Vec::<&str>::new(),
            "{}",
            toy.name
        );
    }
    for LossMistake { right, .. } in loss_mistakes::all() {
        let (toy, y, yhat) = right();
        let failed = failed_by_loss(&|reduction| toy.with(reduction), &y, &yhat);
        assert_eq!(failed, Vec::<&str>::new(), "{}", toy.name);
    }
}

#[test]
fn every_planted_mistake_is_caught_by_the_check_that_the_documentation_names() {
    let table = table();
    assert!(table.lines().count() >= 2 + 30, "fewer mistakes than promised");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/testing.md");
    let text = fs::read_to_string(page).unwrap();
    assert!(
        text.contains(&table),
        "the table of docs/testing.md has to be\n\n{table}"
    );
    let table = composite_mistakes::table();
    assert!(
        text.contains(&table),
        "the table of composite modules in docs/testing.md has to be\n\n{table}"
    );
}

/// A law that no mistake breaks may be one that holds for anything.
#[test]
fn every_check_catches_something() {
    let table = table() + &composite_mistakes::table();
    let names = MODULE_LAWS.iter().map(|(name, _)| *name);
    let names = names.chain(LINEAR_LAWS.iter().map(|(name, _)| *name));
    let names = names.chain(LOSS_LAWS.iter().map(|(name, _)| *name));
    for name in names.chain(["gradient", "reductions_agree", "everything_is_passed_on"]) {
        assert!(
            table.contains(&format!("`{name}`")),
            "{name} catches none of the planted mistakes"
        );
    }
}
