//! The course's second section: the effect of a hidden layer, over many seeds.

mod training;

use kuva::plot::LegendPosition;
use serde_json::{Map, Value, json};

use crate::accuracy::best_possible;
use crate::curves::{Curves, median_and_range, summary};
use crate::experiments::classification::{EPSILON, PROBLEMS, Problem};
use crate::figure::{Figure, Panel, Sheet, area_entry, colour, line_entry};
use crate::networks::frontier_panel;
use crate::panels::level;
use crate::statistics::median;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};
use training::{BATCH, Drawn, EPOCHS, STEP, THRESHOLD, Trained, WIDTHS, train};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "nonlinear",
    summary: "Beyond: the course's second section, a hidden layer on the three classifications",
    steps: |settings| settings.seeds * PROBLEMS.len(),
    agreement: Agreement::Medians,
    run,
};

/// A network with a lower accuracy has a Gaussian of XOR on the wrong side.
const STUCK_BELOW: f64 = 0.9;

/// The final losses of the course's authors on the three problems, in one run without a seed.
const REPORTED_LOSSES: [f64; 3] = [0.0001, 0.0066, 0.2406];

/// The results of all seeds for one problem.
struct Repeated {
    losses: Curves,
    train: Vec<f64>,
    test: Vec<f64>,
    /// Seed 0 with its trained network, for the figure.
    shown: Option<Drawn>,
}

fn run(settings: &Settings, workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let mut results = Map::new();
    let (mut claims, mut rows, mut table) = (Vec::new(), Vec::new(), String::new());
    let mut medians = Vec::new();
    let mut stuck_on_xor = 0;
    for (problem, reported) in PROBLEMS.into_iter().zip(REPORTED_LOSSES) {
        let repeated = repeat(&problem, settings, workers, progress)?;
        let best = best_possible(&problem.parameters());
        results.insert(problem.key.to_owned(), numbers(&repeated, best, reported));
        claims.extend(problem_claims(&problem, &repeated, best));
        table += &table_row(&problem, &repeated, best, reported);
        if problem.key == "four_gaussians" {
            stuck_on_xor = repeated.stuck();
        }
        rows.push((330.0, figure_row(&problem, &repeated, reported)?));
        medians.push(format!("{:.3}", median(&repeated.test)));
    }
    Ok(Outcome {
        results: Value::Object(results),
        claims,
        figures: vec![figure(rows, settings.seeds)],
        chapter: chapter(settings.seeds, &table, stuck_on_xor),
        headline: format!("median test accuracy {}", medians.join(" / ")),
    })
}

/// Seeds 0, 1, 2, ….
fn repeat(
    problem: &Problem,
    settings: &Settings,
    workers: &mut Workers<'_>,
    progress: &dyn Fn(),
) -> Result<Repeated, Error> {
    let trained = workers.map(settings.seeds, progress, |seed| train(problem, seed))?;
    let first = trained.first();
    let shown = first.map(|trained| trained.with_data(problem, 0)).transpose()?;
    let accuracies = |part: usize| -> Vec<f64> {
        let by_seed = trained.iter().map(|trained: &Trained| trained.accuracies[part]);
        by_seed.collect()
    };
    Ok(Repeated {
        train: accuracies(0),
        test: accuracies(1),
        losses: Curves {
            positions: (1..=EPOCHS).map(|epoch| epoch as f64).collect(),
            by_seed: trained.into_iter().map(|trained| trained.losses).collect(),
        },
        shown,
    })
}

impl Repeated {
    fn last_losses(&self) -> Vec<f64> {
        let by_seed = self.losses.by_seed.iter();
        by_seed.filter_map(|losses| losses.last().copied()).collect()
    }

    /// The number of seeds that end with a test accuracy below [`STUCK_BELOW`].
    fn stuck(&self) -> usize {
        self.test.iter().filter(|test| **test < STUCK_BELOW).count()
    }
}

fn numbers(repeated: &Repeated, best: f64, reported: f64) -> Value {
    json!({
        "last_loss": summary("median_loss", &repeated.last_losses()),
        "train_accuracy": summary("median", &repeated.train),
        "test_accuracy": summary("median", &repeated.test),
        "seeds_below_0.9": repeated.stuck(),
        "best_possible_accuracy": best,
        "reported_last_loss": reported,
    })
}

fn problem_claims(problem: &Problem, repeated: &Repeated, best: f64) -> Vec<Claim> {
    let Problem { key, title, .. } = problem;
    let test = median(&repeated.test);
    if *key != "checkerboard" {
        return vec![Claim::at_least(
            format!("nonlinear.{key}"),
            format!(
                "{title}: five hidden units separate the classes, median test accuracy (best possible {best:.4})"
            ),
            test,
            0.99,
        )];
    }
    vec![
        Claim::at_most(
            format!("nonlinear.{key}"),
            format!(
                "{title}: five hidden units do not solve it, median test accuracy (best possible {best:.4})"
            ),
            test,
            0.65,
        ),
        Claim::at_most(
            format!("nonlinear.{key}.train"),
            format!("{title}: nor do they fit what they were trained on, median training accuracy"),
            median(&repeated.train),
            0.7,
        ),
    ]
}

