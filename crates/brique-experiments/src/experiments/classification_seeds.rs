//! Beyond the report: the three classifications over many seeds, with the portable generator.

use brique_datasets::{Selection, TestSize, train_test_split};
use brique_random::portable;
use kuva::plot::LegendPosition;
use kuva::plot::band::BandPlot;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;
use serde_json::{Map, Value, json};

use crate::accuracy::best_possible;
use crate::experiments::classification::{EPOCHS, PROBLEMS, Problem};
use crate::figure::{Figure, Panel, Sheet, area_entry, colour, line_entry, marker_entry};
use crate::panels::{area, level};
use crate::report_data::TEST_SHARE;
use crate::statistics::{median, quantile};
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "classification_seeds",
    summary: "Beyond: the three classifications over many seeds, as median and band",
    steps: |settings| settings.seeds * PROBLEMS.len(),
    agreement: Agreement::Digits,
    run,
};

/// The results of all seeds for one problem.
struct Repeated {
    losses: Vec<Vec<f64>>,
    train: Vec<f64>,
    test: Vec<f64>,
}

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let mut results = Map::new();
    let (mut claims, mut rows, mut table) = (Vec::new(), Vec::new(), String::new());
    for problem in PROBLEMS {
        let repeated = repeat(&problem, settings, workers, progress)?;
        let best = best_possible(&problem.parameters());
        results.insert(problem.key.to_owned(), numbers(&repeated, best));
        claims.push(claim(&problem, &repeated));
        table += &table_row(&problem, &repeated, best);
        rows.push((
            300.0,
            vec![
                (1, loss_panel(&problem, &repeated)),
                (1, accuracy_panel(&repeated, best)),
            ],
        ));
    }
    let medians = claims
        .iter()
        .map(|claim| format!("{:.3}", claim.measured))
        .collect::<Vec<_>>()
        .join(" / ");
    let seeds = settings.seeds;
    Ok(Outcome {
        results: Value::Object(results),
        claims,
        figures: vec![figure(rows, seeds)],
        chapter: chapter(seeds, &table),
        headline: format!("median test accuracy {medians}"),
    })
}

/// Seeds 0, 1, 2, …; each draws its data, its split and its weights from one stream.
fn repeat(
    problem: &Problem,
    settings: &Settings,
    workers: &mut Workers<'_>,
    progress: &dyn Fn(),
) -> Result<Repeated, Error> {
    let train = |seed: usize| {
        let trained = problem.train(&mut portable(seed as u64), |data, rng| {
            Ok(train_test_split(
                data,
                TestSize::Fraction(TEST_SHARE),
                Selection::Shuffled(rng),
            )?)
        })?;
        Ok((trained.losses, trained.accuracies))
    };
    let mut repeated = Repeated {
        losses: Vec::new(),
        train: Vec::new(),
        test: Vec::new(),
    };
    for (losses, [train, test]) in workers.map(settings.seeds, progress, train)? {
        repeated.losses.push(losses);
        repeated.train.push(train);
        repeated.test.push(test);
    }
    Ok(repeated)
}

impl Repeated {
    fn last_losses(&self) -> Vec<f64> {
        self.losses
            .iter()
            .filter_map(|losses| losses.last().copied())
            .collect()
    }

    /// The quantile of the losses, epoch by epoch.
    fn loss_quantile(&self, share: f64) -> Vec<f64> {
        (0..EPOCHS)
            .map(|epoch| {
                let at_epoch: Vec<f64> = self.losses.iter().map(|losses| losses[epoch]).collect();
                quantile(&at_epoch, share)
            })
            .collect()
    }
}

fn numbers(repeated: &Repeated, best: f64) -> Value {
    let summary = |values: &[f64]| {
        json!({
            "median": median(values),
            "lower_quartile": quantile(values, 0.25),
            "upper_quartile": quantile(values, 0.75),
            "by_seed": values,
        })
    };
    json!({
        "last_loss": summary(&repeated.last_losses()),
        "train_accuracy": summary(&repeated.train),
        "test_accuracy": summary(&repeated.test),
        "best_possible_accuracy": best,
    })
}

fn claim(problem: &Problem, repeated: &Repeated) -> Claim {
    let id = format!("classification_seeds.{}", problem.key);
    let measured = median(&repeated.test);
    if problem.key == "two_gaussians" {
        let text = "a line separates the two Gaussians: median test accuracy over the seeds";
        Claim::at_least(id, text, measured, 0.99)
    } else {
        let text = format!(
            "{}: a line is no better than a coin: median test accuracy over the seeds",
            problem.title
        );
        Claim::at_most(id, text, measured, 0.6)
    }
}

