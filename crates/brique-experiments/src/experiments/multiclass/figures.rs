//! The figures: two trainings, the confusion matrix, and the weights of the first layer.

use kuva::plot::LegendPosition;
use kuva::plot::annotations::TextAnnotation;
use kuva::render::plots::Plot;

use super::mistakes::Mistake;
use super::training::{CLASSES, EPOCHS, Epoch, Objective, SIDE, Trained};
use crate::curves::Curves;
use crate::figure::{Figure, Panel, Sheet, area_entry, colour, line_entry};
use crate::pictures::{Shades, picture_panel, tiles};

const COLOURS: [&str; 2] = [colour::BLUE, colour::ORANGE];
const PALE_COLOURS: [&str; 2] = ["#A6CEE3", "#F0BE9F"];

/// Accuracy and losses along the training, for both objectives.
pub(super) fn training_figure(trained: &[Vec<Trained>; 2]) -> Figure {
    let losses = |index: usize| {
        let objective = Objective::BOTH[index];
        loss_panel(&format!("Loss: {}", objective.name()), &trained[index])
    };
    Sheet {
        title: format!("Digits: {} networks trained for each loss", trained[0].len()),
        columns: 2,
        rows: vec![
            (340.0, vec![(2, accuracy_panel(trained))]),
            (300.0, vec![(1, losses(0)), (1, losses(1))]),
        ],
    }
    .draw(
        "multiclass_training.svg",
        "Accuracy on the validation part by epoch for the cross-entropy and for the squared error, and both losses on the \
         examples learnt from and on the validation part, as median and band over the seeds.",
    )
}

fn accuracy_panel(trained: &[Vec<Trained>; 2]) -> Panel {
    let mut plots = Vec::new();
    let mut legend = Vec::new();
    for (index, networks) in trained.iter().enumerate() {
        let curves = curves(networks, |epoch| epoch.validation_accuracy);
        plots.push(curves.band((0.25, 0.75), COLOURS[index], 0.25));
        plots.push(curves.median_line(COLOURS[index]));
        let name = Objective::BOTH[index].name();
        legend.push(line_entry(&format!("{name}: median"), COLOURS[index], None));
        legend.push(area_entry(&format!("{name}: middle half"), PALE_COLOURS[index]));
    }
    Panel::new(plots, "Accuracy on the validation part", "epoch", "accuracy")
        .legend(LegendPosition::InsideBottomRight)
        .with(|layout| layout.with_legend_entries(legend))
        .ranges((1.0, EPOCHS as f64), (0.9, 1.0))
}

/// A loss of an epoch.
type OfEpoch = fn(&Epoch) -> f64;

fn loss_panel(title: &str, networks: &[Trained]) -> Panel {
    let sides: [(OfEpoch, &str); 2] = [
        (|epoch| epoch.loss, colour::GREY),
        (|epoch| epoch.validation_loss, colour::TEAL),
    ];
    let mut plots: Vec<Plot> = Vec::new();
    for (loss, colour) in sides {
        let curves = curves(networks, loss);
        plots.push(curves.band((0.25, 0.75), colour, 0.25));
        plots.push(curves.median_line(colour));
    }
    let legend = vec![
        line_entry("validation", colour::TEAL, None),
        line_entry("learnt from", colour::GREY, None),
    ];
    Panel::new(plots, title, "epoch", "loss")
        .legend(LegendPosition::InsideBottomLeft)
        .with(|layout| {
            layout
                .with_legend_entries(legend)
                .with_x_axis_min(1.0)
                .with_x_axis_max(EPOCHS as f64)
        })
        .logarithmic_y()
}

/// A quantity of every epoch, from 1, for every seed.
fn curves(networks: &[Trained], of: impl Fn(&Epoch) -> f64) -> Curves {
    Curves {
        positions: (1..=EPOCHS).map(|epoch| epoch as f64).collect(),
        by_seed: networks
            .iter()
            .map(|trained| trained.epochs.iter().map(&of).collect())
            .collect(),
    }
}

