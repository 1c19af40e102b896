//! The record of a training as a figure.

use std::sync::Arc;

use brique_train::{Epoch, History};
use kuva::backend::svg::SvgBackend;
use kuva::plot::LegendPosition;
use kuva::plot::line::LinePlot;
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use crate::Error;
use crate::csv::metric_names;

/// Colours that readers with any kind of colour vision can distinguish, after Okabe and Ito.
const COLOURS: [&str; 6] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/// Returns a figure as SVG: the loss against the epoch, with the validation loss if there is one, and beside it the metrics,
/// if there are any. The axis of the loss is logarithmic if all losses are above 0. Epochs are counted from 1, as completed
/// epochs. Values that are not finite are not drawn.
///
/// The title for screen readers names the last loss and the best epoch.
///
/// # Errors
///
/// If no epoch has a finite loss.
pub fn svg(history: &History) -> Result<String, Error> {
    let epochs = history.epochs();
    let losses = [
        Curve::of("training", epochs, |epoch| Some(epoch.loss)),
        Curve::of("validation", epochs, |epoch| epoch.validation_loss),
    ];
    if losses.iter().all(|curve| curve.points.is_empty()) {
        return Err(Error::Empty { epochs: epochs.len() });
    }
    let of_metric = |name: &'static str| Curve::of(name, epochs, |epoch| epoch.metric(name));
    let metrics: Vec<Curve> = metric_names(epochs).into_iter().map(of_metric).collect();
    let mut panels = vec![loss_panel(&losses)];
    if metrics.iter().any(|curve| !curve.points.is_empty()) {
        panels.push(panel(&metrics, "Metrics", "value"));
    }
    Ok(accessible(&drawn(panels), history))
}

/// A number of each epoch.
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

impl Curve {
    fn of(name: &'static str, epochs: &[Epoch], value: impl Fn(&Epoch) -> Option<f64>) -> Self {
        let point = |epoch: &Epoch| Some((epoch.number as f64 + 1.0, value(epoch)?));
        let points = epochs.iter().filter_map(point);
        Self {
            name,
            points: points.filter(|(_, value)| value.is_finite()).collect(),
        }
    }
}

fn loss_panel(losses: &[Curve]) -> (Vec<Plot>, Layout) {
    let (plots, layout) = panel(losses, "Loss", "loss");
    let mut values = losses.iter().flat_map(|curve| &curve.points);
    let layout = if values.all(|&(_, loss)| loss > 0.0) {
        layout
            .with_log_y()
            .with_y_tick_format(TickFormat::Custom(Arc::new(short)))
    } else {
        layout
    };
    (plots, layout)
}

fn panel(curves: &[Curve], title: &str, y_label: &str) -> (Vec<Plot>, Layout) {
    let drawn = curves.iter().filter(|curve| !curve.points.is_empty());
    let plots: Vec<Plot> = drawn
        .zip(COLOURS.iter().cycle())
        .map(|(curve, colour)| {
            LinePlot::new()
                .with_data(curve.points.clone())
                .with_color(*colour)
                .with_stroke_width(1.8)
                .with_legend(curve.name)
                .into()
        })
        .collect();
    let layout = Layout::auto_from_plots(&plots)
        .with_title(title)
        .with_x_label("epoch")
        .with_x_tick_format(TickFormat::Custom(Arc::new(whole)))
        .with_y_label(y_label)
        .with_title_size(15)
        .with_label_size(13)
        .with_tick_size(12)
        .with_body_size(12)
        .with_legend_position(LegendPosition::OutsideRightTop);
    (plots, layout)
}

/// Formats a number of epochs; between two epochs there is no label.
fn whole(epochs: f64) -> String {
    if epochs.fract() == 0.0 {
        format!("{epochs}")
    } else {
        String::new()
    }
}

/// Formats a loss: without an exponent from 0.001 to 9999.
fn short(loss: f64) -> String {
    if (1e-3..1e4).contains(&loss) {
        let text = format!("{loss:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{loss:.0e}")
    }
}

fn drawn(panels: Vec<(Vec<Plot>, Layout)>) -> String {
    let columns = panels.len();
    let (plots, layouts): (Vec<_>, Vec<_>) = panels.into_iter().unzip();
    let mut figure = Figure::new(1, columns)
        .with_spacing(14.0)
        .with_padding(16.0)
        .with_row_height(0, 340.0);
    for column in 0..columns {
        figure = figure.with_col_width(column, 520.0);
    }
    let scene = figure.with_plots(plots).with_layouts(layouts).render();
    SvgBackend::new().render_scene(&scene)
}

/// Adds the title for screen readers.
fn accessible(svg: &str, history: &History) -> String {
    let epochs = history.epochs();
    let last = epochs.last().map_or(f64::NAN, |epoch| epoch.loss);
    let best = history.best().map_or(0, |epoch| epoch.number + 1);
    let title = format!(
        "Training of {} epochs: last loss {last:.4e}, best epoch {best}",
        epochs.len()
    );
    match svg.replacen("<svg ", "<svg role=\"img\" ", 1).split_once('>') {
        Some((head, rest)) => format!("{head}><title>{title}</title>{rest}\n"),
        None => svg.to_owned(),
    }
}
