//! The results of a loss, in the form in which the laws compare them.

use brique_core::{Error, Fault, Loss};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis};

use crate::Failure;
use crate::verdict::refused;

/// Returns the loss and δ.
pub(super) fn value_and_delta(
    law: &'static str,
    loss: &dyn Loss<f64>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<(f64, Array2<f64>), Failure> {
    let value = loss.forward(y, yhat).map_err(refused(law))?;
    let delta = loss.backward(y, yhat).map_err(refused(law))?;
    Ok((value, delta))
}

/// Returns the vector of losses as a matrix of one row.
pub(super) fn losses_of_examples(
    law: &'static str,
    loss: &dyn Loss<f64>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<Array2<f64>, Failure> {
    let losses = loss.per_example(y, yhat).map_err(refused(law))?;
    Ok(losses.insert_axis(Axis(0)))
}

/// Returns whether the loss refuses the pair only because a mean over nothing is undefined.
pub(super) fn has_no_mean(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> bool {
    loss.forward(y, yhat).is_err_and(|error| is_no_mean(&error))
}

/// Returns whether the error says that a mean over nothing is undefined.
pub(crate) fn is_no_mean(error: &Error) -> bool {
    matches!(error.fault(), Fault::NoMean { .. })
}
