//! What a judge saw.

use std::fmt;

use brique_tensor::SimdLevel;

use crate::{Failure, Report};

/// What was judged, and found right: how many cases, and how much of them was compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    levels: Vec<SimdLevel>,
    cases: usize,
    checks: usize,
    entries: usize,
    kinks: usize,
    largest_part: f64,
}

impl Judgement {
    pub(crate) fn new(levels: &[SimdLevel]) -> Self {
        Self {
            levels: levels.to_vec(),
            ..Self::default()
        }
    }

    /// The SIMD levels at which every case was judged, the best one first. What the other methods count is counted once,
    /// at the best level.
    #[must_use]
    pub fn levels(&self) -> &[SimdLevel] {
        &self.levels
    }

    /// How many modules, or losses with a target and a prediction, were judged.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// How many checks they passed, all together.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.checks
    }

    /// How many entries of gradients were compared with differences.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// How many entries of gradients were skipped as kinks.
    #[must_use]
    pub fn kinks(&self) -> usize {
        self.kinks
    }

    /// The largest error of an entry at any SIMD level, as a part of what is allowed.
    #[must_use]
    pub fn largest_part(&self) -> f64 {
        self.largest_part
    }

    pub(crate) fn add_case(&mut self) {
        self.cases += 1;
    }

    pub(crate) fn add_check(&mut self) {
        self.checks += 1;
    }

    /// Adds what one case passed at one SIMD level: its counts if that is the best level, and its largest error.
    pub(crate) fn add_level(&mut self, level: SimdLevel, passed: &Self) {
        if self.levels.first() == Some(&level) {
            self.checks += passed.checks;
            self.entries += passed.entries;
            self.kinks += passed.kinks;
        }
        self.largest_part = self.largest_part.max(passed.largest_part);
    }

    /// Counts what a report compared; one of failures fails. Nothing but kinks in one case is no failure of all.
    pub(crate) fn add_gradient(&mut self, report: Report) -> Result<(), Failure> {
        if report.failures() > 0 {
            return Err(Failure::Gradient(Box::new(report)));
        }
        self.checks += 1;
        self.entries += report.entries();
        self.kinks += report.kinks();
        let part = report.worst().map_or(0.0, |(_, worst)| worst.part());
        self.largest_part = self.largest_part.max(part);
        Ok(())
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels: Vec<String> = self.levels.iter().map(SimdLevel::to_string).collect();
        write!(
            f,
            "{} cases passed {} checks at SIMD level {}; {} entries of gradients compared, {} kinks skipped, largest error \
             {:.2} of what is allowed",
            self.cases,
            self.checks,
            levels.join(" and "),
            self.entries,
            self.kinks,
            self.largest_part
        )
    }
}
