//! The definition of an experiment, and its result.

use serde_json::Value;

use crate::{Claim, Error, Figure, Workers};

/// One experiment of the report, or one that goes beyond it.
pub struct Experiment {
    /// The name that `--only` takes, and the key in `results.json`.
    pub name: &'static str,
    /// Its subject, in one line.
    pub summary: &'static str,
    /// How many times it calls the progress function.
    pub steps: fn(&Settings) -> usize,
    /// Which of its numbers the check of the committed report compares.
    pub agreement: Agreement,
    /// Runs it.
    pub run: Procedure,
}

/// Runs an experiment, and calls the given function after each step.
pub type Procedure = fn(&Settings, &mut Workers<'_>, &dyn Fn()) -> Result<Outcome, Error>;

/// Which of an experiment's numbers the check of the committed report compares, and how closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Every number, to 10⁻⁹ relative.
    Digits,
    /// As above, but a number that is not larger than the loosest bound of a rounding error counts as 0.
    RoundingErrors,
    /// Numbers called `median`, to a tenth, and the claims. This is for networks whose training amplifies the last
    /// digit, which another processor rounds differently.
    Medians,
}

/// The options of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The number of seeds of an experiment that is repeated over seeds.
    pub seeds: usize,
}

impl Settings {
    /// The seeds of the committed report.
    pub const SEEDS: usize = 20;
}

impl Default for Settings {
    /// The seeds of the committed report.
    fn default() -> Self {
        Self { seeds: Self::SEEDS }
    }
}

/// The result of an experiment.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its numbers, as in `results.json`.
    pub results: Value,
    /// Its claims.
    pub claims: Vec<Claim>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Its chapter of the report, in Markdown, without the table of claims.
    pub chapter: String,
    /// Its result in one line, for the terminal.
    pub headline: String,
}
