//! The result of a check, and its text, which is that of the gradient checker.

use serde::Serialize;

/// The result of the gradient check of a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Whether all compared entries agree.
    pub passes: bool,
    /// One row per tensor: the input, then the tensors of the parameters in the order of the network.
    pub rows: Vec<TensorCheck>,
    /// The result as text.
    pub message: String,
}

/// The result for one tensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TensorCheck {
    /// The path of the module: `0`, `2.module.0`. Empty for the input of the network.
    pub path: String,
    /// The name of the tensor: `weight` or `bias`, or `input`.
    pub name: String,
    /// Rows and columns.
    pub shape: [usize; 2],
    /// The 2-norm of the compared entries of the gradient, by the backward passes.
    pub analytic: f64,
    /// The same by differences of the loss.
    pub numeric: f64,
    /// The 2-norm of the difference of the two gradients, divided by the larger norm.
    pub relative_error: f64,
    /// Whether all compared entries agree.
    pub passes: bool,
    /// The number of compared entries.
    pub entries: usize,
    /// The number of entries that were skipped because the loss has a kink there.
    pub kinks: usize,
    /// The number of entries that differ by more than the allowed error.
    pub failures: usize,
    /// The entry whose error is the largest fraction of the allowed error.
    pub worst: Option<Worst>,
    #[serde(skip)]
    squares: [f64; 3],
}

/// One entry of a gradient, computed twice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Worst {
    /// The row.
    pub row: usize,
    /// The column.
    pub column: usize,
    /// By the backward passes.
    pub analytic: f64,
    /// By differences of the loss.
    pub numeric: f64,
    /// |analytic − numeric|.
    pub error: f64,
    /// The allowed error: the differences cannot detect a smaller one.
    pub allowed: f64,
}

impl Worst {
    fn part(&self) -> f64 {
        let part = if self.error == 0.0 {
            0.0
        } else {
            self.error / self.allowed
        };
        if part.is_nan() { f64::INFINITY } else { part }
    }

    fn agrees(&self) -> bool {
        self.allowed.is_finite() && self.error <= self.allowed
    }
}

impl TensorCheck {
    pub(super) fn new(path: String, name: &str, shape: (usize, usize)) -> Self {
        Self {
            path,
            name: name.to_owned(),
            shape: [shape.0, shape.1],
            analytic: 0.0,
            numeric: 0.0,
            relative_error: 0.0,
            passes: true,
            entries: 0,
            kinks: 0,
            failures: 0,
            worst: None,
            squares: [0.0; 3],
        }
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, (row, column): (usize, usize), analytic: f64, numeric: f64, allowed: f64) {
        let error = (analytic - numeric).abs();
        let entry = Worst {
            row,
            column,
            analytic,
            numeric,
            error,
            allowed,
        };
        self.entries += 1;
        self.failures += usize::from(!entry.agrees());
        self.passes = self.failures == 0;
        if self.worst.is_none_or(|worst| entry.part() > worst.part()) {
            self.worst = Some(entry);
        }
        for (square, number) in self.squares.iter_mut().zip([analytic, numeric, error]) {
            *square += number * number;
        }
        let [analytic, numeric, error] = self.squares.map(f64::sqrt);
        let largest = analytic.max(numeric);
        (self.analytic, self.numeric) = (analytic, numeric);
        self.relative_error = if largest == 0.0 { 0.0 } else { error / largest };
    }

    fn label(&self) -> String {
        if self.path.is_empty() {
            self.name.clone()
        } else {
            format!("{}.{}", self.path, self.name)
        }
    }
}

impl Check {
    pub(super) fn new(subject: &str, rows: Vec<TensorCheck>) -> Self {
        Self {
            passes: rows.iter().all(|row| row.passes) && rows.iter().any(|row| row.entries > 0),
            message: message(subject, &rows),
            rows,
        }
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

/// Returns a table with one row per tensor.
fn message(subject: &str, rows: &[TensorCheck]) -> String {
    let entries: usize = rows.iter().map(|row| row.entries).sum();
    let failures: usize = rows.iter().map(|row| row.failures).sum();
    let verdict = match failures {
        0 if entries == 0 => "nothing was compared, every entry is a kink".to_owned(),
        0 => format!("all {entries} entries agree"),
        _ => format!("{failures} of {entries} entries differ from the differences of forward"),
    };
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = format!("{subject}, gradient check: {verdict}");
    for line in &lines {
        let cells = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        text += "\n  ";
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
    }
    text
}

fn cells(row: &TensorCheck) -> [String; HEADINGS.len()] {
    let [worst_at, analytic, numeric, error] = match row.worst {
        None => ["–", "–", "–", "–"].map(str::to_owned),
        Some(worst) => [
            format!("({}, {})", worst.row, worst.column),
            format!("{:.9e}", worst.analytic),
            format!("{:.9e}", worst.numeric),
            format!("{:.1e} / {:.1e}", worst.error, worst.allowed),
        ],
    };
    [
        row.label(),
        format!("({}, {})", row.shape[0], row.shape[1]),
        row.entries.to_string(),
        row.kinks.to_string(),
        worst_at,
        analytic,
        numeric,
        error,
    ]
}
