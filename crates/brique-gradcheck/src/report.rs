//! What a gradient check measured.

use std::fmt;

use crate::Failure;

/// The gradient check of one module or loss: what was compared, and where it differs most.
///
/// Displays as a table, a row a tensor.
#[must_use = "a report may be of failures: ask for its verdict"]
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    subject: String,
    tensors: Vec<TensorReport>,
}

/// The gradient check of one tensor: the input of a module, one of its parameters, or the prediction of a loss.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TensorReport {
    /// `input`, `parameter 0`, `parameter 1`, … in the module's own order, or `yhat`.
    pub tensor: String,
    /// Rows and columns.
    pub shape: (usize, usize),
    /// How many entries were compared.
    pub entries: usize,
    /// How many entries were skipped: the forward pass has a kink or the edge of its domain there.
    pub kinks: usize,
    /// How many entries differ by more than is allowed.
    pub failures: usize,
    /// The entry whose error is the largest part of what is allowed.
    pub worst: Option<Entry>,
}

/// One entry of a gradient, computed twice.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Row and column.
    pub index: (usize, usize),
    /// What the backward pass gives.
    pub analytic: f64,
    /// What the differences of the forward pass give.
    pub numeric: f64,
    /// |analytic − numeric|.
    pub error: f64,
    /// The largest error that the differences cannot tell from none.
    pub allowed: f64,
}

impl Entry {
    /// Whether the two agree. Neither NaN nor an infinity agrees with anything: there is nothing to compare.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.allowed.is_finite() && self.error <= self.allowed
    }

    /// The error as a part of what is allowed: above 1 it is a failure. NaN counts as infinite.
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

    /// The module or loss, as it displays itself.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The tensors, the input or prediction first.
    #[must_use]
    pub fn tensors(&self) -> &[TensorReport] {
        &self.tensors
    }

    /// How many entries were compared, in all tensors.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.entries).sum()
    }

    /// How many entries were skipped as kinks, in all tensors.
    #[must_use]
    pub fn kinks(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.kinks).sum()
    }

    /// How many entries differ, in all tensors.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.failures).sum()
    }

    /// The tensor and the entry whose error is the largest part of what is allowed.
    #[must_use]
    pub fn worst(&self) -> Option<(&TensorReport, &Entry)> {
        self.tensors
            .iter()
            .filter_map(|tensor| Some((tensor, tensor.worst.as_ref()?)))
            .max_by(|(_, a), (_, b)| a.part().total_cmp(&b.part()))
    }

    /// The report itself where every entry agrees: what a test asks for.
    ///
    /// # Errors
    ///
    /// If an entry differs; where there are entries and all of them were skipped, because nothing is known then.
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
        Ok(())
    }
}

fn cells(tensor: &TensorReport) -> [String; HEADINGS.len()] {
    let [place, analytic, numeric, error] = match tensor.worst {
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
        place,
        analytic,
        numeric,
        error,
    ]
}
