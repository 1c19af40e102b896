//! 3.3 Classification: one problem that a line separates, and two that it cannot.

use brique_datasets::{DataType, Dataset, GenArti, gen_arti};
use brique_layers::{Init, Linear};
use brique_random::{NumpyRandomState, RandomSource};
use serde_json::{Map, Value, json};

use crate::accuracy::{accuracy, best_possible, checkerboard_rule};
use crate::descent::{Descent, flat, gradient_descent, mse};
use crate::experiments::regression_plane;
use crate::figure::{Figure, Sheet};
use crate::least_squares::least_squares;
use crate::panels::loss_panel;
use crate::regions::regions_panel;
use crate::report_data::{DATA_SEED, report_split};
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "classification",
    summary: "3.3 Two Gaussians, XOR and the checkerboard with a linear layer",
    steps: |_| 3,
    agreement: Agreement::Digits,
    run,
};

/// The report's step size, epochs and noise.
pub(super) const STEP: f64 = 0.1;
pub(super) const EPOCHS: usize = 500;
pub(super) const EPSILON: f64 = 0.1;

/// One of the three problems, with the numbers that the report gives for it.
pub(super) struct Problem {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    data_type: DataType,
    reported_plateau: f64,
    reported_accuracy: f64,
}

pub(super) const PROBLEMS: [Problem; 3] = [
    Problem {
        key: "two_gaussians",
        title: "Two Gaussians",
        data_type: DataType::TwoGaussians,
        reported_plateau: 0.0533,
        reported_accuracy: 1.000,
    },
    Problem {
        key: "four_gaussians",
        title: "Four Gaussians (XOR)",
        data_type: DataType::FourGaussians,
        reported_plateau: 0.9979,
        reported_accuracy: 0.435,
    },
    Problem {
        key: "checkerboard",
        title: "Checkerboard",
        data_type: DataType::Checkerboard,
        reported_plateau: 0.9992,
        reported_accuracy: 0.545,
    },
];

impl Problem {
    pub(super) fn parameters(&self) -> GenArti {
        GenArti {
            data_type: self.data_type,
            epsilon: EPSILON,
            ..GenArti::default()
        }
    }

    /// Data, split by `split`, and a layer drawn after it, trained as the report trains.
    pub(super) fn train(
        &self,
        rng: &mut dyn RandomSource,
        split: impl FnOnce(&Dataset, &mut dyn RandomSource) -> Result<(Dataset, Dataset), Error>,
    ) -> Result<Trained, Error> {
        let data = gen_arti(&self.parameters(), rng)?;
        let (train, test) = split(&data, rng)?;
        let model = Linear::new(2, 1, Init::StandardNormal, rng)?;
        let Descent { model, losses } = gradient_descent(model, &train, STEP, EPOCHS)?;
        let accuracies = [accuracy(&model, &train)?, accuracy(&model, &test)?];
        Ok(Trained {
            data,
            train,
            test,
            model,
            losses,
            accuracies,
        })
    }
}

/// A trained classifier with its data and its history.
pub(super) struct Trained {
    data: Dataset,
    train: Dataset,
    test: Dataset,
    model: Linear,
    pub(super) losses: Vec<f64>,
    /// On train and test.
    pub(super) accuracies: [f64; 2],
}

fn run(_settings: &Settings, _workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let mut rng = NumpyRandomState::new(DATA_SEED);
    // The report's notebook draws its plane first, from the same stream.
    regression_plane::draw(&mut rng)?;

    let mut results = Map::new();
    let mut claims = Vec::new();
    let mut rows = Vec::new();
    let mut table = String::new();
    let mut plateaus = Vec::new();
    for problem in PROBLEMS {
        let trained = problem.train(&mut rng, |data, _| report_split(data))?;
        let optimum = least_squares(&trained.train)?;
        let best_mse = mse(&optimum, &trained.train)?;
        progress();

        results.insert(problem.key.to_owned(), numbers(&problem, &trained, &optimum)?);
        table += &table_row(&problem, &trained);
        rows.push(figure_row(&problem, &trained, best_mse)?);
        claims.extend(problem_claims(&problem, &trained));
        plateaus.push(plateau(&trained));
    }
    claims.extend(comparisons(&plateaus).into_iter().flatten());
    let headline = claims
        .iter()
        .filter(|claim| claim.id.ends_with("test_accuracy"))
        .map(|claim| format!("{:.3}", claim.measured))
        .collect::<Vec<_>>()
        .join(" / ");
    Ok(Outcome {
        results: Value::Object(results),
        claims,
        figures: vec![figure(rows)],
        chapter: chapter(&table),
        headline: format!("test accuracy {headline}"),
    })
}

fn numbers(problem: &Problem, trained: &Trained, optimum: &Linear) -> Result<Value, Error> {
    let Trained {
        train,
        test,
        model,
        losses,
        accuracies: [train_accuracy, test_accuracy],
        ..
    } = trained;
    Ok(json!({
        "losses": losses,
        "parameters": flat(model),
        "train_mse": mse(model, train)?,
        "test_mse": mse(model, test)?,
        "train_accuracy": train_accuracy,
        "test_accuracy": test_accuracy,
        "best_possible_accuracy": best_possible(&problem.parameters()),
        "least_squares": {
            "parameters": flat(optimum),
            "train_mse": mse(optimum, train)?,
            "test_mse": mse(optimum, test)?,
        },
    }))
}

