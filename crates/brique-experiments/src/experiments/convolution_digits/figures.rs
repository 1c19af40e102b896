//! The figures: the accuracy of both networks seed by seed, learnt kernels, and misread digits.

use kuva::plot::LegendPosition;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use super::training::{KERNEL, Trained};
use crate::experiments::multiclass::training::SIDE;
use crate::figure::{Figure, Panel, Sheet, colour, marker_entry};
use crate::pictures::{Shades, picture_panel};

/// The accuracy of both networks on the test set of each seed.
pub(super) fn accuracy_figure(trained: &[Trained]) -> Figure {
    type OfSeed = fn(&Trained) -> f64;
    let networks: [(OfSeed, &str, &str, MarkerShape); 2] = [
        (
            |trained| trained.accuracy,
            "convolutional network",
            colour::BLUE,
            MarkerShape::Circle,
        ),
        (
            |trained| trained.perceptron,
            "perceptron",
            colour::ORANGE,
            MarkerShape::Triangle,
        ),
    ];
    let points = |of: OfSeed| {
        trained
            .iter()
            .map(move |trained| (trained.seed as f64, of(trained)))
    };
    let plots: Vec<Plot> = networks
        .iter()
        .map(|&(of, _, colour, marker)| {
            let scatter = ScatterPlot::new().with_data(points(of)).with_color(colour);
            scatter.with_marker(marker).with_size(6.0).into()
        })
        .collect();
    let legend = networks
        .iter()
        .map(|&(_, name, colour, marker)| marker_entry(name, colour, marker));
    let legend = legend.collect();
    let end = trained.len() as f64 - 0.5;
    let panel = Panel::new(plots, "Accuracy on the test digits", "seed", "accuracy")
        .legend(LegendPosition::InsideBottomRight)
        .with(|layout| layout.with_legend_entries(legend).with_x_tick_step(1.0))
        .ranges((-0.5, end), (0.95, 1.0));
    Sheet {
        title: "Digits: a convolutional network and a perceptron".to_owned(),
        columns: 1,
        rows: vec![(340.0, vec![(1, panel)])],
    }
    .draw(
        "convolution_digits_accuracy.svg",
        "The test accuracy of the convolutional network and of the perceptron for each seed, on the same test digits.",
    )
}

/// The weights of the first convolution, one picture for each output channel.
pub(super) fn kernels_figure(trained: &Trained) -> Figure {
    const IN_A_ROW: usize = 8;
    let kernels = &trained.kernels;
    let full = kernels
        .iter()
        .fold(0.0_f64, |full, &weight| full.max(f64::from(weight).abs()));
    let pictures = kernels
        .columns()
        .into_iter()
        .enumerate()
        .map(|(channel, weights)| {
            let weights: Vec<f64> = weights.iter().map(|&weight| f64::from(weight)).collect();
            let title = format!("channel {channel}");
            picture_panel(&title, &weights, KERNEL, Shades::Signed { full })
        });
    Sheet {
        title: format!(
            "Kernels of the first convolution of seed {}, from −{full:.1} (blue) to {full:.1} (orange)",
            trained.seed
        ),
        columns: IN_A_ROW,
        rows: in_rows(pictures, IN_A_ROW, 142.0),
    }
    .draw(
        "convolution_digits_kernels.svg",
        "The kernels of the first convolution, one picture of 3 × 3 weights for each of the 16 output channels, blue below 0 \
         and orange above.",
    )
}

/// The misread test digits with the largest loss.
pub(super) fn mistakes_figure(trained: &Trained, shown: usize) -> Figure {
    const IN_A_ROW: usize = 5;
    let pictures = trained.mistakes.iter().take(shown).map(|mistake| {
        let title = format!("{} taken for {}", mistake.truth, mistake.predicted);
        picture_panel(&title, &mistake.pixels, SIDE, Shades::Ink { full: 1.0 })
    });
    Sheet {
        title: format!("Test digits that the convolutional network of seed {} misreads", trained.seed),
        columns: IN_A_ROW,
        rows: in_rows(pictures, IN_A_ROW, 203.0),
    }
    .draw(
        "convolution_digits_mistakes.svg",
        "The test digits that the convolutional network of one seed misreads, with their true and their predicted class, the \
         largest loss first.",
    )
}

/// Panels of one column each, in rows of this height.
fn in_rows(
    panels: impl Iterator<Item = Panel>,
    in_a_row: usize,
    height: f64,
) -> Vec<(f64, Vec<(usize, Panel)>)> {
    let mut panels = panels.peekable();
    let mut rows = Vec::new();
    while panels.peek().is_some() {
        let row = panels.by_ref().take(in_a_row).map(|panel| (1, panel));
        rows.push((height, row.collect()));
    }
    rows
}
