//! Losses have no state: kernels overwrite their buffers, and results depend only on the arguments.

use brique_core::Loss;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array1, Array2, Axis, array};

use super::results::{has_no_mean, losses_of_examples, value_and_delta};
use crate::Failure;
use crate::matrices::rows_reversed;
use crate::verdict::{refused, same};

/// The backward kernel and the per-example kernel overwrite every entry of their buffer, regardless of its contents.
///
/// # Errors
///
/// If the result in a buffer full of NaN differs from the result in a new buffer.
pub fn kernels_overwrite(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "kernels_overwrite";
    let losses = losses_of_examples(LAW, loss, y, yhat)?;
    let mut buffer = Array1::from_elem(losses.len(), f64::NAN);
    loss.per_example_kernel(y, yhat, &mut buffer);
    let buffer = buffer.insert_axis(Axis(0));
    same(LAW, loss, "a vector of losses written over NaN", &buffer, &losses)?;
    if has_no_mean(loss, y, yhat) {
        return Ok(());
    }
    let delta = loss.backward(y, yhat).map_err(refused(LAW))?;
    let mut buffer = Array2::from_elem(delta.dim(), f64::NAN);
    loss.backward_kernel(y, yhat, &mut buffer);
    same(LAW, loss, "a delta written over NaN", &buffer, &delta)
}

/// Results depend only on the arguments: computing the loss of another batch in between changes no bit.
///
/// # Errors
///
/// If a result depends on earlier calls.
pub fn results_depend_on_arguments_only(
    loss: &dyn Loss<f64>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "results_depend_on_arguments_only";
    if has_no_mean(loss, y, yhat) {
        return Ok(());
    }
    let (value, delta) = value_and_delta(LAW, loss, y, yhat)?;
    // The same rows in another order are also a valid target and prediction.
    let (other_y, other_yhat) = (rows_reversed(y), rows_reversed(yhat));
    loss.forward(&other_y, &other_yhat).map_err(refused(LAW))?;
    let again = loss.backward(y, yhat).map_err(refused(LAW))?;
    same(LAW, loss, "the delta after another batch", &again, &delta)?;
    loss.backward(&other_y, &other_yhat).map_err(refused(LAW))?;
    let again = loss.forward(y, yhat).map_err(refused(LAW))?;
    same(
        LAW,
        loss,
        "the loss after another batch",
        &array![[again]],
        &array![[value]],
    )
}
