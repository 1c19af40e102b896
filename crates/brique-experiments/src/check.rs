//! Whether the committed report is what the code gives.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{Error, Run, differences};

/// How far a number may be from the committed one, relative.
const TOLERANCE: f64 = 1e-9;

/// The experiment whose numbers are rounding errors: its claims bound them, and another processor rounds otherwise.
const OF_ROUNDING_ERRORS: &str = "contract";

/// The loosest bound of that experiment's claims: what is smaller counts as nothing.
const LARGEST_ROUNDING_ERROR: f64 = 1e-8;

/// What is wrong with `run` or with the report committed in `folder`, a sentence each.
///
/// Claims that fail, numbers of `results.json` that differ by more than 10⁻⁹ relative, a page that is missing, and
/// figures that are missing, broken or no longer made. The numbers of the experiment `contract` are rounding errors:
/// up to 10⁻⁸, the loosest bound of its claims, they count as nothing.
///
/// # Errors
///
/// Where the committed results cannot be read, or are no JSON.
pub fn faults(run: &Run, folder: &Path) -> Result<Vec<String>, Error> {
    let mut faults = failing_claims(run);
    faults.extend(differing_numbers(run, folder)?);
    if !folder.join("report.md").is_file() {
        faults.push(format!("{} is missing", folder.join("report.md").display()));
    }
    faults.extend(missing_or_foreign_figures(run, &folder.join("figures")));
    Ok(faults)
}

fn failing_claims(run: &Run) -> Vec<String> {
    run.claims()
        .filter(|claim| !claim.holds())
        .map(|claim| {
            format!(
                "claim {} fails: {} is not {}",
                claim.id,
                claim.measured_as_text(),
                claim.bound_as_text()
            )
        })
        .collect()
}

fn differing_numbers(run: &Run, folder: &Path) -> Result<Vec<String>, Error> {
    let path = folder.join("results.json");
    let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    let mut committed = serde_json::from_str(&text).map_err(|source| Error::Json {
        path: path.clone(),
        source,
    })?;
    let mut fresh = run.results();
    set_rounding_errors_aside(&mut committed);
    set_rounding_errors_aside(&mut fresh);
    let differences = differences(&committed, &fresh, TOLERANCE);
    Ok(differences
        .into_iter()
        .map(|difference| format!("results.json: {difference}"))
        .collect())
}

/// Makes nothing of the numbers that are rounding errors, in the experiment and in its claims.
fn set_rounding_errors_aside(results: &mut Value) {
    let numbers = results["experiments"]
        .get_mut(OF_ROUNDING_ERRORS)
        .and_then(Value::as_object_mut);
    numbers
        .into_iter()
        .flat_map(|numbers| numbers.values_mut())
        .for_each(set_aside);
    let claims = results.get_mut("claims").and_then(Value::as_array_mut);
    for claim in claims.into_iter().flatten() {
        let id = claim["id"].as_str().unwrap_or_default();
        if id.split('.').next() == Some(OF_ROUNDING_ERRORS) {
            set_aside(&mut claim["measured"]);
        }
    }
}

fn set_aside(number: &mut Value) {
    if number
        .as_f64()
        .is_some_and(|number| number.abs() <= LARGEST_ROUNDING_ERROR)
    {
        *number = Value::from(0.0);
    }
}

fn missing_or_foreign_figures(run: &Run, folder: &Path) -> Vec<String> {
    let made: BTreeSet<&str> = run.figures().map(|figure| figure.file.as_str()).collect();
    let whole = |file: &&str| {
        fs::read_to_string(folder.join(file))
            .is_ok_and(|svg| svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"))
    };
    let mut faults: Vec<String> = made
        .iter()
        .filter(|file| !whole(file))
        .map(|file| format!("figure {} is missing or broken", folder.join(file).display()))
        .collect();
    let present = fs::read_dir(folder).into_iter().flatten().flatten();
    faults.extend(
        present
            .filter(|entry| !made.contains(entry.file_name().to_string_lossy().as_ref()))
            .map(|entry| format!("figure {} is no longer made", entry.path().display())),
    );
    faults
}
