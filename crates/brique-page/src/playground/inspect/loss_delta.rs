//! δ at the prediction: the derivative of the loss, with the numbers put in.

use brique_tensor::sigmoid;

use super::Formula;
use super::formula::{factor, number, subscript};
use super::passes::Passes;
use crate::playground::config::Loss;

/// Returns how δ of one value of the prediction follows from the loss.
pub(super) fn loss_delta(passes: &Passes<'_>, row: usize, unit: usize, delta: f64) -> Formula {
    let (y, prediction) = (passes.targets(), passes.output(passes.len() - 1));
    let (n, m) = (prediction.nrows(), prediction.ncols());
    let yhat = prediction[[row, unit]];
    let target = y[[row, if y.ncols() == m { unit } else { 0 }]];
    let j = subscript(unit);
    let nm = n * m;
    let (symbols, numbers) = match passes.loss_config() {
        Loss::CrossEntropyLoss { label_smoothing } => {
            let probability = passes
                .loss()
                .probabilities(prediction)
                .map_or(f64::NAN, |p| p[[row, unit]]);
            let is_class = (target - unit as f64).abs() < 0.5;
            let one_hot = if is_class { 1.0 } else { 0.0 };
            let wanted = (1.0 - label_smoothing) * one_hot + label_smoothing / m as f64;
            (
                format!("δ{j} = (p{j} − q{j}) / n"),
                format!("({} − {}) / {n}", number(probability), number(wanted)),
            )
        }
        Loss::BCEWithLogitsLoss {} => (
            format!("δ{j} = (σ(ŷ{j}) − y{j}) / {}", count(m)),
            format!("({} − {}) / {nm}", number(sigmoid(yhat)), number(target)),
        ),
        Loss::MSELoss {} => (
            format!("δ{j} = 2·(ŷ{j} − y{j}) / {}", count(m)),
            format!("2·({} − {}) / {nm}", number(yhat), factor(target)),
        ),
        Loss::L1Loss {} => (
            format!("δ{j} = sign(ŷ{j} − y{j}) / {}", count(m)),
            format!("sign({} − {}) / {nm}", number(yhat), factor(target)),
        ),
        Loss::HuberLoss { delta: d } => (
            format!("δ{j} = clip(ŷ{j} − y{j}, −d, d) / {}", count(m)),
            format!(
                "clip({} − {}, −{}, {}) / {nm}",
                number(yhat),
                factor(target),
                number(*d),
                number(*d)
            ),
        ),
        Loss::HingeLoss {} => (
            format!("δ{j} = −y{j} / {} if y{j}·ŷ{j} < 1, else 0", count(m)),
            format!(
                "y·ŷ = {}: {}",
                number(target * yhat),
                if target * yhat < 1.0 {
                    format!("−{} / {nm}", factor(target))
                } else {
                    "0".to_owned()
                }
            ),
        ),
    };
    Formula {
        symbols,
        numbers: format!("{numbers} = {}", number(delta)),
    }
}

/// The divisor of a loss with one term per element.
fn count(columns: usize) -> &'static str {
    if columns == 1 { "n" } else { "(n·m)" }
}
