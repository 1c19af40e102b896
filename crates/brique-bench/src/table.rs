//! The output on the terminal.

use brique_bench::{Peak, Report, Row};
use comfy_table::{CellAlignment, Table, presets};

/// Formats the machine, its peak and the best product, then a row for each workload and number type.
pub(crate) fn table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "workload",
        "dtype",
        "threads",
        "median [µs]",
        "min [µs]",
        "allocations/step",
        "GFLOP/s",
        "of peak",
    ]);
    for row in &report.rows {
        table.add_row(cells(row));
    }
    for column in 2..8 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{}\n\n{}", heading(report), table.trim_fmt())
}

fn heading(report: &Report) -> String {
    let of = |figure: &dyn Fn(&Peak) -> String| {
        let peaks = report.peaks.iter();
        let figures: Vec<String> = peaks
            .map(|peak| format!("{} in {}", figure(peak), peak.dtype.name()))
            .collect();
        figures.join(", ")
    };
    let peaks = of(&|peak| format!("{:.1} GFLOP/s", peak.gflops));
    let products = of(&|peak| {
        let percent = 100.0 * peak.best_product_fraction();
        format!("{:.1} GFLOP/s ({percent:.1} %)", peak.best_product_gflops)
    });
    format!("{}\npeak {peaks}\nbest product {products}", report.conditions())
}

fn cells(row: &Row) -> [String; 8] {
    [
        row.workload.clone(),
        row.dtype.name().to_owned(),
        row.threads.to_string(),
        format!("{:.2}", row.median_us),
        format!("{:.2}", row.min_us),
        row.allocations_per_step.to_string(),
        format!("{:.2}", row.gflops),
        format!("{:.1} %", 100.0 * row.fraction_of_peak),
    ]
}
