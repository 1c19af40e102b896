//! The figures: accuracy during the training, the effect of a shift, learnt kernels, and confused classes.

use kuva::plot::LegendPosition;
use kuva::plot::annotations::TextAnnotation;
use kuva::render::plots::Plot;

use super::Table;
use super::shift::LARGEST;
use super::training::{CLASSES, EVALUATED_EVERY, KERNELS, Network, Order, Trained, confused};
use crate::curves::Curves;
use crate::figure::{Figure, Panel, Sheet, colour, line_entry};
use crate::pictures::{Shades, tiles};

const COLOURS: [&str; 3] = [colour::GREY, colour::ORANGE, colour::BLUE];

/// The test accuracy of each network during the training, for both orders.
pub(super) fn accuracy_figure(table: &Table) -> Figure {
    let panels = Order::BOTH.map(|order| {
        let positions: Vec<f64> = (0..=table.steps)
            .step_by(EVALUATED_EVERY)
            .map(|step| step as f64)
            .collect();
        let curves = |network: Network| Curves {
            positions: positions.clone(),
            by_seed: by_seed(table.of(network, order), |trained| &trained.accuracies),
        };
        let panel = curves_panel(
            curves,
            (order.name(), "step", "test accuracy"),
            LegendPosition::InsideBottomRight,
        );
        (1, panel.ranges((0.0, table.steps as f64), (0.0, 1.0)))
    });
    Sheet {
        title: "MNIST-1D: accuracy during the training".to_owned(),
        columns: 2,
        rows: vec![(400.0, panels.into())],
    }
    .draw(
        "convolution_accuracy.svg",
        "The test accuracy of the three networks during the training, as median and range over the seeds, for signals with \
         their points in order and for signals with shuffled points.",
    )
}

/// The share of unchanged predictions against the shift, for each network.
pub(super) fn shift_figure(table: &Table) -> Figure {
    let largest = LARGEST as f64;
    let curves = |network: Network| Curves {
        positions: (0..=2 * LARGEST).map(|shift| shift as f64 - largest).collect(),
        by_seed: by_seed(table.of(network, Order::Given), |trained| &trained.unchanged),
    };
    let labels = (
        "Predictions that a rotation does not change",
        "rotation to the right, in points",
        "share of the test signals",
    );
    let panel = curves_panel(curves, labels, LegendPosition::OutsideRightTop);
    Sheet {
        title: "MNIST-1D: the test signals rotated".to_owned(),
        columns: 1,
        rows: vec![(340.0, vec![(1, panel.ranges((-largest, largest), (0.0, 1.0)))])],
    }
    .draw(
        "convolution_shift.svg",
        "The share of test signals whose predicted class does not change if their points are rotated, against the number of \
         points, as median and range over the seeds, for the three networks.",
    )
}

fn by_seed(trained: &[Trained], curve: fn(&Trained) -> &Vec<f64>) -> Vec<Vec<f64>> {
    trained.iter().map(|trained| curve(trained).clone()).collect()
}

/// A curve for each network, with its range over the seeds.
fn curves_panel(
    curves: impl Fn(Network) -> Curves,
    (title, x_label, y_label): (&str, &str, &str),
    legend_position: LegendPosition,
) -> Panel {
    let (mut plots, mut legend) = (Vec::new(), Vec::new());
    for (network, colour) in Network::ALL.into_iter().zip(COLOURS) {
        let curves = curves(network);
        plots.push(curves.band((0.0, 1.0), colour, 0.25));
        plots.push(curves.median_line(colour));
        legend.push(line_entry(network.name(), colour, None));
    }
    Panel::new(plots, title, x_label, y_label)
        .legend(legend_position)
        .with(|layout| layout.with_legend_entries(legend))
}

