//! The output on the terminal.

use brique_conformance::{Conformance, TrajectoryRow, VectorRow};
use comfy_table::{CellAlignment, Table, presets};

/// Formats a table of vectors, a table of trajectories, the files that are not built, those that failed, and the
/// verdict.
pub(crate) fn tables(conformance: &Conformance) -> String {
    let mut parts = Vec::new();
    if !conformance.vectors.is_empty() {
        parts.push(vectors(conformance));
    }
    if !conformance.trajectories.is_empty() {
        parts.push(trajectories(conformance));
    }
    if !conformance.not_built.is_empty() {
        parts.push(not_built(conformance));
    }
    for failed in &conformance.failed {
        parts.push(format!("could not be run: {}: {}", failed.file, failed.error));
    }
    parts.push(verdict(conformance));
    parts.join("\n\n")
}

fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(headings);
    table
}

fn vectors(conformance: &Conformance) -> String {
    let mut table = table(&[
        "module",
        "type",
        "tensor",
        "cases",
        "worst [eps]",
        "PyTorch",
        "bound",
        "",
    ]);
    for row in &conformance.vectors {
        table.add_row([
            row.module.clone(),
            row.dtype.to_owned(),
            row.tensor.clone(),
            row.cases.to_string(),
            short(row.worst),
            row.torch.map_or("–".to_owned(), short),
            short(row.bound),
            mark(row.holds()),
        ]);
    }
    for column in 3..7 {
        align_right(&mut table, column);
    }
    table.trim_fmt()
}

fn trajectories(conformance: &Conformance) -> String {
    let mut table = table(&[
        "trajectory",
        "steps",
        "losses",
        "PyTorch",
        "bound",
        "parameters",
        "",
    ]);
    for row in &conformance.trajectories {
        table.add_row([
            row.name.clone(),
            row.steps.to_string(),
            format!("{:.1e}", row.loss_distance),
            row.torch.map_or("–".to_owned(), |torch| format!("{torch:.1e}")),
            format!("{:.1e}", row.bound),
            format!("{:.1e}", row.parameter_distance),
            mark(row.holds()),
        ]);
    }
    for column in 1..6 {
        align_right(&mut table, column);
    }
    table.trim_fmt()
}

fn not_built(conformance: &Conformance) -> String {
    let mut table = table(&["not built", "missing"]);
    for file in &conformance.not_built {
        table.add_row([file.file.clone(), file.missing.join(", ")]);
    }
    table.trim_fmt()
}

fn verdict(conformance: &Conformance) -> String {
    let results = conformance.vectors.iter().map(VectorRow::holds);
    let results: Vec<bool> = results
        .chain(conformance.trajectories.iter().map(TrajectoryRow::holds))
        .collect();
    let held = results.iter().filter(|held| **held).count();
    format!(
        "{held} of {} results are within their bounds, {} files are not built, {} could not be run",
        results.len(),
        conformance.not_built.len(),
        conformance.failed.len()
    )
}

fn align_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// Formats an error with three digits.
fn short(error: f64) -> String {
    if error >= 1000.0 {
        format!("{error:.2e}")
    } else {
        format!("{error:.3}")
    }
}

fn mark(holds: bool) -> String {
    if holds {
        "holds".to_owned()
    } else {
        "FAILS".to_owned()
    }
}