fn problem_claims(problem: &Problem, trained: &Trained) -> Vec<Claim> {
    let Problem {
        key,
        title,
        reported_plateau,
        reported_accuracy,
        ..
    } = problem;
    let [train_accuracy, test_accuracy] = trained.accuracies;
    let mut claims = vec![
        Claim::as_reported(
            format!("classification.{key}.plateau"),
            format!("{title}: the training loss ends on the report's plateau"),
            plateau(trained),
            *reported_plateau,
            4,
        ),
        Claim::as_reported(
            format!("classification.{key}.test_accuracy"),
            format!("{title}: the test accuracy is the report's"),
            test_accuracy,
            *reported_accuracy,
            3,
        ),
    ];
    claims.push(match problem.data_type {
        DataType::TwoGaussians => Claim::at_least(
            "classification.two_gaussians.separated",
            "a line separates the two Gaussians: training accuracy",
            train_accuracy,
            0.99,
        ),
        DataType::FourGaussians => Claim::at_most(
            "classification.four_gaussians.not_separated",
            "the line learnt does not solve XOR: training accuracy",
            train_accuracy,
            0.6,
        ),
        DataType::Checkerboard => Claim::at_most(
            "classification.checkerboard.not_separated",
            "the line learnt does not solve the checkerboard: training accuracy",
            train_accuracy,
            0.6,
        ),
    });
    claims
}

/// The claims about the plateaus of the losses in the report's plots.
fn comparisons(plateaus: &[f64]) -> Option<[Claim; 2]> {
    let &[two_gaussians, four_gaussians, checkerboard] = plateaus else {
        return None;
    };
    Some([
        Claim::at_least(
            "classification.much_higher_loss",
            "on XOR the loss converges to much higher values: its plateau over that of the two Gaussians",
            four_gaussians / two_gaussians,
            10.0,
        ),
        Claim::at_least(
            "classification.nothing_is_learnt",
            "on XOR and the checkerboard nothing is learnt: the lower of their plateaus, where a constant has 1",
            four_gaussians.min(checkerboard),
            0.99,
        ),
    ])
}

fn plateau(trained: &Trained) -> f64 {
    trained.losses.last().copied().unwrap_or(f64::NAN)
}

fn figure_row(
    problem: &Problem,
    trained: &Trained,
    best_mse: f64,
) -> Result<Vec<(usize, crate::figure::Panel)>, Error> {
    let loss = loss_panel(&format!("{}: loss", problem.title), &trained.losses, best_mse);
    let title = format!("Test accuracy {:.3}", trained.accuracies[1]);
    let regions = regions_panel(&title, &trained.model, &trained.data, &trained.test)?;
    Ok(vec![(1, loss), (1, regions)])
}

fn figure(rows: Vec<Vec<(usize, crate::figure::Panel)>>) -> Figure {
    Sheet {
        title: "Classification with a linear layer".to_owned(),
        columns: 2,
        rows: rows.into_iter().map(|row| (330.0, row)).collect(),
    }
    .draw(
        "classification.svg",
        "Loss by epoch and decision regions with the test points: two Gaussians are separated, XOR and the checkerboard \
         are not; on the checkerboard every point is predicted +1.",
    )
}

fn table_row(problem: &Problem, trained: &Trained) -> String {
    let [train, test] = trained.accuracies;
    format!(
        "| {} | {:.4} | {train:.3} | {test:.3} | {:.3} | {:.4} |\n",
        problem.title,
        plateau(trained),
        problem.reported_accuracy,
        best_possible(&problem.parameters()),
    )
}

fn chapter(table: &str) -> String {
    format!(
        "### 3.3.3 Experiment: classification\n\n\
         *Expérimentation : Régression linéaire*\n\n\
         `gen_arti` with 1000 examples and noise {EPSILON}, targets ±1, a fifth for testing; `Linear(2 → 1)` under the mean \
         squared error, full batch, step {STEP}, {EPOCHS} epochs. The class is the sign of the output.\n\n\
         | data | last loss | train accuracy | test accuracy | report's | best possible |\n\
         |---|---|---|---|---|---|\n{table}\n\
         The best possible accuracy is that of a classifier that knows the distribution. On the checkerboard it is less \
         than 1 because the noise moves points into cells of the other colour after they were labelled. The rule that \
         coloured the board, applied to the noisy points, reaches {:.4}; the best possible is more, because a point \
         that the noise moved out of the square came from the nearest cell.\n\n\
         The line separates the two Gaussians and does no better than a coin on the other two: their best linear \
         prediction is nearly constant, so the loss settles near 1, the variance of targets ±1. The report finds this even \
         more visible on the checkerboard; its plateau is the higher one by a thousandth here, which is within what another \
         seed changes.\n",
        checkerboard_rule(EPSILON),
    )
}
