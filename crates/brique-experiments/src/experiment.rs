//! What an experiment is, and what it gives back.

use serde_json::Value;

use crate::{Claim, Error, Figure};

/// One experiment of the report, or one that goes beyond it.
pub struct Experiment {
    /// The name that `--only` takes, and the key in `results.json`.
    pub name: &'static str,
    /// What it shows, in a line.
    pub summary: &'static str,
    /// How many times it calls the progress function.
    pub steps: fn(&Settings) -> usize,
    /// What the check of the committed report compares of it.
    pub agreement: Agreement,
    /// Carries it out, calling the given function after each step.
    pub run: fn(&Settings, &dyn Fn()) -> Result<Outcome, Error>,
}

/// What the check of the committed report compares of an experiment's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Every number, to 10⁻⁹ relative.
    Digits,
    /// As above, but what is no larger than the loosest bound of a rounding error counts as nothing.
    RoundingErrors,
    /// Numbers called `median`, to a tenth, and the claims: for networks whose training makes much of the last digit,
    /// which another processor rounds otherwise.
    Medians,
}

/// What a user can choose for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Over how many seeds an experiment is repeated, where it is.
    pub seeds: usize,
    /// How many threads share the seeds. The results do not depend on it.
    pub threads: usize,
}

impl Settings {
    /// The seeds of the committed report.
    pub const SEEDS: usize = 20;
}

impl Default for Settings {
    /// The seeds of the committed report, on one thread.
    fn default() -> Self {
        Self {
            seeds: Self::SEEDS,
            threads: 1,
        }
    }
}

/// What an experiment gives back.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its numbers, as they stand in `results.json`.
    pub results: Value,
    /// Its claims.
    pub claims: Vec<Claim>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Its chapter of the report, in Markdown, without the table of claims.
    pub chapter: String,
    /// Its result in a line, for the terminal.
    pub headline: String,
}
