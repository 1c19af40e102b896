//! Runs experiments and writes their results.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::report::report;
use crate::{Claim, Error, Experiment, Figure, Outcome, Settings, Workers};

/// The results of experiments, in order.
pub struct Run {
    outcomes: Vec<(&'static str, Outcome)>,
}

impl Run {
    /// Runs one experiment after the other. `progress` is called with the name after each of its steps.
    ///
    /// # Errors
    ///
    /// The first error of an experiment, which is an error in every process.
    pub fn of(
        experiments: &[&Experiment],
        settings: &Settings,
        workers: &mut Workers<'_>,
        progress: &dyn Fn(&'static str),
    ) -> Result<Self, Error> {
        let outcomes: Result<_, Error> = experiments
            .iter()
            .map(|experiment| {
                let outcome = (experiment.run)(settings, workers, &|| progress(experiment.name))?;
                Ok((experiment.name, outcome))
            })
            .collect();
        let outcomes = outcomes.inspect_err(|error| workers.fail(error))?;
        Ok(Self { outcomes })
    }

    /// A run with changed outcomes, by the names of their experiments.
    #[must_use]
    pub fn with_outcomes(outcomes: Vec<(&'static str, Outcome)>) -> Self {
        Self { outcomes }
    }

    /// The experiments by name, with their results.
    #[must_use]
    pub fn outcomes(&self) -> &[(&'static str, Outcome)] {
        &self.outcomes
    }

    /// All claims, in order.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.outcomes.iter().flat_map(|(_, outcome)| &outcome.claims)
    }

    /// All figures, in order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.outcomes.iter().flat_map(|(_, outcome)| &outcome.figures)
    }

    /// The content of `results.json`.
    #[must_use]
    pub fn results(&self) -> Value {
        let experiments: Map<String, Value> = self
            .outcomes
            .iter()
            .map(|(name, outcome)| ((*name).to_owned(), outcome.results.clone()))
            .collect();
        json!({
            "experiments": experiments,
            "claims": self.claims().map(Claim::to_json).collect::<Vec<_>>(),
        })
    }

    /// Writes `results.json`, `report.md` and `figures/*.svg` into `folder`, which is created if it is missing.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let figures = folder.join("figures");
        fs::create_dir_all(&figures).map_err(Error::file("make", &figures))?;
        for figure in self.figures() {
            write(&figures.join(&figure.file), &figure.svg)?;
        }
        write(
            &folder.join("results.json"),
            &(serde_json::to_string_pretty(&self.results())? + "\n"),
        )?;
        write(&folder.join("report.md"), &report(&self.outcomes))
    }

    /// Writes as [`write`](Self::write) does, and replaces the whole content of `folder`. It writes to another folder
    /// first, so `folder` always contains a complete report.
    ///
    /// # Errors
    ///
    /// If a file cannot be written, or the old folder cannot be replaced.
    pub fn replace(&self, folder: &Path) -> Result<(), Error> {
        let new = folder.with_extension("new");
        emptied(&new)?;
        self.write(&new)?;
        emptied(folder)?;
        fs::rename(&new, folder).map_err(Error::file("replace", folder))
    }
}

/// Removes a folder that an earlier run created, with its content.
///
/// # Errors
///
/// If it cannot be removed.
pub fn emptied(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("empty", folder))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::file("write", path))
}
