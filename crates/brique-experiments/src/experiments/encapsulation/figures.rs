//! The losses of the chain, and the δ and activations inside it.

use std::ops::Range;

use kuva::plot::LegendPosition;
use kuva::plot::legend::LegendEntry;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use super::beginnings::BEGINNINGS;
use super::problems::{PROBLEMS, Problem};
use super::results::Trainings;
use super::training::{EPOCHS, LAYERS, MEASURED_AFTER, Probe, WIDTHS, hidden};
use crate::curves::Curves;
use crate::figure::{Figure, Panel, Sheet, colour, line_entry, marker_entry};
use crate::statistics::median;

/// The colour and the marker of each kind of initial weights.
const STYLES: [(&str, MarkerShape); BEGINNINGS.len()] = [
    (colour::ORANGE, MarkerShape::Triangle),
    (colour::BLUE, MarkerShape::Circle),
    (colour::GREY, MarkerShape::Square),
];

/// The colours of the layers, from the first.
const LAYER_COLOURS: [&str; LAYERS] = [colour::BLUE, colour::TEAL, colour::ORANGE, colour::GREY];

/// The problem for which δ and activations are shown.
pub(super) const SHOWN: &str = "four_gaussians";

/// The loss by epoch on each set, and the test accuracies.
pub(super) fn losses_and_accuracies(all: &[Trainings], seeds: usize) -> Figure {
    let mut panels: Vec<Panel> = PROBLEMS
        .iter()
        .map(|problem| {
            let of_problem = all
                .iter()
                .filter(|trainings| trainings.problem.key() == problem.key());
            loss_panel(problem, of_problem)
        })
        .collect();
    panels.push(accuracy_panel(all));
    let mut rows = Vec::new();
    let mut panels = panels.into_iter();
    while let (Some(left), Some(right)) = (panels.next(), panels.next()) {
        rows.push((300.0, vec![(1, left), (1, right)]));
    }
    Sheet {
        title: format!("A chain of four layers from three kinds of weights, {seeds} seeds"),
        columns: 2,
        rows,
    }
    .draw(
        "encapsulation.svg",
        "Training loss by epoch on five sets, as median and middle half over the seeds, and test accuracies by seed: \
         normal and Xavier weights learn all but the checkerboard, small uniform ones nothing of circles and XOR.",
    )
}

fn loss_panel<'a>(problem: &Problem, all: impl Iterator<Item = &'a Trainings>) -> Panel {
    let mut plots = Vec::new();
    let mut legend = Vec::new();
    for (trainings, (colour, _)) in all.zip(STYLES) {
        let losses = Curves {
            positions: (1..=EPOCHS).map(|epoch| epoch as f64).collect(),
            by_seed: trainings
                .by_seed
                .iter()
                .map(|trained| trained.losses.clone())
                .collect(),
        };
        plots.extend([losses.band((0.25, 0.75), colour, 0.2), losses.median_line(colour)]);
        legend.push(line_entry(trainings.beginning.label, colour, None));
    }
    let title = format!("{}: loss", problem.title());
    let panel = Panel::new(plots, &title, "epoch, from 1", "cross-entropy")
        .with(|layout| layout.with_legend_entries(legend))
        .logarithmic_x();
    let epochs = (1.0, EPOCHS as f64);
    match problem.key() {
        // The loss changes little there; a logarithmic axis would hide the change.
        "checkerboard" => panel
            .legend(LegendPosition::InsideTopRight)
            .ranges(epochs, (0.5, 1.0)),
        "two_gaussians" => panel
            .legend(LegendPosition::InsideTopRight)
            .ranges(epochs, (1e-4, 10.0))
            .logarithmic_y(),
        _ => panel
            .legend(LegendPosition::InsideBottomLeft)
            .ranges(epochs, (1e-4, 10.0))
            .logarithmic_y(),
    }
}

/// A column for each set, in which the three kinds of weights stand side by side.
fn accuracy_panel(all: &[Trainings]) -> Panel {
    let mut plots: Vec<Plot> = Vec::new();
    for (problem, of_problem) in all.chunks(BEGINNINGS.len()).enumerate() {
        for (number, (trainings, (colour, marker))) in of_problem.iter().zip(STYLES).enumerate() {
            let position = problem as f64 + 1.0 + 0.26 * (number as f64 - 1.0);
            let test = trainings.test();
            let by_seed = test.iter().map(|&accuracy| (position, accuracy));
            let scatter = ScatterPlot::new().with_data(by_seed).with_color(colour);
            plots.push(
                scatter
                    .with_marker(marker)
                    .with_size(2.6)
                    .with_marker_opacity(0.6)
                    .into(),
            );
            let middle = median(&test);
            let line = LinePlot::new().with_data([(position - 0.11, middle), (position + 0.11, middle)]);
            plots.push(line.with_color(colour).with_stroke_width(2.4).into());
        }
    }
    let legend = BEGINNINGS
        .iter()
        .zip(STYLES)
        .map(|(beginning, (colour, marker))| marker_entry(beginning.label, colour, marker))
        .collect();
    Panel::new(plots, "Test accuracy by seed, and median", "", "accuracy")
        .legend(LegendPosition::InsideBottomLeft)
        .ranges((0.5, PROBLEMS.len() as f64 + 0.5), (0.0, 1.05))
        .with(|layout| {
            let names = ["Moons", "Circles", "Two G.", "XOR", "Board"];
            layout
                .with_legend_entries(legend)
                .with_x_categories(names.map(str::to_owned).to_vec())
        })
}

