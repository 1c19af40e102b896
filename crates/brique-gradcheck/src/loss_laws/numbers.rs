//! Laws about NaN, large numbers, and a gradient step.

use brique_core::Loss;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::results::{has_no_mean, value_and_delta};
use crate::Failure;
use crate::descent::falls;
use crate::excerpt::excerpt;
use crate::verdict::law;

/// A NaN in the prediction makes the loss and the loss of its example NaN, or is an error, if they depend on that
/// number.
///
/// # Errors
///
/// If the loss of a prediction with a NaN is a number.
pub fn nan_stays_nan(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "nan_stays_nan";
    let mut with = yhat.to_owned();
    for (index, &number) in yhat.indexed_iter() {
        let mut losses_with = |number: f64| {
            with[index] = number;
            Some((
                loss.forward(y, &with).ok()?,
                loss.per_example(y, &with).ok()?[index.0],
            ))
        };
        let losses: Vec<(f64, f64)> = [0.1, 0.5, 0.9, 3.0, -3.0]
            .into_iter()
            .filter_map(&mut losses_with)
            .collect();
        let depends = losses
            .windows(2)
            .any(|pair| pair[0].1.to_bits() != pair[1].1.to_bits());
        if let (true, Some((value, of_example))) = (depends, losses_with(f64::NAN)) {
            law(LAW, loss, value.is_nan() && of_example.is_nan(), || {
                format!(
                    "a NaN in the prediction at {index:?} gives a loss of {value:e}, of which its example has {of_example:e}"
                )
            })?;
        }
        with[index] = number;
    }
    Ok(())
}

/// Finite predictions lead to no NaN in the loss or in δ. The law tries predictions up to a thousand times as large,
/// and the target itself, where a logarithm may meet a 0.
///
/// Predictions that the loss refuses are skipped. Infinity is accepted: it is not NaN.
///
/// # Errors
///
/// If a finite prediction leads to a NaN.
pub fn finite_predictions_give_numbers(
    loss: &dyn Loss<f64>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "finite_predictions_give_numbers";
    let scaled = [1.0, 10.0, 100.0, 1000.0].map(|factor| yhat * factor);
    let is_prediction = |matrix: &Array2<f64>| matrix.dim() == yhat.dim();
    for prediction in scaled.into_iter().chain(Some(y.to_owned()).filter(is_prediction)) {
        let (Ok(value), Ok(delta)) = (loss.forward(y, &prediction), loss.backward(y, &prediction)) else {
            continue;
        };
        let is_number = !value.is_nan() && delta.iter().all(|value| !value.is_nan());
        law(LAW, loss, is_number, || {
            format!(
                "NaN comes of a finite prediction\n{}",
                excerpt("prediction", &prediction, None)
            )
        })?;
    }
    Ok(())
}

/// A small gradient step lowers the loss: moving the prediction against δ lowers it by about the step times the
/// squared gradient.
///
/// # Errors
///
/// If no step of any size does.
pub fn a_gradient_step_lowers_the_loss(
    loss: &dyn Loss<f64>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "a_gradient_step_lowers_the_loss";
    if has_no_mean(loss, y, yhat) {
        return Ok(());
    }
    let (start, delta) = value_and_delta(LAW, loss, y, yhat)?;
    let lower = falls(start, start.abs(), yhat, &delta, |step| {
        loss.forward(y, &(yhat - (&delta * step))).unwrap_or(f64::NAN)
    });
    law(LAW, loss, lower, || {
        "no step of the prediction down its delta lowers the loss".to_owned()
    })
}
