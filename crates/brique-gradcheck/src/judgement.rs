//! The result of a judge.

use std::fmt;

use brique_tensor::SimdLevel;

use crate::{Failure, Report};

/// The result of judging without a failure: the number of cases, checks and compared entries.
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

    /// Returns the SIMD levels at which every case was judged, the best one first. The counts of the other methods
    /// include the best level only.
    #[must_use]
    pub fn levels(&self) -> &[SimdLevel] {
        &self.levels
    }

    /// Returns the number of modules, or of losses with a target and a prediction, that were judged.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Returns the number of checks that they passed in total.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.checks
    }

    /// Returns the number of gradient entries that were compared with differences.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Returns the number of gradient entries that were skipped as kinks.
    #[must_use]
    pub fn kinks(&self) -> usize {
        self.kinks
    }

    /// Returns the largest error of an entry at any SIMD level, as a fraction of the allowed error.
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

    /// Adds the result of one case at one SIMD level: its largest error, and its counts if the level is the best one.
    pub(crate) fn add_level(&mut self, level: SimdLevel, passed: &Self) {
        if self.levels.first() == Some(&level) {
            self.checks += passed.checks;
            self.entries += passed.entries;
            self.kinks += passed.kinks;
        }
        self.largest_part = self.largest_part.max(passed.largest_part);
    }

    /// Adds the counts of a report; returns a failure if the report contains failures. A case of which every entry is
    /// a kink does not fail.
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