/// δ, activations and saturation by layer along training, a column for each kind of weights.
pub(super) fn layers(all: &[Trainings], seeds: usize) -> Figure {
    let shown: Vec<&Trainings> = all
        .iter()
        .filter(|trainings| trainings.problem.key() == SHOWN)
        .collect();
    let row =
        |panel: &dyn Fn(&Trainings) -> Panel| shown.iter().map(|trainings| (1, panel(trainings))).collect();
    Sheet {
        title: format!("XOR, layer by layer, {seeds} seeds"),
        columns: BEGINNINGS.len(),
        rows: vec![
            (290.0, row(&delta_panel)),
            (260.0, row(&activation_panel)),
            (260.0, row(&saturation_panel)),
        ],
    }
    .draw(
        "encapsulation_layers.svg",
        "The size of δ at each layer along training on XOR, the size of the activations and the share of them that is \
         saturated, as median and middle half over the seeds: small weights let δ vanish on its way to the first layer, \
         and normal ones saturate from the start.",
    )
}

fn delta_panel(trainings: &Trainings) -> Panel {
    let plots = along_training(trainings, 0..LAYERS, |probe, layer| probe.deltas[layer]);
    layer_panel(trainings, plots, "size of δ")
        .with(|layout| match trainings.beginning.key {
            "xavier_uniform" => layout.with_legend_entries(layer_entries(0..LAYERS)),
            _ => layout,
        })
        .legend(LegendPosition::InsideBottomRight)
        .ranges((0.0, EPOCHS as f64), (1e-5, 10.0))
        .logarithmic_y()
}

fn activation_panel(trainings: &Trainings) -> Panel {
    let plots = along_training(trainings, hidden(), |probe, layer| probe.activations[layer]);
    hidden_panel(trainings, plots, "size of tanh")
}

fn saturation_panel(trainings: &Trainings) -> Panel {
    let plots = along_training(trainings, hidden(), |probe, layer| probe.saturated[layer]);
    hidden_panel(trainings, plots, "share saturated")
}

fn hidden_panel(trainings: &Trainings, plots: Vec<Plot>, y_label: &str) -> Panel {
    layer_panel(trainings, plots, y_label)
        .with(|layout| match trainings.beginning.key {
            "small_uniform" => layout.with_legend_entries(layer_entries(hidden())),
            _ => layout,
        })
        .legend(LegendPosition::InsideTopRight)
        .ranges((0.0, EPOCHS as f64), (0.0, 1.0))
}

/// For each layer the median of a quantity over the seeds, and its middle half.
fn along_training(
    trainings: &Trainings,
    layers: Range<usize>,
    quantity: impl Fn(&Probe, usize) -> f64,
) -> Vec<Plot> {
    let curves = |layer: usize| Curves {
        positions: MEASURED_AFTER.map(|epochs| epochs as f64).to_vec(),
        by_seed: trainings
            .by_seed
            .iter()
            .map(|trained| {
                trained
                    .probes
                    .iter()
                    .map(|probe| quantity(probe, layer))
                    .collect()
            })
            .collect(),
    };
    layers
        .flat_map(|layer| {
            let (curves, colour) = (curves(layer), LAYER_COLOURS[layer]);
            [curves.band((0.25, 0.75), colour, 0.2), curves.median_line(colour)]
        })
        .collect()
}

fn layer_panel(trainings: &Trainings, plots: Vec<Plot>, y_label: &str) -> Panel {
    Panel::new(plots, trainings.beginning.label, "epochs", y_label)
}

/// The legend of the layers, once for a row of panels, in a panel that has space for it.
fn layer_entries(layers: Range<usize>) -> Vec<LegendEntry> {
    let entry = |layer: usize| {
        let label = format!("{} → {}", WIDTHS[layer], WIDTHS[layer + 1]);
        line_entry(&label, LAYER_COLOURS[layer], None)
    };
    layers.map(entry).collect()
}
