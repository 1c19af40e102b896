//! A figure of what many machines gain.

use kuva::backend::svg::SvgBackend;
use kuva::plot::LegendPosition;
use kuva::plot::line::{LinePlot, LineStyle};
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use std::sync::Arc;

use crate::scaling::MOST;
use crate::{MessageCost, StepTimes};

/// Colours that can be told apart with any kind of colour vision.
const COLOURS: [&str; 3] = ["#0072B2", "#D55E00", "#009E73"];

/// Draws strong and weak scaling of the networks from 1 to 1024 machines side by side, as SVG.
#[must_use]
pub fn draw_scaling(networks: &[StepTimes], cost: &MessageCost) -> String {
    type Gain = fn(&StepTimes, usize, &MessageCost) -> Option<f64>;
    let panels: [(&str, Gain); 2] = [
        ("one batch of 1024 examples, divided", StepTimes::strong),
        ("a batch for each machine", StepTimes::weak),
    ];
    let (plots, layouts): (Vec<_>, Vec<_>) = panels
        .into_iter()
        .map(|(title, gain)| {
            panel(title, networks, |network, processes| {
                gain(network, processes, cost)
            })
        })
        .unzip();
    let scene = Figure::new(1, 2)
        .with_title("Gain of many machines, computed from measurements on one")
        .with_title_size(19)
        .with_spacing(14.0)
        .with_padding(16.0)
        .with_row_height(0, 380.0)
        .with_col_width(0, 460.0)
        .with_col_width(1, 460.0)
        .with_plots(plots)
        .with_layouts(layouts)
        .render();
    let title = "Examples a second on 1 to 1024 machines, relative to one machine, on logarithmic axes";
    let svg = SvgBackend::new().render_scene(&scene);
    let with_role = svg.replacen("<svg ", "<svg role=\"img\" ", 1);
    match with_role.split_once('>') {
        Some((head, rest)) => format!("{head}><title>{title}</title>{rest}\n"),
        None => with_role,
    }
}

fn panel(
    title: &str,
    networks: &[StepTimes],
    gain: impl Fn(&StepTimes, usize) -> Option<f64>,
) -> (Vec<Plot>, Layout) {
    let machines = || (0..=MOST).map(|exponent| 1_usize << exponent);
    let ideal: Vec<(f64, f64)> = machines().map(|count| (count as f64, count as f64)).collect();
    let ideal = LinePlot::new().with_data(ideal).with_color("#888888");
    let mut plots: Vec<Plot> = vec![
        ideal
            .with_stroke_width(1.2)
            .with_line_style(LineStyle::Dashed)
            .with_legend("without messages")
            .into(),
    ];
    for (network, colour) in networks.iter().zip(COLOURS) {
        let curve: Vec<(f64, f64)> = machines()
            .filter_map(|count| Some((count as f64, gain(network, count)?)))
            .collect();
        let line = LinePlot::new().with_data(curve).with_color(colour);
        plots.push(line.with_stroke_width(2.0).with_legend(&network.name).into());
    }
    let plain = |value: f64| format!("{value}");
    let layout = Layout::auto_from_plots(&plots)
        .with_title(title)
        .with_x_label("machines")
        .with_y_label("times one machine")
        .with_title_size(15)
        .with_label_size(13)
        .with_tick_size(12)
        .with_body_size(12)
        .with_log_x()
        .with_log_y()
        .with_x_tick_format(TickFormat::Custom(Arc::new(plain)))
        .with_y_tick_format(TickFormat::Custom(Arc::new(plain)))
        .with_legend_position(LegendPosition::InsideTopLeft);
    (plots, layout)
}
