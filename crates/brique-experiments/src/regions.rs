//! The regions of the plane where a model decides for one class or the other, as they are drawn.

use brique_core::Module;
use brique_datasets::{Dataset, linspace};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use kuva::plot::LegendPosition;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};

use crate::Error;
use crate::figure::{Panel, area_entry, colour, marker_entry};
use crate::panels::area;

/// Cells on each side of the grid that decision regions are drawn on.
const GRID: usize = 100;

/// The regions where the model is negative and positive, with the test points on them.
pub(crate) fn regions_panel(
    title: &str,
    model: &dyn Module,
    everything: &Dataset,
    test: &Dataset,
) -> Result<Panel, Error> {
    let [x_range, y_range] = [0, 1].map(|column| padded_range(everything, column));
    let mut plots = vec![area(x_range, y_range, colour::PALE_SAND)];
    for (xs, ys) in rectangles_above(model, 0.0, x_range, y_range)? {
        plots.push(area(xs, ys, colour::PALE_BLUE));
    }
    let of_class = |sign: f64| {
        let points = test
            .iter()
            .filter(move |(_, y)| y[0] * sign > 0.0)
            .map(|(x, _)| (x[0], x[1]));
        ScatterPlot::new().with_data(points)
    };
    plots.push(of_class(-1.0).with_color(colour::RED).with_size(2.4).into());
    let plus = of_class(1.0)
        .with_color(colour::GREEN)
        .with_marker(MarkerShape::Plus);
    plots.push(plus.with_size(3.6).with_marker_stroke_width(1.4).into());

    let legend = vec![
        marker_entry("test −1", colour::RED, MarkerShape::Circle),
        marker_entry("test +1", colour::GREEN, MarkerShape::Plus),
        area_entry("ŷ < 0", colour::PALE_SAND),
        area_entry("ŷ > 0", colour::PALE_BLUE),
    ];
    Ok(Panel::new(plots, title, "x₁", "x₂")
        .ranges(x_range, y_range)
        .with(|layout| layout.with_show_grid(false).with_legend_entries(legend))
        .legend(LegendPosition::OutsideRightTop))
}

type Range = (f64, f64);

/// The range of a column of the inputs, with a margin.
pub(crate) fn padded_range(data: &Dataset, column: usize) -> Range {
    let values = data.inputs().column(column);
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
            (low.min(x), high.max(x))
        });
    // Half units, so that the axes end on a tick.
    ((2.0 * low - 0.2).floor() / 2.0, (2.0 * high + 0.2).ceil() / 2.0)
}

/// The cells of the grid in which the model's output is above the threshold, joined to as few rectangles as a sweep finds.
///
/// Each rectangle extends a little into the next cell, so that no seam is visible between two of them.
pub(crate) fn rectangles_above<T: Scalar>(
    model: &dyn Module<T>,
    threshold: f64,
    x_range: Range,
    y_range: Range,
) -> Result<Vec<(Range, Range)>, Error> {
    let edges = |(low, high)| linspace(low, high, GRID + 1);
    let (x_edges, y_edges) = (edges(x_range), edges(y_range));
    let centre = |edges: &[f64], cell: usize| f64::midpoint(edges[cell], edges[cell + 1]);
    let centres = Array2::from_shape_fn((GRID * GRID, 2), |(cell, column)| {
        T::from_f64(if column == 0 {
            centre(&x_edges, cell % GRID)
        } else {
            centre(&y_edges, cell / GRID)
        })
    });
    let yhat = model.predict(&centres)?;
    let above: Vec<bool> = yhat.iter().map(|yhat| yhat.as_f64() > threshold).collect();

    let overlap = |edges: &[f64]| 0.15 * (edges[1] - edges[0]);
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut rectangles = Vec::new();
    for row in 0..=GRID {
        let runs = if row < GRID {
            runs(&above[row * GRID..(row + 1) * GRID])
        } else {
            Vec::new()
        };
        let (going_on, closed): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|&(first, end, _)| runs.contains(&(first, end)));
        for (first, end, since) in closed {
            rectangles.push((
                (x_edges[first], (x_edges[end] + overlap(&x_edges)).min(x_range.1)),
                (y_edges[since], (y_edges[row] + overlap(&y_edges)).min(y_range.1)),
            ));
        }
        open = going_on;
        for (first, end) in runs {
            if !open.iter().any(|&(f, e, _)| (f, e) == (first, end)) {
                open.push((first, end, row));
            }
        }
    }
    Ok(rectangles)
}