/// The kernels of the first convolution of the first seed, for both orders.
pub(super) fn kernels_figure(table: &Table) -> Figure {
    let kernels = Order::BOTH.map(|order| table.of(Network::Convolutional, order)[0].kernels());
    let all = kernels.iter().flatten().flat_map(|(_, weights)| weights);
    let full = all.fold(0.0_f64, |full, weight| full.max(weight.abs()));
    let panels = Order::BOTH.iter().zip(&kernels);
    let rows = panels.map(|(order, kernels)| (200.0, vec![(1, kernels_panel(order.name(), kernels, full))]));
    Sheet {
        title: format!("Kernels of the first convolution, from −{full:.1} (blue) to {full:.1} (orange)"),
        columns: 1,
        rows: rows.collect(),
    }
    .draw(
        "convolution_kernels.svg",
        "The kernels of five points of the first convolution of one network for signals in order and of one for shuffled \
         signals, one column for each of the 25 channels, the kernel with the largest norm first, blue below 0 and orange \
         above.",
    )
}

fn kernels_panel(title: &str, kernels: &[(usize, Vec<f64>)], full: f64) -> Panel {
    let points = 0..KERNELS[0];
    let rows = points
        .clone()
        .map(|point| kernels.iter().map(|(_, weights)| weights[point]).collect());
    let plots = vec![tiles(rows.collect(), Shades::Signed { full })];
    let channels = kernels.iter().map(|(channel, _)| channel.to_string());
    let points = points.map(|point| (point + 1).to_string());
    matrix_panel(
        plots,
        (title, "channel", "point"),
        channels.collect(),
        points.collect(),
    )
}

/// The confusion matrices of the perceptron and of the convolutional network.
pub(super) fn confusion_figure(table: &Table) -> Figure {
    let panels = [Network::Perceptron, Network::Convolutional].map(|network| {
        let trained = table.of(network, Order::Given);
        (1, confusion_panel(network.name(), trained))
    });
    Sheet {
        title: "MNIST-1D: which class is taken for which, summed over the seeds".to_owned(),
        columns: 2,
        rows: vec![(390.0, panels.into())],
    }
    .draw(
        "convolution_confusion.svg",
        "The confusion matrices of the perceptron and of the convolutional network on signals in order, summed over the \
         seeds. Mistakes are orange.",
    )
}

fn confusion_panel(title: &str, trained: &[Trained]) -> Panel {
    let count = |truth: usize, predicted: usize| confused(trained, truth, predicted);
    let all = || (0..CLASSES).flat_map(|truth| (0..CLASSES).map(move |predicted| (truth, predicted)));
    // A tenth of the test set is a class, and a fifth of a class is as dark as shades become.
    let full = trained.len() as f64 * 20.0;
    let shade = |truth: usize, predicted: usize| {
        let count = count(truth, predicted) as f64;
        if truth == predicted { -count / 5.0 } else { count }
    };
    let rows = (0..CLASSES).map(|truth| (0..CLASSES).map(|predicted| shade(truth, predicted)).collect());
    let names = || (0..CLASSES).map(|class| class.to_string());
    let plots = vec![tiles(rows.collect(), Shades::Signed { full })];
    let labels = (title, "predicted class", "true class");
    let panel = matrix_panel(plots, labels, names().collect(), names().collect());
    all()
        .filter(|&(truth, predicted)| count(truth, predicted) > 0)
        .fold(panel, |panel, (truth, predicted)| {
            let (x, y) = (predicted as f64 + 1.0, (CLASSES - truth) as f64);
            let text = TextAnnotation::new(count(truth, predicted).to_string(), x, y - 0.3);
            panel.with(|layout| layout.with_annotation(text.with_font_size(11)))
        })
}

/// Coloured cells, with a name for each column and for each row; the first row is at the top.
fn matrix_panel(
    plots: Vec<Plot>,
    (title, x_label, y_label): (&str, &str, &str),
    columns: Vec<String>,
    mut rows: Vec<String>,
) -> Panel {
    rows.reverse();
    Panel::new(plots, title, x_label, y_label).with(|mut layout| {
        (layout.show_colorbar, layout.show_grid) = (false, false);
        layout
            .with_box_axes()
            .with_x_categories(columns)
            .with_y_categories(rows)
    })
}
