//! Checks whether the committed report equals what the code computes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::experiments::ALL;
use crate::{Agreement, Error, Experiment, Run, differences};

/// The largest allowed relative distance of a number from the committed one.
const TOLERANCE: f64 = 1e-9;

/// The largest allowed relative distance of a median of trained networks from the committed one.
const TOLERANCE_OF_MEDIANS: f64 = 0.1;

/// The loosest bound of a claim about rounding errors; smaller numbers count as 0.
const LARGEST_ROUNDING_ERROR: f64 = 1e-8;

/// The report that is committed in a folder.
pub struct Committed {
    folder: PathBuf,
    results: Value,
}

impl Committed {
    /// The report in `folder`.
    ///
    /// # Errors
    ///
    /// If its results cannot be read, or are not valid JSON.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("results.json");
        let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let results = serde_json::from_str(&text).map_err(|source| Error::Json { path, source })?;
        Ok(Self {
            folder: folder.to_owned(),
            results,
        })
    }

    /// The faults of `run` or of the committed report, one sentence each.
    ///
    /// Claims that fail, numbers of `results.json` that differ by more than 10⁻⁹ relative, a page that is missing, and
    /// figures that are missing, broken or no longer drawn. The [`Agreement`] of some experiments compares less:
    /// rounding errors up to 10⁻⁸ count as 0, and for trained networks only medians are compared, to a tenth.
    /// If a run has only some experiments, only these are compared.
    #[must_use]
    pub fn faults(&self, run: &Run) -> Vec<String> {
        let mut faults = failing_claims(run);
        faults.extend(self.differing_numbers(run));
        let page = self.folder.join("report.md");
        if !page.is_file() {
            faults.push(format!("{} is missing", page.display()));
        }
        faults.extend(missing_or_foreign_figures(run, &self.folder.join("figures")));
        faults
    }

    fn differing_numbers(&self, run: &Run) -> Vec<String> {
        let mut committed = self.results.clone();
        let mut current = run.results();
        if !is_whole(run) {
            leave_out_others(&mut committed, run);
        }
        let medians = [medians(&committed), medians(&current)];
        for results in [&mut committed, &mut current] {
            leave_to_claims(results);
        }
        let mut found = differences(&committed, &current, TOLERANCE);
        found.extend(differences(&medians[0], &medians[1], TOLERANCE_OF_MEDIANS));
        found
            .into_iter()
            .map(|difference| format!("results.json: {difference}"))
            .collect()
    }
}

/// Whether all experiments were run.
fn is_whole(run: &Run) -> bool {
    let is_there = |experiment: &Experiment| run.outcomes().iter().any(|(name, _)| *name == experiment.name);
    ALL.iter().all(is_there)
}

/// Removes from committed results all experiments that are not in a run.
fn leave_out_others(committed: &mut Value, run: &Run) {
    let is_run = |name: &str| run.outcomes().iter().any(|(other, _)| *other == name);
    if let Some(experiments) = committed["experiments"].as_object_mut() {
        experiments.retain(|name, _| is_run(name));
    }
    if let Some(claims) = committed["claims"].as_array_mut() {
        claims.retain(|claim| is_run(experiment_of(claim)));
    }
}

/// The name of the experiment that makes a claim: the beginning of its id.
fn experiment_of(claim: &Value) -> &str {
    claim["id"]
        .as_str()
        .unwrap_or_default()
        .split('.')
        .next()
        .unwrap_or_default()
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

/// The agreement of the experiment that a key of `experiments`, or the beginning of a claim's id, names.
fn agreement(name: &str) -> Agreement {
    let known = ALL.iter().find(|experiment| experiment.name == name);
    known.map_or(Agreement::Digits, |experiment| experiment.agreement)
}

/// Clears the numbers that only claims check: rounding errors, and numbers of trained networks.
fn leave_to_claims(results: &mut Value) {
    let experiments = results["experiments"].as_object_mut();
    for (name, numbers) in experiments.into_iter().flatten() {
        match agreement(name) {
            Agreement::Digits => {}
            Agreement::RoundingErrors => {
                numbers
                    .as_object_mut()
                    .into_iter()
                    .flat_map(|numbers| numbers.values_mut())
                    .for_each(set_aside);
            }
            Agreement::Medians => *numbers = Value::Null,
        }
    }
    let claims = results.get_mut("claims").and_then(Value::as_array_mut);
    for claim in claims.into_iter().flatten() {
        match agreement(experiment_of(claim)) {
            Agreement::Digits => {}
            Agreement::RoundingErrors => set_aside(&mut claim["measured"]),
            Agreement::Medians => claim["measured"] = Value::Null,
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

/// The medians in the results of the experiments with trained networks.
fn medians(results: &Value) -> Value {
    let experiments = results["experiments"].as_object().into_iter().flatten();
    let trained = experiments.filter(|(name, _)| agreement(name) == Agreement::Medians);
    let trained: Map<String, Value> = trained
        .map(|(name, numbers)| (name.clone(), medians_in(numbers)))
        .collect();
    json!({ "experiments": trained })
}

fn medians_in(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let remaining = entries.iter().map(|(key, value)| {
                let remaining = if key == "median" {
                    value.clone()
                } else {
                    medians_in(value)
                };
                (key.clone(), remaining)
            });
            remaining.collect()
        }
        Value::Array(entries) => entries.iter().map(medians_in).collect(),
        _ => Value::Null,
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
    // If a run has only some experiments, the figures of the others are not extra files.
    let present = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|_| is_whole(run));
    faults.extend(
        present
            .filter(|entry| !made.contains(entry.file_name().to_string_lossy().as_ref()))
            .map(|entry| format!("figure {} is no longer made", entry.path().display())),
    );
    faults
}
