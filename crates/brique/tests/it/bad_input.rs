//! Bad parameters and bad shapes for every checked method: each is a typed error that names what was found and what was
//! expected, or a documented result. Nothing panics, nothing aborts, and nothing has changed afterwards.
#![allow(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "a table is as long as its rows, and its type is read where it is"
)]

mod convolutions;
mod datasets;
mod gradients;
mod layers;
mod losses;
mod metrics;
mod numbers;
mod optimisers;
mod schedules;
mod training;

use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};

use brique::prelude::*;

/// More `f64` than any address space of 2⁴⁸ bytes can hold; systems that promise memory that they do not have refuse it
/// too.
pub const HUGE: usize = 1 << 46;

/// What the messages about too large sizes say.
pub const ADDRESS: &str = "expected as many as memory can address";

/// One combination: what is called, and what must come of it.
pub struct Row {
    name: String,
    call: Box<dyn FnOnce() -> Result<String, String>>,
    expected: Expected,
}

enum Expected {
    /// An error whose message contains all of these.
    Error(Vec<String>),
    /// A documented result, as `Debug` shows it.
    Value(String),
}

/// A call that is refused; the message contains all `parts`.
pub fn refused<T, E: Display>(
    name: impl Into<String>,
    parts: &[&str],
    call: impl FnOnce() -> Result<T, E> + 'static,
) -> Row {
    Row {
        name: name.into(),
        call: Box::new(|| match call() {
            Ok(_) => Ok("no error".to_owned()),
            Err(error) => Err(error.to_string()),
        }),
        expected: Expected::Error(parts.iter().map(|&part| part.to_owned()).collect()),
    }
}

/// A call with a documented result.
pub fn gives<T: Debug>(name: impl Into<String>, value: &str, call: impl FnOnce() -> T + 'static) -> Row {
    Row {
        name: name.into(),
        call: Box::new(|| Ok(format!("{:?}", call()))),
        expected: Expected::Value(value.to_owned()),
    }
}

/// As [`refused`], for a call that could draw from a source: it must not.
pub fn refused_undrawn<T, E: Display>(
    name: impl Into<String>,
    parts: &[&str],
    call: impl FnOnce(&mut dyn RandomSource) -> Result<T, E> + 'static,
) -> Row {
    refused(name, parts, || {
        let mut rng = NumpyRandomState::new(7);
        let result = call(&mut rng).map(drop).map_err(|error| error.to_string());
        unless_changed(&NumpyRandomState::new(7), &rng, result)
    })
}

/// Passes the error on if the state is what it was; else there is none.
pub fn unless_changed<S: PartialEq, E>(before: &S, after: &S, result: Result<(), E>) -> Result<(), E> {
    if before == after { result } else { Ok(()) }
}

/// What is wrong about a row, if anything is.
fn complaint(row: Row) -> Option<String> {
    let Row { name, call, expected } = row;
    let Ok(found) = catch_unwind(AssertUnwindSafe(call)) else {
        return Some(format!("{name}: panicked"));
    };
    match (expected, found) {
        (Expected::Error(parts), Err(message)) => {
            let missing = parts.into_iter().find(|part| !message.contains(part))?;
            Some(format!("{name}: {message:?} lacks {missing:?}"))
        }
        (Expected::Value(value), Ok(found)) => {
            (found != value).then(|| format!("{name}: {found}, expected {value}"))
        }
        (_, found) => Some(format!("{name}: {found:?}")),
    }
}

#[test]
fn every_bad_input_is_an_error_or_a_documented_result() {
    let tables: [(&str, fn() -> Vec<Row>, usize); 10] = [
        ("convolutions", convolutions::rows, 40),
        ("datasets", datasets::rows, 60),
        ("gradients", gradients::rows, 10),
        ("layers", layers::rows, 150),
        ("losses", losses::rows, 100),
        ("metrics", metrics::rows, 60),
        ("numbers", numbers::rows, 15),
        ("optimisers", optimisers::rows, 300),
        ("schedules", schedules::rows, 50),
        ("training", training::rows, 25),
    ];
    let (mut count, mut complaints) = (0, Vec::new());
    for (table, rows, least) in tables {
        let rows = rows();
        assert!(rows.len() >= least, "{table}: only {} combinations", rows.len());
        count += rows.len();
        complaints.extend(rows.into_iter().filter_map(complaint));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(count >= 1500, "only {count} combinations");
}