fn figure_row(problem: &Problem, repeated: &Repeated, reported: f64) -> Result<Vec<(usize, Panel)>, Error> {
    let mut row = vec![(1, loss_panel(problem, &repeated.losses, reported))];
    if let (Some(shown), Some(accuracy)) = (&repeated.shown, repeated.test.first()) {
        let title = format!("Seed 0: test accuracy {accuracy:.3}");
        row.push((
            1,
            frontier_panel(
                &title,
                &shown.network,
                f64::from(THRESHOLD),
                &shown.data,
                &shown.test,
            )?,
        ));
    }
    Ok(row)
}

fn loss_panel(problem: &Problem, losses: &Curves, reported: f64) -> Panel {
    let (first, last) = (1.0, EPOCHS as f64);
    let plots = vec![
        losses.band((0.0, 1.0), colour::BLUE, 0.15),
        losses.band((0.25, 0.75), colour::BLUE, 0.3),
        level(reported, first, last, colour::ORANGE, "reported"),
        losses.median_line(colour::BLUE),
    ];
    let legend = vec![
        line_entry("median", colour::BLUE, None),
        area_entry("middle half", "#7FB8D8"),
        area_entry("all seeds", "#C5DEEC"),
        line_entry("reported last", colour::ORANGE, Some("6 4")),
    ];
    let title = format!("{}: loss", problem.title);
    let panel = Panel::new(plots, &title, "epoch, from 1", "mean squared error")
        .with(|layout| layout.with_legend_entries(legend))
        .logarithmic_x();
    match problem.key {
        // The loss changes little there; a logarithmic axis would hide the change.
        "checkerboard" => panel
            .legend(LegendPosition::InsideTopRight)
            .ranges((first, last), (0.22, 0.32)),
        "two_gaussians" => panel
            .legend(LegendPosition::InsideTopRight)
            .ranges((first, last), (1e-5, 1.0))
            .logarithmic_y(),
        _ => panel
            .legend(LegendPosition::InsideBottomLeft)
            .ranges((first, last), (1e-5, 1.0))
            .logarithmic_y(),
    }
}

fn figure(rows: Vec<(f64, Vec<(usize, Panel)>)>, seeds: usize) -> Figure {
    Sheet {
        title: format!("A hidden layer of five units over {seeds} seeds"),
        columns: 2,
        rows,
    }
    .draw(
        "nonlinear.svg",
        "Loss by epoch as median and band beside the loss that the course's authors ended with, and the decision \
         regions of one seed with its test points: the two Gaussians and XOR are separated, the checkerboard is not.",
    )
}

fn table_row(problem: &Problem, repeated: &Repeated, best: f64, reported: f64) -> String {
    format!(
        "| {} | {} | {reported:.4} | {} | {} | {} | {best:.4} |\n",
        problem.title,
        median_and_range(&repeated.last_losses(), 4),
        median_and_range(&repeated.train, 3),
        median_and_range(&repeated.test, 3),
        repeated.stuck(),
    )
}

fn chapter(seeds: usize, table: &str, stuck_on_xor: usize) -> String {
    let [inputs, hidden, outputs] = WIDTHS;
    format!(
        "## Beyond the report: my second one is ... non-linear!\n\n\
         *Mon second est ... non linéaire !*\n\n\
         The course goes on where the line stops: `Linear({inputs} → {hidden})`, `Tanh`, `Linear({hidden} → {outputs})`, \
         `Sigmoid` under the mean squared error, classes 0 and 1, mini-batches of {BATCH}, plain gradient descent with \
         step {STEP}, {EPOCHS} epochs. The data are those of the first chapter, 1000 examples with noise {EPSILON} and a \
         fifth of them for testing. Weights begin as in PyTorch, which the report takes as its model: uniform between \
         ±1/√in. {seeds} seeds draw data, split, weights and the order of the examples anew: median, and in brackets the \
         lowest and the highest. The course's authors give the last loss of one run, without its seed or noise; it stands \
         beside ours.\n\n\
         | data | last loss | authors' | train accuracy | test accuracy | seeds below {STUCK_BELOW} | best possible |\n\
         |---|---|---|---|---|---|---|\n{table}\n\
         XOR needs two hidden units, one for each of two parallel lines; five leave room for a unit that begins in the \
         wrong place. A mean squared error behind a sigmoid could still leave a network stuck, because its gradient carries \
         the factor ŷ(1 − ŷ), which vanishes where the network is sure and wrong: on XOR this happened to {stuck_on_xor} \
         of {seeds} seeds, if stuck means a test accuracy below {STUCK_BELOW}.\n\n\
         The checkerboard has sixty-four cells, and each of five hidden units bends along one line. On the very examples \
         that they were trained on they are hardly better than a coin, so it is not a matter of too few examples: the \
         network is too small for this board, or its training too short. The loss that the authors give, hardly below the \
         0.25 of a constant ½, says the same.\n",
    )
}
