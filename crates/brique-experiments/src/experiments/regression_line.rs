//! 3.3 Regression: the line y = 3x + 4.

use brique_datasets::{Dataset, line};
use brique_layers::{Init, Linear};
use brique_random::NumpyRandomState;
use serde_json::json;

use crate::descent::{Descent, flat, gradient_descent, mse};
use crate::least_squares::least_squares;
use crate::panels::{predictions_panel, regression_figure};
use crate::report_data::{DATA_SEED, report_split};
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "regression_line",
    summary: "3.3 Linear regression on y = 3x + 4, and how far it is from its optimum",
    steps: |_| 1,
    agreement: Agreement::Digits,
    run,
};

/// The report's step size and epochs.
pub(super) const STEP: f64 = 1e-3;
pub(super) const EPOCHS: usize = 1000;

/// The losses that the report gives, every 100 epochs.
const REPORTED_LOSSES: [f64; 10] = [
    890.2802, 5.9153, 5.6903, 5.4861, 5.3006, 5.1320, 4.9789, 4.8396, 4.7132, 4.5982,
];

/// The line's data, split, and the layer before training.
pub(super) struct Start {
    pub(super) train: Dataset,
    pub(super) test: Dataset,
    pub(super) model: Linear,
}

/// Draws everything in the report's order: the noise of the targets, then the weights.
pub(super) fn start() -> Result<Start, Error> {
    let mut rng = NumpyRandomState::new(DATA_SEED);
    let (train, test) = report_split(&line(&mut rng))?;
    let model = Linear::new(1, 1, Init::StandardNormal, &mut rng)?;
    Ok(Start { train, test, model })
}

fn run(_settings: &Settings, _workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let Start { train, test, model } = start()?;
    let Descent { model, losses } = gradient_descent(model, &train, STEP, EPOCHS)?;
    let optimum = least_squares(&train)?;
    progress();

    let (train_mse, test_mse) = (mse(&model, &train)?, mse(&model, &test)?);
    let (best_train, best_test) = (mse(&optimum, &train)?, mse(&optimum, &test)?);
    let (learnt, best) = (flat(&model), flat(&optimum));
    let claims = claims(
        &losses,
        &learnt,
        &best,
        train_mse / best_train,
        determination(&test, test_mse),
    );
    Ok(Outcome {
        results: json!({
            "losses": losses,
            "parameters": learnt,
            "train_mse": train_mse,
            "test_mse": test_mse,
            "least_squares": { "parameters": best, "train_mse": best_train, "test_mse": best_test },
        }),
        claims,
        figures: vec![regression_figure(
            "regression_line.svg",
            "Linear regression of y = 3x + 4",
            "Linear regression of y = 3x + 4: predictions against truth above the loss by epoch, which on a logarithmic \
             axis is still falling towards the least-squares optimum.",
            predictions_panel(&[("train", &train), ("test", &test)], &model)?,
            &losses,
            best_train,
        )],
        chapter: chapter(&learnt, &best, [train_mse, test_mse], [best_train, best_test]),
        headline: format!(
            "{:.4} x + {:.4}, best {:.4} x + {:.4}",
            learnt[0], learnt[1], best[0], best[1]
        ),
    })
}

/// R²: the share of the targets' variance that the predictions explain.
fn determination(data: &Dataset, mse: f64) -> f64 {
    let targets = data.targets();
    let n = targets.len() as f64;
    let mean = targets.sum() / n;
    1.0 - mse / (targets.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n)
}

fn claims(losses: &[f64], learnt: &[f64], best: &[f64], excess: f64, test_r2: f64) -> Vec<Claim> {
    let mut claims: Vec<Claim> = REPORTED_LOSSES
        .iter()
        .zip(losses.iter().step_by(100))
        .enumerate()
        .map(|(hundred, (&reported, &loss))| {
            let epoch = 100 * hundred;
            let text = format!("the training loss at epoch {epoch} is the report's");
            Claim::as_reported(format!("regression_line.loss_{epoch}"), text, loss, reported, 4)
        })
        .collect();
    let number = |id: &str, text: &str, measured, reported| {
        Claim::as_reported(format!("regression_line.{id}"), text, measured, reported, 4)
    };
    let optimum = |id: &str, text: &str, measured, bound| {
        Claim::rounds_to(format!("regression_line.{id}"), text, measured, bound, 4)
    };
    claims.extend([
        number("slope", "the learnt slope after 1000 epochs", learnt[0], 3.3302),
        number(
            "intercept",
            "the learnt intercept after 1000 epochs",
            learnt[1],
            1.5773,
        ),
        optimum(
            "least_squares_slope",
            "the slope of least squares",
            best[0],
            3.0242,
        ),
        optimum(
            "least_squares_intercept",
            "the intercept of least squares",
            best[1],
            3.6396,
        ),
        Claim::at_least(
            "regression_line.predicts",
            "predictions on the test set are close to the truth: R²",
            test_r2,
            0.9,
        ),
        Claim::at_least(
            "regression_line.not_converged",
            "the training has not converged: its loss after 1000 epochs over that of least squares",
            excess,
            1.25,
        ),
    ]);
    claims
}

fn chapter(learnt: &[f64], best: &[f64], mse: [f64; 2], best_mse: [f64; 2]) -> String {
    format!(
        "### 3.3.1 Experiment: linear regression\n\n\
         *Expérimentation : Régression linéaire*\n\n\
         100 points of y = 3x + 4 with noise of deviation 2, a fifth of them kept for testing; `Linear(1 → 1)` with normal \
         weights, full batch, step {STEP}, {EPOCHS} epochs, NumPy's generator seeded with {DATA_SEED}.\n\n\
         | | slope | intercept | train MSE | test MSE |\n\
         |---|---|---|---|---|\n\
         | learnt in {EPOCHS} epochs | {:.4} | {:.4} | {:.4} | {:.4} |\n\
         | least squares | {:.4} | {:.4} | {:.4} | {:.4} |\n\n\
         The report reads its loss curve as converged. On its linear axis the first fifty epochs, from 890 to 6.6, hide \
         everything that follows: against the least-squares optimum, on a logarithmic axis, the loss is still falling when training \
         stops. The loss is curved very differently in two directions: the steep one, mostly the slope, is learnt in fifty epochs; the \
         flat one, mostly the intercept, hardly moves. The chapter on the step size shows the consequence.\n",
        learnt[0], learnt[1], mse[0], mse[1], best[0], best[1], best_mse[0], best_mse[1]
    )
}
