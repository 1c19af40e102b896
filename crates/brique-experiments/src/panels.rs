//! The panels that several figures share.

use brique_core::Module;
use brique_datasets::Dataset;
use brique_layers::Linear;
use kuva::plot::LegendPosition;
use kuva::plot::band::BandPlot;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use crate::Error;
use crate::figure::{Figure, Panel, Sheet, colour};

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

pub(crate) fn area(xs: (f64, f64), ys: (f64, f64), colour: &str) -> Plot {
    BandPlot::new([xs.0, xs.1], [ys.0, ys.0], [ys.1, ys.1])
        .with_color(colour)
        .with_opacity(1.0)
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