/// The confusion matrix of the networks, and the worst mistakes of one of them.
pub(super) fn mistakes_figure(counts: &[Vec<usize>], seed: usize, mistakes: &[Mistake]) -> Figure {
    const IN_A_ROW: usize = 5;
    let pictures: Vec<Panel> = mistakes
        .iter()
        .map(|mistake| {
            let title = format!("{} taken for {}", mistake.truth, mistake.predicted);
            picture_panel(&title, &mistake.pixels, SIDE, Shades::Ink { full: 1.0 })
        })
        .collect();
    let mut rows = vec![(440.0, vec![(IN_A_ROW, confusion_panel(counts))])];
    let mut pictures = pictures.into_iter().peekable();
    while pictures.peek().is_some() {
        let row = pictures.by_ref().take(IN_A_ROW).map(|picture| (1, picture));
        rows.push((203.0, row.collect()));
    }
    Sheet {
        title: format!("What is taken for what, and the worst mistakes of seed {seed}"),
        columns: IN_A_ROW,
        rows,
    }
    .draw(
        "multiclass_mistakes.svg",
        "The confusion matrix of the networks trained for the cross-entropy, summed over the seeds, nearly all of it on the \
         diagonal; below it the test digits that the network of one seed is most wrong about, with their true and their \
         predicted class.",
    )
}

fn confusion_panel(counts: &[Vec<usize>]) -> Panel {
    let mistakes = |truth: usize, predicted: usize| {
        if truth == predicted {
            0
        } else {
            counts[truth][predicted]
        }
    };
    let all = || (0..CLASSES).flat_map(|truth| (0..CLASSES).map(move |predicted| (truth, predicted)));
    let largest = all().map(|(truth, predicted)| mistakes(truth, predicted)).max();
    // The diagonal, the correct predictions, is blue; its numbers are far larger than the others.
    let full = largest.unwrap_or_default().max(1) as f64;
    let shade = |truth: usize, predicted: usize| {
        if truth == predicted {
            -0.25 * full
        } else {
            0.75 * mistakes(truth, predicted) as f64
        }
    };
    let rows = (0..CLASSES).map(|truth| (0..CLASSES).map(|predicted| shade(truth, predicted)).collect());
    let plots = vec![tiles(rows.collect(), Shades::Signed { full })];
    let names = || (0..CLASSES).map(|class| class.to_string());
    let panel = Panel::new(
        plots,
        "Confusion matrix, summed over the seeds",
        "predicted class",
        "true class",
    )
    .with(|mut layout| {
        (layout.show_colorbar, layout.show_grid) = (false, false);
        layout
            .with_box_axes()
            .with_x_categories(names().collect())
            .with_y_categories(names().rev().collect())
    });
    all()
        .filter(|&(truth, predicted)| counts[truth][predicted] > 0)
        .fold(panel, |panel, (truth, predicted)| {
            let (x, y) = (predicted as f64 + 1.0, (CLASSES - truth) as f64);
            let text = TextAnnotation::new(counts[truth][predicted].to_string(), x, y - 0.3);
            panel.with(|layout| layout.with_annotation(text.with_font_size(13)))
        })
}

/// The weights of some units of the first layer, each at the position of its pixel.
pub(super) fn weights_figure(seed: usize, trained: &Trained) -> Figure {
    const IN_A_ROW: usize = 8;
    const SHOWN: usize = 16;
    let parameters = &trained.weights.values()[0];
    let mut units: Vec<(f64, usize, Vec<f64>)> = (0..parameters.ncols())
        .map(|unit| {
            let weights: Vec<f64> = parameters
                .column(unit)
                .iter()
                .take(SIDE * SIDE)
                .map(|&weight| f64::from(weight))
                .collect();
            (weights.iter().map(|weight| weight * weight).sum(), unit, weights)
        })
        .collect();
    units.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    units.truncate(SHOWN);
    let full = units
        .iter()
        .flat_map(|(_, _, weights)| weights)
        .fold(0.0_f64, |full, weight| full.max(weight.abs()));
    let mut rows: Vec<(f64, Vec<(usize, Panel)>)> = Vec::new();
    for row in units.chunks(IN_A_ROW) {
        let panels = row.iter().map(|(_, unit, weights)| {
            (
                1,
                picture_panel(&format!("unit {unit}"), weights, SIDE, Shades::Signed { full }),
            )
        });
        rows.push((142.0, panels.collect()));
    }
    Sheet {
        title: format!("First-layer weights of seed {seed}, from −{full:.1} (blue) over 0 to {full:.1} (orange)"),
        columns: IN_A_ROW,
        rows,
    }
    .draw(
        "multiclass_weights.svg",
        "The weights of the sixteen units of the first layer whose weights have the largest norm, each as a picture of 8 × 8 \
         pixels, blue below 0 and orange above.",
    )
}
