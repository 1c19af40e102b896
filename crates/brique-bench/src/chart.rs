//! A figure of the time of a step against batch and width.

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::LegendPosition;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use crate::convolutional::Convolutional;
use crate::{Activation, Dtype, Report, Row, Workload};

/// Workloads that differ in one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    title: String,
    label: String,
    points: Vec<(usize, Workload)>,
}

impl Sweep {
    /// Creates a sweep from workloads, each with the number that distinguishes it from the others. `label` names that
    /// number.
    #[must_use]
    pub fn new(title: &str, label: &str, points: Vec<(usize, Workload)>) -> Self {
        Self {
            title: title.to_owned(),
            label: label.to_owned(),
            points,
        }
    }

    /// Returns two sweeps: batches from 1 to 4096 of a small network, and widths from 4 to 2048.
    #[must_use]
    pub fn defaults() -> [Self; 2] {
        let by_batch = |exponent: u32| {
            let batch = 1_usize << exponent;
            let name = format!("2-64-64-1:{batch}:tanh");
            let workload = Workload::training(&name, &[2, 64, 64, 1], batch, Activation::Tanh);
            (batch, workload)
        };
        let by_width = |exponent: u32| {
            let width = 1_usize << exponent;
            let name = format!("{width}-{width}-{width}:64:relu");
            (
                width,
                Workload::training(&name, &[width; 3], 64, Activation::ReLU),
            )
        };
        [
            Self::new("2-64-64-1, tanh", "batch", (0..=12).map(by_batch).collect()),
            Self::new(
                "width-width-width, relu, batch 64",
                "width",
                (2..=11).map(by_width).collect(),
            ),
        ]
    }

    /// Returns three sweeps of one convolution along one axis: its length, its channels and its kernel.
    #[must_use]
    pub fn convolutions() -> [Self; 3] {
        let point = |number: usize, length, channels, kernel| {
            let name = format!("conv({channels}, {kernel}) of {length} × {channels}");
            let network = Convolutional::single(length, channels, channels, kernel);
            (number, Workload::of_convolutions(&name, network))
        };
        let lengths = [
            4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 2048,
        ];
        let channels = [1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128];
        let kernels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 24, 32, 48, 64];
        let sweep =
            |title: &str, label: &str, points: Vec<(usize, Workload)>| Self::new(title, label, points);
        [
            sweep(
                "16 to 16 channels, kernel 3, batch 32",
                "length",
                lengths.map(|length| point(length, length, 16, 3)).to_vec(),
            ),
            sweep(
                "length 128, kernel 3, batch 32",
                "channels",
                channels
                    .map(|channels| point(channels, 128, channels, 3))
                    .to_vec(),
            ),
            sweep(
                "length 256, 16 to 16 channels, batch 32",
                "kernel",
                kernels.map(|kernel| point(kernel, 256, 16, kernel)).to_vec(),
            ),
        ]
    }

    /// Returns the workloads.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.points.iter().map(|(_, workload)| workload)
    }

    /// Returns, for each workload that `rows` contain, its number and its shortest time of a step.
    fn curve(&self, dtype: Dtype, rows: &[Row]) -> Vec<(f64, f64)> {
        let shortest_of = |workload: &Workload| {
            let is_it = |row: &&Row| row.dtype == dtype && row.workload == workload.name();
            rows.iter().find(is_it).map(|row| row.min_us)
        };
        let point = |(value, workload): &(usize, Workload)| Some((*value as f64, shortest_of(workload)?));
        self.points.iter().filter_map(point).collect()
    }
}

/// The colour and the mark of each number type; they can be told apart with any kind of colour vision.
const STYLES: [(Dtype, &str, MarkerShape); 2] = [
    (Dtype::F32, "#0072B2", MarkerShape::Circle),
    (Dtype::F64, "#D55E00", MarkerShape::Triangle),
];

/// Draws sweeps side by side, on logarithmic axes, as SVG. The figure shows the shortest time of a step in `report`
/// for each workload.
///
/// The figure's title, which screen readers read aloud, names the processor and the SIMD level.
#[must_use]
pub fn draw(sweeps: &[Sweep], report: &Report) -> String {
    let panels = sweeps.iter().map(|sweep| panel(sweep, &report.rows));
    let (plots, layouts): (Vec<_>, Vec<_>) = panels.unzip();
    let mut grid = Figure::new(1, sweeps.len())
        .with_title("Time of a training step")
        .with_title_size(19)
        .with_spacing(14.0)
        .with_padding(16.0)
        .with_row_height(0, 360.0);
    for column in 0..sweeps.len() {
        grid = grid.with_col_width(column, 420.0);
    }
    let scene = grid.with_plots(plots).with_layouts(layouts).render();
    accessible(&SvgBackend::new().render_scene(&scene), report)
}

/// Adds the title for screen readers.
fn accessible(svg: &str, report: &Report) -> String {
    let title = format!(
        "Shortest time of a training step in microseconds; {}",
        report.conditions()
    );
    let escaped = title.replace('&', "&amp;").replace('<', "&lt;");
    let with_role = svg.replacen("<svg ", "<svg role=\"img\" ", 1);
    match with_role.split_once('>') {
        Some((head, rest)) => format!("{head}><title>{escaped}</title>{rest}\n"),
        None => with_role,
    }
}

fn panel(sweep: &Sweep, rows: &[Row]) -> (Vec<Plot>, Layout) {
    let mut plots: Vec<Plot> = Vec::new();
    for (dtype, colour, mark) in STYLES {
        let curve = sweep.curve(dtype, rows);
        if curve.is_empty() {
            continue;
        }
        let line = LinePlot::new().with_data(curve.clone()).with_color(colour);
        let marks = ScatterPlot::new().with_data(curve).with_color(colour);
        plots.push(line.with_stroke_width(1.6).into());
        plots.push(
            marks
                .with_marker(mark)
                .with_size(3.6)
                .with_legend(dtype.name())
                .into(),
        );
    }
    let layout = Layout::auto_from_plots(&plots)
        .with_title(&sweep.title)
        .with_x_label(&sweep.label)
        .with_y_label("µs a step")
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

/// Formats a number of a logarithmic axis without an exponent: 0.1, 1, 1000, 100000.
fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
