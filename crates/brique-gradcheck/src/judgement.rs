//! What a judge saw.

use std::fmt;

use crate::{Failure, Report};

/// What was judged, and found right: how many cases, and how much of them was compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    cases: usize,
    checks: usize,
    entries: usize,
    kinks: usize,
    largest_part: f64,
}

impl Judgement {
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

    /// The largest error of an entry, as a part of what is allowed.
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
        write!(
            f,
            "{} cases passed {} checks; {} entries of gradients compared, {} kinks skipped, largest error {:.2} of what \
             is allowed",
            self.cases, self.checks, self.entries, self.kinks, self.largest_part
        )
    }
}
