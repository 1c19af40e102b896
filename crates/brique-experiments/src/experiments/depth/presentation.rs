//! The figure and the chapter.

use brique_datasets::{Dataset, gen_arti};
use brique_random::portable;
use kuva::plot::LegendPosition;
use kuva::plot::band::BandPlot;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use super::results::{Row, ceiling};
use super::sweep::{BATCH, FIRST, Measured, NETWORKS, Plan, RATE, SCALE, SEEN, SIZES, TEST, board};
use crate::Error;
use crate::accuracy::checkerboard_rule;
use crate::experiments::classification::EPSILON;
use crate::figure::{Figure, Panel, Sheet, area_entry, colour, line_entry};
use crate::panels::level;
use crate::regions::regions_panel;
use crate::statistics::{median, quantile};

const COLOURS: [&str; 4] = [colour::GREY, "#CC79A7", colour::ORANGE, colour::BLUE];
const MARKERS: [MarkerShape; 4] = [
    MarkerShape::Square,
    MarkerShape::Diamond,
    MarkerShape::Triangle,
    MarkerShape::Circle,
];

/// Points drawn on the decision regions.
const DRAWN: usize = 150;
/// The seed of those points, which no training uses.
const DRAWN_SEED: u64 = 1_000_000;

pub(super) fn figure(rows: &[Row], chosen: &Row, measured: &[Measured]) -> Result<Figure, Error> {
    let [few, .., many] = SIZES;
    let network = chosen.plan.network;
    let regions = [few, many].map(|examples| regions(Plan { network, examples }, measured));
    let [from_few, from_many] = regions;
    Ok(Sheet {
        title: "Which network solves the checkerboard".to_owned(),
        columns: 2,
        rows: vec![
            (400.0, vec![(2, accuracy_panel(rows))]),
            (440.0, vec![(1, from_few?), (1, from_many?)]),
        ],
    }
    .draw(
        "depth.svg",
        "Median test accuracy against the number of training examples for four networks below the best possible \
         accuracy, and the decision regions of the chosen network from the fewest and from the most examples.",
    ))
}

fn accuracy_panel(rows: &[Row]) -> Panel {
    let [few, .., many] = SIZES.map(|size| size as f64);
    let (from, to) = (0.9 * few, 1.1 * many);
    let mut plots = vec![
        level(ceiling(), from, to, colour::TEAL, ""),
        level(checkerboard_rule(EPSILON), from, to, colour::GREEN, ""),
    ];
    let mut legend = vec![
        line_entry(
            &format!("best possible, {:.3}", ceiling()),
            colour::TEAL,
            Some("6 4"),
        ),
        line_entry(
            &format!("rule of the board, {:.3}", checkerboard_rule(EPSILON)),
            colour::GREEN,
            Some("6 4"),
        ),
    ];
    for (number, network) in NETWORKS.into_iter().enumerate().rev() {
        let its: Vec<&Row> = rows.iter().filter(|row| row.plan.network == network).collect();
        plots.extend(curve(&its, COLOURS[number], MARKERS[number]));
        legend.push(line_entry(&network.name(), COLOURS[number], None));
    }
    legend.push(area_entry("all seeds", "#DDDDDD"));
    Panel::new(
        plots,
        "Test accuracy, median over the seeds",
        "training examples",
        "accuracy",
    )
    .legend(LegendPosition::OutsideRightTop)
    .with(|layout| layout.with_legend_entries(legend))
    .ranges((from, to), (0.5, 0.9))
    .logarithmic_x()
}

fn curve(rows: &[&Row], colour: &str, marker: MarkerShape) -> [Plot; 3] {
    let examples: Vec<f64> = rows.iter().map(|row| row.plan.examples as f64).collect();
    let at = |share: f64| rows.iter().map(move |row| quantile(&row.test, share));
    let points: Vec<(f64, f64)> = examples.iter().copied().zip(at(0.5)).collect();
    [
        BandPlot::new(examples, at(0.0).collect::<Vec<_>>(), at(1.0).collect::<Vec<_>>())
            .with_color(colour)
            .with_opacity(0.15)
            .into(),
        LinePlot::new()
            .with_data(points.clone())
            .with_color(colour)
            .with_stroke_width(2.0)
            .into(),
        ScatterPlot::new()
            .with_data(points)
            .with_color(colour)
            .with_marker(marker)
            .with_size(4.0)
            .into(),
    ]
}

