//! The figure and the chapter.

use kuva::plot::LegendPosition;
use kuva::plot::band::BandPlot;
use kuva::plot::line::LinePlot;
use kuva::render::plots::Plot;

use super::race::{
    BATCH, COMMON, EPOCHS, EXAMPLES, HELD_OUT, MOMENTUM, OPTIMISERS, Race, STEPS, steps_apart,
};
use crate::experiments::classification::EPSILON;
use crate::figure::{Figure, Panel, Sheet, colour, line_entry};
use crate::statistics::quantile;

/// Of Okabe and Ito, in the order of the optimisers.
const COLOURS: [&str; 7] = [
    "#000000",
    colour::ORANGE,
    "#E69F00",
    colour::TEAL,
    "#CC79A7",
    colour::BLUE,
    "#56B4E9",
];

/// Dashed if the neighbour in the list has nearly the same curve.
const DASHES: [Option<&str>; 7] = [None, None, Some("6 4"), None, None, None, Some("6 4")];

/// The range of the loss axes; the curves of a step that is too large leave it.
const LOSSES: (f64, f64) = (0.008, 1.2);

pub(super) fn figure(races: &[Race]) -> Figure {
    let unfair = by_epoch(races, "0.001 for all", |_| COMMON);
    let fair = by_epoch(races, "Each at its best step", Race::best);
    Sheet {
        title: "Seven optimisers on XOR, unfairly and fairly compared".to_owned(),
        columns: 2,
        rows: vec![(330.0, vec![(1, unfair), (1, fair)]), (340.0, vec![(2, by_step(races))])],
    }
    .draw(
        "optimisers.svg",
        "Validation loss by epoch for seven optimisers: at 0.001 for all they lie far apart with the adaptive ones in \
         front; at the best step of each all end close together. Below, the loss at the end against the step size: all \
         reach the same bottom, each at a step of its own.",
    )
}

fn by_epoch(races: &[Race], title: &str, index: impl Fn(&Race) -> usize) -> Panel {
    let mut plots = Vec::new();
    for (number, race) in races.iter().enumerate() {
        let runs = &race.runs[index(race)];
        let epochs = || (0..=EPOCHS).map(|epoch| epoch as f64);
        let of = |share: f64| -> Vec<f64> {
            (0..=EPOCHS)
                .map(|epoch| {
                    let losses: Vec<f64> = runs.curves.iter().map(|curve| curve[epoch]).collect();
                    quantile(&losses, share).clamp(LOSSES.0, LOSSES.1)
                })
                .collect()
        };
        let band = BandPlot::new(epochs(), of(0.25), of(0.75));
        plots.push(band.with_color(COLOURS[number]).with_opacity(0.08).into());
        plots.push(line(number, epochs().zip(of(0.5)).collect()));
    }
    Panel::new(plots, title, "epoch", "validation loss, median")
        .ranges((0.0, EPOCHS as f64), LOSSES)
        .logarithmic_y()
}

fn by_step(races: &[Race]) -> Panel {
    let plots = races.iter().enumerate().map(|(number, race)| {
        let losses = race
            .runs
            .iter()
            .map(|runs| runs.validation_loss(EPOCHS).clamp(LOSSES.0, LOSSES.1));
        line(number, STEPS.into_iter().zip(losses).collect())
    });
    let legend = OPTIMISERS.iter().zip(COLOURS).zip(DASHES);
    let legend = legend.map(|((optimiser, colour), dash)| line_entry(optimiser.name, colour, dash));
    let (first, last) = (STEPS[0], STEPS[STEPS.len() - 1]);
    Panel::new(
        plots.collect(),
        "At the end, by step size",
        "step size",
        "validation loss, median",
    )
    .legend(LegendPosition::OutsideRightTop)
    .with(|layout| layout.with_legend_entries(legend.collect()))
    .ranges((first, last), LOSSES)
    .logarithmic_x()
    .logarithmic_y()
}

fn line(number: usize, points: Vec<(f64, f64)>) -> Plot {
    let line = LinePlot::new()
        .with_data(points)
        .with_color(COLOURS[number])
        .with_stroke_width(2.0);
    if DASHES[number].is_some() {
        line.with_dashed().into()
    } else {
        line.into()
    }
}

pub(super) fn chapter(races: &[Race], seeds: usize) -> String {
    let rows: Vec<String> = races
        .iter()
        .map(|race| {
            let best = race.best();
            format!(
                "| {} | {:.3} | {} | {:.4} |",
                race.name,
                race.test_loss(COMMON),
                STEPS[best],
                race.test_loss(best)
            )
        })
        .collect();
    let table = rows.join("\n");
    format!(
        "## Beyond the report: optimisers, fairly compared\n\n\
         *Au-delà du rapport : comparer les optimiseurs*\n\n\
         XOR with {EXAMPLES} examples and noise {EPSILON}; two hidden layers of 16 with Tanh, `BCEWithLogitsLoss`, batches of \
         {BATCH}, {EPOCHS} epochs, {seeds} seeds. A seed decides data, first weights and batches, the same for all optimisers; \
         {HELD_OUT} points validate and {HELD_OUT} others test. Momentum is {MOMENTUM}; the other options are PyTorch's defaults.\n\n\
         | optimiser | test loss at {} | best step | test loss there |\n|---|---|---|---|\n{table}\n\n\
         All at one step size, PyTorch's default for Adam, the adaptive optimisers seem to be in a class of their own and plain \
         SGD seems to learn nothing. The step does not mean the same to them, though: Adam and RMSprop divide the gradient by \
         its size, so that a step moves each weight by about the learning rate; SGD moves it by the learning rate times the \
         gradient, and momentum {MOMENTUM} makes ten times that of it in the long run. One number for all is a choice for one of \
         them.\n\n\
         With the same {} step sizes tried for everybody, and the best chosen by the median loss on the validation sets, all end \
         close together, at steps that lie a factor of {:.0} apart. How soon they get there still differs, and how far from its \
         best step each can be taken. This is one small problem with inputs of one scale: it shows how the comparison misleads, \
         and not that optimisers never differ.\n",
        STEPS[COMMON],
        STEPS.len(),
        steps_apart(races),
    )
}
