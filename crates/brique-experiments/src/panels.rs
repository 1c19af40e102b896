//! The panels that several figures share.

use brique_core::Module;
use brique_datasets::{Dataset, linspace};
use brique_layers::Linear;
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use kuva::plot::LegendPosition;
use kuva::plot::band::BandPlot;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use crate::Error;
use crate::figure::{Figure, Panel, Sheet, area_entry, colour, marker_entry};

/// A curve over the epochs, from epoch 0.
pub(crate) fn curve(values: &[f64], colour: &str, label: &str) -> Plot {
    let points = values
        .iter()
        .enumerate()
        .map(|(epoch, &value)| (epoch as f64, value));
    LinePlot::new()
        .with_data(points)
        .with_color(colour)
        .with_stroke_width(2.0)
        .with_legend(label)
        .into()
}

/// A dashed horizontal line.
pub(crate) fn level(value: f64, from: f64, to: f64, colour: &str, label: &str) -> Plot {
    LinePlot::new()
        .with_data([(from, value), (to, value)])
        .with_color(colour)
        .with_stroke_width(1.6)
        .with_dashed()
        .with_legend(label)
        .into()
}

/// The loss by epoch, and the loss of least squares, to which it converges.
pub(crate) fn loss_panel(title: &str, losses: &[f64], optimum: f64) -> Panel {
    let epochs = losses.len() as f64;
    let plots = vec![
        curve(losses, colour::BLUE, "training loss"),
        level(optimum, 0.0, epochs, colour::ORANGE, "least squares"),
    ];
    Panel::new(plots, title, "epoch", "mean squared error")
        .legend(LegendPosition::InsideTopRight)
        .with(|layout| layout.with_x_axis_min(0.0).with_x_axis_max(epochs))
}

/// Predictions against truth above the loss by epoch, on a linear axis and on a logarithmic one.
pub(crate) fn regression_figure(
    file: &str,
    title: &str,
    caption: &str,
    predictions: Panel,
    losses: &[f64],
    optimum: f64,
) -> Figure {
    let linear = loss_panel("Loss, linear axis", losses, optimum).with(|layout| layout.with_y_axis_min(0.0));
    let logarithmic = loss_panel("Loss, logarithmic axis", losses, optimum).logarithmic_y();
    Sheet {
        title: title.to_owned(),
        columns: 2,
        rows: vec![
            (400.0, vec![(2, predictions)]),
            (320.0, vec![(1, linear), (1, logarithmic)]),
        ],
    }
    .draw(file, caption)
}

/// Points of (true, predicted), with the line on which the two agree.
pub(crate) fn predictions_panel(sets: &[(&str, &Dataset)], model: &Linear) -> Result<Panel, Error> {
    let styles = [
        (colour::BLUE, MarkerShape::Circle, 3.2),
        (colour::ORANGE, MarkerShape::Triangle, 4.2),
    ];
    let mut points = Vec::new();
    for (label, data) in sets {
        let yhat = model.forward(data.inputs())?;
        let pairs: Vec<(f64, f64)> = data.targets().iter().copied().zip(yhat.iter().copied()).collect();
        points.push((*label, pairs));
    }
    let all = || {
        points
            .iter()
            .flat_map(|(_, pairs)| pairs)
            .flat_map(|&(y, yhat)| [y, yhat])
    };
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let diagonal = LinePlot::new()
        .with_data([(low, low), (high, high)])
        .with_color(colour::GREY)
        .with_stroke_width(1.6)
        .with_dashed()
        .with_legend("y = x");
    let mut plots: Vec<Plot> = vec![diagonal.into()];
    for ((label, pairs), (colour, marker, size)) in points.into_iter().zip(styles) {
        let scatter = ScatterPlot::new()
            .with_data(pairs)
            .with_color(colour)
            .with_marker(marker);
        plots.push(scatter.with_size(size).with_legend(label).into());
    }
    let panel = Panel::new(plots, "Predictions against truth", "true y", "predicted ŷ");
    let range = ((low - 1.0).floor(), (high + 1.0).ceil());
    Ok(panel.legend(LegendPosition::InsideTopLeft).ranges(range, range))
}

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

pub(crate) type Range = (f64, f64);

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

pub(crate) fn area(xs: Range, ys: Range, colour: &str) -> Plot {
    BandPlot::new([xs.0, xs.1], [ys.0, ys.0], [ys.1, ys.1])
        .with_color(colour)
        .with_opacity(1.0)
        .into()
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
