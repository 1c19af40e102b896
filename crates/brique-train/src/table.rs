//! Epochs and histories as text.

use std::fmt;
use std::time::Duration;

use crate::{Epoch, History, Stopped};

/// The number of epochs at each end of a long table.
const AT_EACH_END: usize = 10;

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in titles(self).into_iter().zip(values(self)).enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{name} {value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.epochs().first() else {
            return write!(f, "no epochs");
        };
        let titles = titles(first);
        let rows: Vec<Vec<String>> = self.epochs().iter().map(values).collect();
        let widths: Vec<usize> = titles
            .iter()
            .enumerate()
            .map(|(column, title)| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells
                    .chain([title])
                    .map(|cell| cell.chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        write_row(f, &titles, &widths, "")?;
        let best = self.best().map(|best| best.number);
        let mut last_written = None;
        for (position, (row, epoch)) in rows.iter().zip(self.epochs()).enumerate() {
            let is_best = Some(epoch.number) == best;
            let is_at_an_end = position < AT_EACH_END || position + AT_EACH_END >= rows.len();
            if !f.alternate() && !is_at_an_end && !is_best {
                continue;
            }
            if position > last_written.map_or(0, |last| last + 1) {
                writeln!(f, "{:>width$}", "⋮", width = widths[0])?;
            }
            write_row(f, row, &widths, if is_best { " *" } else { "" })?;
            last_written = Some(position);
        }
        write!(f, "{}", self.stopped())
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Completed => "all epochs completed",
            Self::Early => "stopped early",
            Self::ByCallback => "stopped by a callback",
        })
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize], end: &str) -> fmt::Result {
    for (position, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let separator = if position == 0 { "" } else { "  " };
        write!(f, "{separator}{cell:>width$}")?;
    }
    writeln!(f, "{end}")
}

fn titles(epoch: &Epoch) -> Vec<String> {
    let mut titles = vec!["epoch".to_owned(), "loss".to_owned()];
    titles.extend(epoch.validation_loss.map(|_| "validation loss".to_owned()));
    titles.extend(epoch.metrics.iter().map(|(name, _)| (*name).to_owned()));
    titles.extend(["learning rate".to_owned(), "time".to_owned()]);
    titles
}

fn values(epoch: &Epoch) -> Vec<String> {
    let mut values = vec![epoch.number.to_string(), number(epoch.loss)];
    values.extend(epoch.validation_loss.map(number));
    values.extend(epoch.metrics.iter().map(|&(_, value)| number(value)));
    values.extend([number(epoch.learning_rate), seconds(epoch.time)]);
    values
}

/// Formats a number with four significant digits.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if !(1e-3..1e6).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let whole_digits = format!("{magnitude:.0}").len();
    let decimals = match magnitude {
        magnitude if magnitude >= 1.0 => 4_usize.saturating_sub(whole_digits),
        magnitude if magnitude >= 0.1 => 4,
        magnitude if magnitude >= 0.01 => 5,
        _ => 6,
    };
    format!("{value:.decimals$}")
}

fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1e-3 => format!("{:.1} µs", 1e6 * seconds),
        seconds if seconds < 1.0 => format!("{:.1} ms", 1e3 * seconds),
        seconds => format!("{seconds:.1} s"),
    }
}