/// The runs of `true`: for each the first index and the index after the last.
fn runs(row: &[bool]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (index, _) in row.iter().enumerate().filter(|(_, positive)| **positive) {
        match runs.last_mut() {
            Some((_, end)) if *end == index => *end += 1,
            _ => runs.push((index, index + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Sheet;

    #[test]
    fn runs_are_the_stretches_of_true() {
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[false, true, true, false, true]), [(1, 3), (4, 5)]);
        assert_eq!(runs(&[true; 4]), [(0, 4)]);
    }

    /// Whether the rectangles cover exactly the centres of the cells in which the model is above the threshold.
    fn check_cover(parameters: &[f64], threshold: f64) {
        let model = crate::descent::layer_of(parameters).unwrap();
        let (x_range, y_range) = ((-2.0, 3.0), (-1.0, 1.5));
        let rectangles = rectangles_above(&model, threshold, x_range, y_range).unwrap();
        for row in 0..GRID {
            for column in 0..GRID {
                let centre =
                    |(low, high): Range, cell: usize| low + (high - low) * (cell as f64 + 0.5) / GRID as f64;
                let (x, y) = (centre(x_range, column), centre(y_range, row));
                let covered = rectangles
                    .iter()
                    .any(|(xs, ys)| (xs.0..xs.1).contains(&x) && (ys.0..ys.1).contains(&y));
                let above = parameters[0] * x + parameters[1] * y + parameters[2] > threshold;
                assert_eq!(covered, above, "{parameters:?} at ({x}, {y})");
            }
        }
    }

    #[test]
    fn negative_test_points_are_red_dots_and_positive_ones_green_plus_signs() {
        let inputs = Array2::from_shape_fn((5, 2), |(row, column)| (row + 2 * column) as f64 / 10.0);
        let targets = Array2::from_shape_fn((5, 1), |(row, _)| if row < 2 { -1.0 } else { 1.0 });
        let data = Dataset::new(inputs, targets).unwrap();
        let model = crate::descent::layer_of(&[1.0, 1.0, -0.5]).unwrap();
        let panel = regions_panel("", &model, &data, &data).unwrap();
        let sheet = Sheet {
            title: String::new(),
            columns: 1,
            rows: vec![(300.0, vec![(1, panel)])],
        };
        let svg = sheet.draw("", "").svg.to_uppercase();
        let shapes = |shape: &str, colour: &str| {
            svg.split('<')
                .filter(|element| element.starts_with(shape) && element.contains(colour))
                .count()
        };
        // Two lines make a plus sign; the legend has one of each.
        assert_eq!(
            (shapes("CIRCLE ", colour::RED), shapes("LINE ", colour::RED)),
            (2 + 1, 0)
        );
        assert_eq!(
            (shapes("CIRCLE ", colour::GREEN), shapes("LINE ", colour::GREEN)),
            (0, 2 * (3 + 1))
        );
    }

    #[test]
    fn rectangles_cover_where_the_model_is_above_the_threshold() {
        check_cover(&[1.0, 0.3, 0.1], 0.0);
        check_cover(&[1.0, 0.3, 0.1], 0.5);
        check_cover(&[-0.5, 2.0, 0.37], 0.0);
        check_cover(&[0.0, 0.0, 1.0], 0.0);
        check_cover(&[0.0, 0.0, -1.0], 0.0);
    }
}
