//! The summary.

use std::collections::BTreeMap;
use std::fmt;

use crate::folder::State;

/// The results by system call.
#[derive(Default)]
pub struct Tally {
    rows: BTreeMap<String, Row>,
}

#[derive(Default, Clone, Copy)]
struct Row {
    points: usize,
    runs: usize,
    old: usize,
    new: usize,
    failed: usize,
    bad: usize,
}

impl Tally {
    pub fn add_point(&mut self, call: &str) {
        self.row(call).points += 1;
    }

    pub fn add_run(&mut self, call: &str, state: State, has_failed: bool, is_bad: bool) {
        let row = self.row(call);
        row.runs += 1;
        row.old += usize::from(state == State::Old);
        row.new += usize::from(state == State::New);
        row.failed += usize::from(has_failed);
        row.bad += usize::from(is_bad);
    }

    fn row(&mut self, call: &str) -> &mut Row {
        self.rows.entry(call.to_owned()).or_default()
    }

    fn total(&self) -> Row {
        self.rows.values().fold(Row::default(), |sum, row| Row {
            points: sum.points + row.points,
            runs: sum.runs + row.runs,
            old: sum.old + row.old,
            new: sum.new + row.new,
            failed: sum.failed + row.failed,
            bad: sum.bad + row.bad,
        })
    }

    /// Returns the number of runs with something wrong.
    pub fn bad(&self) -> usize {
        self.total().bad
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "call         points   runs  old file  new file  failed   bad")?;
        let total = ("total".to_owned(), self.total());
        let rows = self.rows.iter().chain([(&total.0, &total.1)]);
        for (name, row) in rows {
            let Row {
                points,
                runs,
                old,
                new,
                failed,
                bad,
            } = row;
            writeln!(
                f,
                "{name:<12} {points:>6} {runs:>6} {old:>9} {new:>9} {failed:>7} {bad:>5}"
            )?;
        }
        Ok(())
    }
}
