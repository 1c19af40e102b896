//! Beyond the report: at which step sizes gradient descent on the line converges, and at which it diverges.

use brique_core::{Loss, Module};
use brique_losses::MSELoss;
use kuva::plot::LegendPosition;
use kuva::plot::line::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;
use serde_json::json;

use crate::descent::{Descent, flat, gradient_descent};
use crate::experiments::regression_line::{self, EPOCHS, Start};
use crate::figure::{Figure, Panel, Sheet, colour};
use crate::least_squares::{hessian_extremes, least_squares};
use crate::panels::curve;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "step_size",
    summary: "Beyond: the step size of gradient descent around its largest stable value",
    steps: |_| shares().len() + CURVES.len() + 1,
    agreement: Agreement::Digits,
    run,
};

/// The step that reaches the optimum in the report's number of epochs.
const GOOD_STEP: f64 = 0.02;

/// The step sizes whose whole curves are drawn.
const CURVES: [(f64, &str, &str); 3] = [
    (regression_line::STEP, colour::BLUE, "step 0.001 (report)"),
    (0.005, colour::ORANGE, "step 0.005"),
    (GOOD_STEP, colour::TEAL, "step 0.02"),
];

/// A step just beyond the largest stable one, as a share of it.
const SHARE_BEYOND: f64 = 1.002;

/// Step sizes as shares of the largest stable one: by sixteenths of a decade far below it, finer around it.
fn shares() -> Vec<f64> {
    let far = (0..33).map(|i| 0.01 * 10.0_f64.powf(f64::from(i) / 16.0));
    let near = [
        0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.005, 1.01, 1.02, 1.03, 1.05, 1.1,
    ];
    let mut shares: Vec<f64> = far.filter(|share| *share < 0.85).chain(near).collect();
    shares.sort_by(f64::total_cmp);
    shares
}

/// The outcome of a training with one step size.
struct Point {
    share: f64,
    step: f64,
    /// Mean squared distance of the predictions from those of least squares, on the training set.
    excess: f64,
    converges: bool,
}

fn run(_settings: &Settings, _workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let Start { train, model, .. } = regression_line::start()?;
    let optimum = least_squares(&train)?;
    let best_yhat = optimum.forward(train.inputs())?;
    let loss = MSELoss::new();
    // The residuals of least squares are orthogonal to every prediction, so this is the loss above its optimum.
    let excess = |model: &brique_layers::Linear| -> Result<f64, Error> {
        Ok(loss.forward(&best_yhat, &model.forward(train.inputs())?)?)
    };
    let (flattest, steepest) = hessian_extremes(&train);
    let largest_stable = 2.0 / steepest;
    let at_start = excess(&model)?;

    let mut points = Vec::new();
    for share in shares() {
        let step = share * largest_stable;
        let trained = gradient_descent(model.clone(), &train, step, EPOCHS)?;
        let excess = excess(&trained.model)?;
        points.push(Point {
            share,
            step,
            excess,
            converges: excess < at_start,
        });
        progress();
    }
    let mut curves = Vec::new();
    let optimal_loss = loss.forward(train.targets(), &best_yhat)?;
    let mut reached = Vec::new();
    for (step, colour, label) in CURVES {
        let Descent { model, losses } = gradient_descent(model.clone(), &train, step, EPOCHS)?;
        reached.push((
            step,
            flat(&model),
            excess(&model)?,
            losses.iter().step_by(100).copied().collect::<Vec<_>>(),
        ));
        let above: Vec<f64> = losses.iter().map(|loss| loss - optimal_loss).collect();
        curves.push(curve(&above, colour, label));
        progress();
    }
    let beyond = gradient_descent(model, &train, SHARE_BEYOND * largest_stable, EPOCHS)?;
    let above: Vec<f64> = beyond.losses.iter().map(|loss| loss - optimal_loss).collect();
    curves.push(curve(&above, colour::GREY, "1.002 · 2/λmax"));
    progress();
    let claims = claims(&points, largest_stable, &reached);
    Ok(Outcome {
        results: json!({
            "hessian_eigenvalues": [flattest, steepest],
            "largest_stable_step": largest_stable,
            "sweep": points.iter().map(|point| json!({
                "share_of_largest_stable": point.share,
                "step": point.step,
                "excess_loss": point.excess,
                "converges": point.converges,
            })).collect::<Vec<_>>(),
            "steps": reached.iter().map(|(step, parameters, excess, losses)| json!({
                "step": step,
                "parameters": parameters,
                "excess_loss": excess,
                "losses_every_100": losses,
            })).collect::<Vec<_>>(),
        }),
        chapter: chapter(flattest, steepest, largest_stable, &claims),
        claims,
        figures: vec![figure(&points, largest_stable, curves)],
        headline: format!("stable below {largest_stable:.4} = 2/λmax"),
    })
}

