//! 3.3 Regression: a plane in three inputs.

use brique_datasets::{Dataset, plane};
use brique_layers::{Init, Linear};
use brique_random::NumpyRandomState;
use serde_json::json;

use crate::descent::{Descent, flat, gradient_descent, mse};
use crate::experiments::regression_line::{EPOCHS, STEP};
use crate::least_squares::least_squares;
use crate::panels::{predictions_panel, regression_figure};
use crate::report_data::DATA_SEED;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "regression_plane",
    summary: "3.3 Linear regression on a plane in three inputs, without a split",
    steps: |_| 1,
    agreement: Agreement::Digits,
    run,
};

/// Draws in the report's order: the inputs, the noise of the targets, the weights.
pub(super) fn draw(rng: &mut NumpyRandomState) -> Result<(Dataset, Linear), Error> {
    let data = plane(rng);
    let model = Linear::new(3, 1, Init::StandardNormal, rng)?;
    Ok((data, model))
}

fn run(_settings: &Settings, _workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let (data, model) = draw(&mut NumpyRandomState::new(DATA_SEED))?;
    let Descent { model, losses } = gradient_descent(model, &data, STEP, EPOCHS)?;
    let optimum = least_squares(&data)?;
    progress();

    let (last, best) = (mse(&model, &data)?, mse(&optimum, &data)?);
    Ok(Outcome {
        results: json!({
            "losses": losses,
            "parameters": flat(&model),
            "train_mse": last,
            "test_mse": last,
            "least_squares": { "parameters": flat(&optimum), "train_mse": best, "test_mse": best },
        }),
        claims: vec![
            Claim::at_most(
                "regression_plane.learns",
                "training lowers the loss: after 1000 epochs over before",
                last / losses[0],
                0.1,
            ),
            Claim::at_least(
                "regression_plane.not_converged",
                "the training has not converged: its loss after 1000 epochs over that of least squares",
                last / best,
                2.0,
            ),
        ],
        figures: vec![regression_figure(
            "regression_plane.svg",
            "Linear regression of a plane",
            "Linear regression of a plane: predictions against truth above the loss by epoch, far from the least-squares \
             optimum when training stops.",
            predictions_panel(&[("train", &data)], &model)?,
            &losses,
            best,
        )],
        chapter: chapter(&flat(&model), &flat(&optimum), last, best),
        headline: format!("MSE {last:.4}, best {best:.4}"),
    })
}

fn chapter(learnt: &[f64], best: &[f64], last: f64, optimum: f64) -> String {
    let row = |name: &str, p: &[f64], mse: f64| {
        format!(
            "| {name} | {:.4} | {:.4} | {:.4} | {:.4} | {mse:.4} |\n",
            p[0], p[1], p[2], p[3]
        )
    };
    format!(
        "### 3.3.2 Experiment: a plane\n\n\
         *Expérimentation : Régression linéaire*\n\n\
         From the report's notebook; its text does not speak of it. 100 points drawn from the unit cube, y = 3x₁ + 1.5x₂ − 2x₃ + 4 with noise of deviation 0.5; the same loop without \
         a split, so that the losses below are those of training.\n\n\
         | | w₁ | w₂ | w₃ | bias | MSE |\n|---|---|---|---|---|---|\n{}{}\n\
         The weights are still far from the plane's: a thousand steps of {STEP} are not enough here either.\n",
        row(&format!("learnt in {EPOCHS} epochs"), learnt, last),
        row("least squares", best, optimum),
    )
}
