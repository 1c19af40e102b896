//! The result of a gradient check.

use std::fmt;

use brique_tensor::Matrix;

use crate::Failure;
use crate::excerpt::{excerpt, excerpt_of_cells, number};

/// The result of the gradient check of one module or loss: the number of compared entries, and the entries that differ
/// most.
///
/// Displays as a table with one row per tensor. If a tensor has failures, both of its gradients follow, or the part of
/// them around the worst entry.
#[must_use = "a report may be of failures: ask for its verdict"]
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    subject: String,
    tensors: Vec<TensorReport>,
}

/// The result of the gradient check of one tensor: the input of a module, one of its parameters, or the prediction of
/// a loss.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TensorReport {
    /// The name: `input`; `parameter 0`, `parameter 1`, … in the module's own order; or `yhat`.
    pub tensor: String,
    /// Rows and columns.
    pub shape: (usize, usize),
    /// The number of entries that were compared.
    pub entries: usize,
    /// The number of entries that were skipped because the forward pass has a kink or the edge of its domain there.
    pub kinks: usize,
    /// The number of entries that differ by more than the allowed error.
    pub failures: usize,
    /// The entry whose error is the largest fraction of the allowed error.
    pub worst: Option<Entry>,
    /// Both gradients around the worst entry, if it is a failure.
    pub(crate) excerpt: String,
}

/// One entry of a gradient, computed twice.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Row and column.
    pub index: (usize, usize),
    /// The value from the backward pass.
    pub analytic: f64,
    /// The value from the differences of the forward pass.
    pub numeric: f64,
    /// |analytic − numeric|.
    pub error: f64,
    /// The allowed error: the differences cannot detect a smaller one.
    pub allowed: f64,
}

impl Entry {
    /// Returns whether the two values agree. Returns `false` if one of them is NaN or infinite, because they cannot be
    /// compared.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.allowed.is_finite() && self.error <= self.allowed
    }

    /// Returns the error as a fraction of the allowed error. A value above 1 is a failure. NaN counts as infinite.
    #[must_use]
    pub fn part(&self) -> f64 {
        let part = if self.error == 0.0 {
            0.0
        } else {
            self.error / self.allowed
        };
        if part.is_nan() { f64::INFINITY } else { part }
    }
}

impl Report {
    pub(crate) fn new(subject: String, tensors: Vec<TensorReport>) -> Self {
        Self { subject, tensors }
    }

    /// Returns the module or loss, as it displays itself.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the tensors, the input or prediction first.
    #[must_use]
    pub fn tensors(&self) -> &[TensorReport] {
        &self.tensors
    }

    /// Returns the number of entries that were compared, in all tensors.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.entries).sum()
    }

    /// Returns the number of entries that were skipped as kinks, in all tensors.
    #[must_use]
    pub fn kinks(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.kinks).sum()
    }

    /// Returns the number of entries that differ, in all tensors.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.failures).sum()
    }

    /// Returns the entry whose error is the largest fraction of the allowed error, and its tensor.
    #[must_use]
    pub fn worst(&self) -> Option<(&TensorReport, &Entry)> {
        self.tensors
            .iter()
            .filter_map(|tensor| Some((tensor, tensor.worst.as_ref()?)))
            .max_by(|(_, a), (_, b)| a.part().total_cmp(&b.part()))
    }

    /// Returns the report if every entry agrees. Tests call this method.
    ///
    /// # Errors
    ///
    /// If an entry differs; or if there are entries and all of them were skipped, so that nothing was compared.
    pub fn verdict(self) -> Result<Self, Failure> {
        if self.failures() > 0 || self.is_vacuous() {
            return Err(Failure::Gradient(Box::new(self)));
        }
        Ok(self)
    }

    fn is_vacuous(&self) -> bool {
        self.entries() == 0 && self.kinks() > 0
    }
}

impl TensorReport {
    /// Counts an entry and keeps it if it is the worst one.
    pub(crate) fn add(&mut self, entry: Entry) {
        self.entries += 1;
        self.failures += usize::from(!entry.agrees());
        if self.worst.is_none_or(|worst| entry.part() > worst.part()) {
            self.worst = Some(entry);
        }
    }

    /// Writes both gradients around the worst entry if it is a failure. `numeric` has no number for an entry that was
    /// skipped.
    pub(crate) fn add_excerpt(&mut self, analytic: &Matrix, numeric: &[Option<f64>]) {
        let Some(worst) = self.worst.filter(|worst| !worst.agrees() && self.shape != (1, 1)) else {
            return;
        };
        let columns = self.shape.1;
        let numeric = |(row, column): (usize, usize)| {
            numeric[row * columns + column].map_or_else(|| "–".to_owned(), number)
        };
        self.excerpt = format!(
            "{}\n{}",
            excerpt(&format!("{}: analytic", self.tensor), analytic, Some(worst.index)),
            excerpt_of_cells(
                &format!("{}: numeric", self.tensor),
                self.shape,
                Some(worst.index),
                numeric
            )
        );
    }
}

const HEADINGS: [&str; 8] = [
    "tensor",
    "shape",
    "compared",
    "kinks",
    "worst at",
    "analytic",
    "numeric",
    "error / allowed",
];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (entries, failures) = (self.entries(), self.failures());
        write!(f, "{}, gradient check: ", self.subject)?;
        match failures {
            0 if self.is_vacuous() => write!(
                f,
                "nothing was compared, every entry is a kink or at the edge of the domain"
            )?,
            0 => write!(f, "all {entries} entries agree")?,
            _ => write!(
                f,
                "{failures} of {entries} entries differ from the differences of forward"
            )?,
        }
        let mut rows = vec![HEADINGS.map(str::to_owned)];
        rows.extend(self.tensors.iter().map(cells));
        let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        });
        for row in rows {
            let line: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            write!(f, "\n  {}", line.join("  ").trim_end())?;
        }
        for tensor in self.tensors.iter().filter(|tensor| !tensor.excerpt.is_empty()) {
            write!(f, "\n{}", tensor.excerpt)?;
        }
        Ok(())
    }
}

fn cells(tensor: &TensorReport) -> [String; HEADINGS.len()] {
    let [worst_at, analytic, numeric, error] = match tensor.worst {
        None => ["–", "–", "–", "–"].map(str::to_owned),
        Some(worst) => [
            format!("{:?}", worst.index),
            format!("{:.9e}", worst.analytic),
            format!("{:.9e}", worst.numeric),
            format!("{:.1e} / {:.1e}", worst.error, worst.allowed),
        ],
    };
    [
        tensor.tensor.clone(),
        format!("{:?}", tensor.shape),
        tensor.entries.to_string(),
        tensor.kinks.to_string(),
        worst_at,
        analytic,
        numeric,
        error,
    ]
}
