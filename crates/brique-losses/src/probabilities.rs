//! The probabilities that predictions stand for.

use std::fmt::Display;

use brique_core::Error;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar, compile_once, exp, is_allocatable, sigmoid, softmax_forward};

use crate::checks::value;

compile_once! {
    /// Returns the softmax of each row of logits.
    pub(crate) fn of_logits<T: Scalar>(loss: &dyn Display, logits: &Matrix<T>) -> Result<Array2<T>, Error> {
        check_allocatable(loss, logits)?;
        let mut probabilities = Array2::zeros(logits.dim());
        softmax_forward(logits, &mut probabilities);
        Ok(probabilities)
    }

    /// Returns the sigmoid of each logit.
    pub(crate) fn of_binary_logits<T: Scalar>(loss: &dyn Display, logits: &Matrix<T>) -> Result<Array2<T>, Error> {
        check_allocatable(loss, logits)?;
        Ok(logits.mapv(sigmoid))
    }

    /// Returns the exponentials of logarithms of probabilities.
    pub(crate) fn of_logarithms<T: Scalar>(loss: &dyn Display, logarithms: &Matrix<T>) -> Result<Array2<T>, Error> {
        check_allocatable(loss, logarithms)?;
        Ok(logarithms.mapv(exp))
    }
}

/// Returns the probabilities themselves.
pub(crate) fn of_probabilities<T: Scalar>(
    loss: &dyn Display,
    probabilities: &Matrix<T>,
) -> Result<Array2<T>, Error> {
    check_allocatable(loss, probabilities)?;
    Ok(probabilities.to_owned())
}

fn check_allocatable<T: Scalar>(loss: &dyn Display, yhat: &Matrix<T>) -> Result<(), Error> {
    let (rows, columns) = yhat.dim();
    if is_allocatable::<T>((rows, columns), 1) {
        return Ok(());
    }
    let fault = value(
        "the number of probabilities",
        format!("{rows} · {columns}"),
        "as many as memory can address",
    );
    Err(Error::new(loss, "probabilities", fault))
}