fn loss_panel(problem: &Problem, repeated: &Repeated) -> Panel {
    // A logarithmic axis shows the first epochs, which decide the result; it cannot show epoch 0.
    let epochs = || (1..=EPOCHS).map(|epoch| epoch as f64);
    let band = |low: f64, high: f64, opacity: f64| -> Plot {
        BandPlot::new(
            epochs(),
            repeated.loss_quantile(low),
            repeated.loss_quantile(high),
        )
        .with_color(colour::BLUE)
        .with_opacity(opacity)
        .into()
    };
    let plots = vec![
        band(0.0, 1.0, 0.15),
        band(0.25, 0.75, 0.3),
        LinePlot::new()
            .with_data(epochs().zip(repeated.loss_quantile(0.5)))
            .with_color(colour::BLUE)
            .with_stroke_width(2.0)
            .into(),
    ];
    let legend = vec![
        line_entry("median", colour::BLUE, None),
        area_entry("middle half", "#7FB8D8"),
        area_entry("all seeds", "#C5DEEC"),
    ];
    Panel::new(
        plots,
        &format!("{}: loss", problem.title),
        "epoch, from 1",
        "mean squared error",
    )
    .legend(LegendPosition::InsideTopRight)
    .with(|layout| {
        layout
            .with_legend_entries(legend)
            .with_x_axis_min(1.0)
            .with_x_axis_max(EPOCHS as f64)
    })
    .logarithmic_x()
    .logarithmic_y()
}

fn accuracy_panel(repeated: &Repeated, best: f64) -> Panel {
    let last = repeated.test.len() as f64 - 0.5;
    let points = |values: &[f64], colour: &str, marker: MarkerShape, label: &str| -> Plot {
        let by_seed = values
            .iter()
            .enumerate()
            .map(|(seed, &accuracy)| (seed as f64, accuracy));
        let scatter = ScatterPlot::new()
            .with_data(by_seed)
            .with_color(colour)
            .with_marker(marker);
        scatter.with_size(3.4).with_legend(label).into()
    };
    let middle_half = area(
        (-0.5, last),
        (quantile(&repeated.test, 0.25), quantile(&repeated.test, 0.75)),
        colour::PALE_ORANGE,
    );
    let plots = vec![
        middle_half,
        level(best, -0.5, last, colour::TEAL, "best possible"),
        level(
            median(&repeated.test),
            -0.5,
            last,
            colour::ORANGE,
            "median of test",
        ),
        points(&repeated.train, colour::BLUE, MarkerShape::Circle, "train"),
        points(&repeated.test, colour::ORANGE, MarkerShape::Triangle, "test"),
    ];
    let legend = vec![
        line_entry("best possible", colour::TEAL, None),
        line_entry("median of test", colour::ORANGE, None),
        area_entry("its middle half", colour::PALE_ORANGE),
        marker_entry("train", colour::BLUE, MarkerShape::Circle),
        marker_entry("test", colour::ORANGE, MarkerShape::Triangle),
    ];
    Panel::new(plots, "Accuracy by seed", "seed", "accuracy")
        .legend(LegendPosition::OutsideRightTop)
        .with(|layout| layout.with_legend_entries(legend))
        .ranges((-0.5, last), (0.0, 1.05))
}

fn figure(rows: Vec<(f64, Vec<(usize, Panel)>)>, seeds: usize) -> Figure {
    Sheet { title: format!("A linear layer over {seeds} seeds"), columns: 2, rows }.draw(
        "classification_seeds.svg",
        "Loss by epoch as median and band, and accuracy by seed beside the best possible one, for the three problems.",
    )
}

fn table_row(problem: &Problem, repeated: &Repeated, best: f64) -> String {
    let band = |values: &[f64]| {
        format!(
            "{:.3} ({:.3}–{:.3})",
            median(values),
            quantile(values, 0.0),
            quantile(values, 1.0)
        )
    };
    let (loss, train, test) = (
        band(&repeated.last_losses()),
        band(&repeated.train),
        band(&repeated.test),
    );
    format!("| {} | {loss} | {train} | {test} | {best:.4} |\n", problem.title)
}

fn chapter(seeds: usize, table: &str) -> String {
    format!(
        "## Beyond the report: more than one seed\n\n\
         *Au-delà du rapport : plus d'une graine*\n\n\
         One run is one draw. The three classifications again, {seeds} times each with the portable generator (seeds 0 to \
         {}), data, split and weights drawn anew: median, and in brackets the lowest and the highest.\n\n\
         | data | last loss | train accuracy | test accuracy | best possible |\n|---|---|---|---|---|\n{table}\n\
         On XOR a line that cuts off one of the four Gaussians is right about three of them or wrong about three of them, \
         which is how far the best and the worst seed go; the mean squared error hardly tells the two apart.\n",
        seeds.saturating_sub(1)
    )
}
