//! Matrices as text for people: small ones whole, large ones around one element.

use std::ops::Range;

use brique_tensor::{Matrix, Scalar};

/// The largest number of rows, and of columns, that are written.
const LARGEST: usize = 8;

/// Writes the name, the shape and the numbers of a matrix, one row per line.
///
/// Of a matrix with more than 8 rows or columns, at most 8 of them are written, around the `marked` element. Its number
/// is in brackets.
pub(crate) fn excerpt<T: Scalar>(name: &str, matrix: &Matrix<T>, marked: Option<(usize, usize)>) -> String {
    excerpt_of_cells(name, matrix.dim(), marked, |index| number(matrix[index]))
}

/// Like [`excerpt`], for a table with the cells `cell` at each index.
pub(crate) fn excerpt_of_cells(
    name: &str,
    shape: (usize, usize),
    marked: Option<(usize, usize)>,
    cell: impl Fn((usize, usize)) -> String,
) -> String {
    let (row, column) = marked.unwrap_or_default();
    let (rows, columns) = (window(shape.0, row), window(shape.1, column));
    let part = |what, window: &Range<usize>, length| {
        let is_part = window.len() < length;
        is_part.then(|| format!(", {what} {} to {}", window.start, window.end - 1))
    };
    let title = [
        Some(format!("{name}, shape {shape:?}")),
        part("rows", &rows, shape.0),
        part("columns", &columns, shape.1),
    ];
    let title: String = title.into_iter().flatten().collect();
    // Brackets around one number, and spaces around the others.
    let of_index = |index| match marked {
        None => format!(" {}", cell(index)),
        Some(marked) if marked == index => format!("[{}]", cell(index)),
        Some(_) => format!("{} ", cell(index)),
    };
    let lines: Vec<Vec<String>> = rows
        .map(|row| columns.clone().map(|column| of_index((row, column))).collect())
        .collect();
    let cells = lines.iter().flatten();
    let Some(width) = cells.map(|cell| cell.chars().count()).max() else {
        return title;
    };
    let aligned = |line: &Vec<String>| -> String {
        let cells: Vec<String> = line.iter().map(|cell| format!("{cell:>width$}")).collect();
        format!("\n    {}", cells.join(" ").trim_end())
    };
    let numbers: String = lines.iter().map(aligned).collect();
    format!("{title}:{numbers}")
}

/// Returns up to [`LARGEST`] indices below `length` that contain `index`, in the middle if possible.
fn window(length: usize, index: usize) -> Range<usize> {
    let first = index
        .saturating_sub(LARGEST / 2)
        .min(length.saturating_sub(LARGEST));
    first..length.min(first + LARGEST)
}

/// Returns a number with all its digits if these are few, else with five of them.
pub(crate) fn number<T: Scalar>(number: T) -> String {
    let (exact, number) = (number.to_string(), number.as_f64());
    if exact.len() <= 7 {
        return exact;
    }
    if (1e-3..1e4).contains(&number.abs()) {
        return format!("{number:.4}");
    }
    let exact = format!("{number:e}");
    if exact.len() <= 7 {
        exact
    } else {
        format!("{number:.4e}")
    }
}