/// The regions in which the plan's best network, by validation accuracy, predicts +1, with points that it was not
/// trained on.
fn regions(plan: Plan, measured: &[Measured]) -> Result<Panel, Error> {
    let drawn: Dataset = gen_arti(&board(DRAWN), &mut portable(DRAWN_SEED))?;
    let title = format!("{}, {} examples", plan.network.name(), plan.examples);
    let best = measured
        .iter()
        .filter(|one| one.plan == plan)
        .max_by(|one, other| one.validation.total_cmp(&other.validation));
    match best {
        Some(best) => {
            let panel = regions_panel(&title, &best.on_the_board()?, &drawn, &drawn)?;
            Ok(panel
                .legend(LegendPosition::OutsideBottomColumns)
                .with(|layout| layout.with_legend_box(false)))
        }
        None => Ok(Panel::new(Vec::new(), &title, "x₁", "x₂")),
    }
}

pub(super) fn chapter(rows: &[Row], chosen: &Row, seeds: usize) -> String {
    let Plan { network, examples } = chosen.plan;
    let epochs = |examples| Plan { network, examples }.epochs();
    let [few, .., many] = SIZES;
    format!(
        "## Beyond the report: the checkerboard solved\n\n\
         *Au-delà du rapport : le damier résolu*\n\n\
         Where a line learns nothing, what does a network need: width, depth, or examples? `gen_arti` type 2 with noise \
         {EPSILON}, inputs divided by {SCALE}; ReLU between linear layers, `BCEWithLogitsLoss`, Adam under a one-cycle \
         schedule that peaks at {RATE}, batches of {BATCH}, in `f32`. Weights and biases of the first layer begin in \
         U(−{FIRST}, {FIRST}), so that its units fold all over the board and not around its middle only; the others as He \
         et al. have them. Every network sees {SEEN} examples in training, be it {many} of them in {} epochs or {few} in {}, \
         unless the loss on {} validation points has not fallen for a quarter of the epochs; the parameters of the epoch \
         where it was lowest are kept. {seeds} seeds, each with its own data and weights.\n\n\
         | network | parameters | examples | multiply-adds | train | validation | test |\n\
         |---|---|---|---|---|---|---|\n{}\n\
         Accuracies are medians over the seeds, in brackets the lowest and the highest; multiply-adds are those of the \
         matrix products of one training, median too. The configuration is chosen by the median on the validation sets: \
         {} from {examples} examples. The {TEST} test points of each seed are looked at when all training is over, and \
         nothing is chosen by them.\n\n\
         {}",
        epochs(many),
        epochs(few),
        super::sweep::VALIDATION,
        table(rows),
        network.name(),
        what_it_shows(),
    )
}

fn table(rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| {
        let Plan { network, examples } = row.plan;
        let [train, validation, test] = [&row.train, &row.validation, &row.test].map(|values| band(values));
        let giga = median(&row.multiply_adds) / 1e9;
        format!(
            "| {} | {} | {examples} | {giga:.1}·10⁹ | {train} | {validation} | {test} |\n",
            network.name(),
            network.parameters(),
        )
    });
    lines.collect::<Vec<_>>().concat()
}

fn band(values: &[f64]) -> String {
    let (lowest, highest) = (quantile(values, 0.0), quantile(values, 1.0));
    format!("{:.3} ({lowest:.3}–{highest:.3})", median(values))
}

fn what_it_shows() -> String {
    format!(
        "Two numbers bound what can be reached. The rule that coloured the board and leaves it at its edge reaches {:.4} on \
         noisy points; the best possible is {:.4}, because a point that the noise pushed out of the square came from the \
         nearest cell. A network may therefore pass the rule by a little, where it goes on outside with the cells at the edge, \
         and may pass the best possible by no more than the luck of a test set.\n\n\
         One hidden layer has to add up the product of two square waves from folds that run across the whole board; four times \
         the width helps much. With a second layer the stripes of each direction can come first and be combined, which is what \
         the rule does; with a third the network all but reaches the rule. Examples matter as much: a thousand are 16 a cell, \
         too few to place its edges, and with them a third layer adds hardly anything to the second. The gap between train and \
         test says so.\n\n\
         Every layer adds parameters too, and this sweep does not tell the two apart. Schedule and first weights were found for \
         the deepest network and are the same for all; the others might gain from some of their own, or from longer training.\n",
        checkerboard_rule(EPSILON),
        ceiling(),
    )
}