fn claims(points: &[Point], largest_stable: f64, reached: &[(f64, Vec<f64>, f64, Vec<f64>)]) -> Vec<Claim> {
    let stable = points
        .iter()
        .filter(|point| point.converges)
        .map(|point| point.share)
        .fold(0.0, f64::max);
    let unstable = points
        .iter()
        .filter(|point| !point.converges)
        .map(|point| point.share);
    let excess_of = |step: f64| {
        reached
            .iter()
            .find(|(s, ..)| s.total_cmp(&step).is_eq())
            .map_or(f64::NAN, |(_, _, excess, _)| *excess)
    };
    vec![
        Claim::rounds_to(
            "step_size.largest_stable",
            "the largest stable step, 2/λmax",
            largest_stable,
            0.0281,
            4,
        ),
        Claim::at_least(
            "step_size.converges_below",
            "the largest step of the sweep that converges, as a share of 2/λmax",
            stable,
            0.99,
        ),
        Claim::at_most(
            "step_size.diverges_above",
            "the smallest step of the sweep that diverges, as a share of 2/λmax",
            unstable.fold(f64::INFINITY, f64::min),
            1.01,
        ),
        Claim::at_least(
            "step_size.report_is_slow",
            "the report's step 0.001 leaves this much loss above the optimum after 1000 epochs",
            excess_of(regression_line::STEP),
            0.5,
        ),
        Claim::at_most(
            "step_size.good_step_converges",
            "step 0.02 leaves this much loss above the optimum after the same 1000 epochs",
            excess_of(GOOD_STEP),
            1e-6,
        ),
    ]
}

fn figure(points: &[Point], largest_stable: f64, curves: Vec<Plot>) -> Figure {
    let whole = sweep_panel(
        points,
        "After 1000 epochs, by step size",
        |point| point.step,
        largest_stable,
        (-12.0, 6.0),
    )
    .with(|layout| {
        layout
            .with_x_label("step size")
            .with_x_axis_min(2e-4)
            .with_x_axis_max(5e-2)
    })
    .logarithmic_x();
    let around =
        sweep_panel(points, "Around 2/λmax", |point| point.share, 1.0, (-15.0, 40.0)).with(|layout| {
            layout
                .with_x_label("share of 2/λmax")
                .with_x_axis_min(0.88)
                .with_x_axis_max(1.12)
        });
    let epochs = Panel::new(curves, "Epoch by epoch", "epoch", EXCESS)
        .legend(LegendPosition::InsideBottomLeft)
        .with(|layout| layout.with_x_axis_min(0.0).with_x_axis_max(EPOCHS as f64))
        .logarithmic_y();
    Sheet {
        title: "How the step size decides".to_owned(),
        columns: 1,
        rows: vec![
            (320.0, vec![(1, whole.legend(LegendPosition::InsideBottomLeft))]),
            (300.0, vec![(1, around.legend(LegendPosition::InsideBottomRight))]),
            (320.0, vec![(1, epochs)]),
        ],
    }
    .draw(
        "step_size.svg",
        "Loss above least squares after 1000 epochs against the step size, over its whole range and around 2/λmax: it \
         falls until just below 2/λmax and explodes beyond; and epoch by epoch for four step sizes.",
    )
}

const EXCESS: &str = "loss above least squares";

/// The excess of every run against `x`, drawn as its decimal logarithm between the `decades`, and a line at `limit`.
fn sweep_panel(
    points: &[Point],
    title: &str,
    x: impl Fn(&Point) -> f64,
    limit: f64,
    decades: (f64, f64),
) -> Panel {
    let margin = 0.04 * (decades.1 - decades.0);
    let (low, high) = (decades.0 + margin, decades.1 - margin);
    let drawn: Vec<(bool, f64, f64)> = points
        .iter()
        .map(|point| (point.converges, x(point), point.excess.log10().clamp(low, high)))
        .collect();
    let of = |converges: bool| {
        let chosen = drawn
            .iter()
            .filter(|(c, ..)| *c == converges)
            .map(|&(_, x, y)| (x, y));
        ScatterPlot::new().with_data(chosen.collect::<Vec<_>>())
    };
    let plots: Vec<Plot> = vec![
        LinePlot::new()
            .with_data([(limit, decades.0), (limit, decades.1)])
            .with_color(colour::GREY)
            .with_dashed()
            .with_legend("2/λmax")
            .into(),
        of(true)
            .with_color(colour::BLUE)
            .with_size(3.2)
            .with_legend("converges")
            .into(),
        of(false)
            .with_color(colour::ORANGE)
            .with_marker(MarkerShape::Cross)
            .with_size(4.2)
            .with_marker_stroke_width(1.6)
            .with_legend("diverges (beyond the axis drawn at its top)")
            .into(),
    ];
    Panel::new(plots, title, "", EXCESS)
        .exponents_y()
        .with(|layout| layout.with_y_axis_min(decades.0).with_y_axis_max(decades.1))
}

fn chapter(flattest: f64, steepest: f64, largest_stable: f64, claims: &[Claim]) -> String {
    let measured = |id: &str| {
        claims
            .iter()
            .find(|claim| claim.id == id)
            .map(Claim::measured_as_text)
            .unwrap_or_default()
    };
    format!(
        "## Beyond the report: the step size\n\n\
         *Au-delà du rapport : le pas de gradient*\n\n\
         The loss of the line is a quadratic whose curvatures are the eigenvalues of its Hessian, {flattest:.4} and \
         {steepest:.4}. A step of size η multiplies the distance to the optimum by 1 − ηλ along each of the two \
         directions: it converges below 2/λmax = {largest_stable:.4} and diverges above. At the report's 0.001 the flat \
         direction shrinks by a factor of {:.5} an epoch, which is why a thousand epochs leave a loss of {} above the optimum; at 0.02 \
         they leave {}.\n",
        1.0 - regression_line::STEP * flattest,
        measured("step_size.report_is_slow"),
        measured("step_size.good_step_converges"),
    )
}
