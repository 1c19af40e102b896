//! Checks of shapes on entry: a loss accepts predictions of the right shape and refuses all others with an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use brique_core::{Error, Loss};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::results::is_no_mean;
use crate::Failure;
use crate::verdict::law;

/// Every prediction of a wrong shape is an error in all three methods, and all three refuse the same shapes.
///
/// Another number of rows is always wrong. Another number of columns is wrong if `check` returns an error; otherwise
/// all three methods accept it.
///
/// # Errors
///
/// If a wrong shape is accepted or causes a panic, or a correct one is refused.
pub fn wrong_shapes_are_errors(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    let (rows, columns) = yhat.dim();
    for rows in wrong_sizes(rows) {
        methods_agree(loss, y, &Array2::from_elem((rows, columns), 0.5), true)?;
    }
    for columns in wrong_sizes(columns) {
        let prediction = Array2::from_elem((rows, columns), 0.5);
        let is_wrong = loss.check(y, &prediction).is_err();
        methods_agree(loss, y, &prediction, is_wrong)?;
    }
    Ok(())
}

/// Returns sizes around `size` that differ from it; 0 and 1 are among them, because broadcasting would accept them.
fn wrong_sizes(size: usize) -> impl Iterator<Item = usize> {
    [0, 1, size + 1, 2 * size + 1]
        .into_iter()
        .filter(move |&wrong| wrong != size)
}

/// Checks that all three methods refuse the prediction if it is wrong, and that all three accept it otherwise.
fn methods_agree(
    loss: &dyn Loss<f64>,
    y: &Matrix,
    prediction: &Matrix,
    is_wrong: bool,
) -> Result<(), Failure> {
    const LAW: &str = "wrong_shapes_are_errors";
    let describe = |verb: &str| {
        format!(
            "{verb} a prediction of shape {:?} for a target of shape {:?}",
            prediction.dim(),
            y.dim()
        )
    };
    for (method, call) in methods() {
        let result = catch_unwind(AssertUnwindSafe(|| call(loss, y, prediction)));
        let result = result.map_err(|_| Failure::Law {
            law: LAW,
            subject: loss.to_string(),
            what: describe(&format!("{method} panics over")),
        })?;
        let no_mean = result.as_ref().is_err_and(is_no_mean);
        let verb = if is_wrong { "takes" } else { "refuses" };
        law(LAW, loss, no_mean || result.is_err() == is_wrong, || {
            describe(&format!("{method} {verb}"))
        })?;
    }
    Ok(())
}

type Method = fn(&dyn Loss<f64>, &Matrix, &Matrix) -> Result<(), Error>;

fn methods() -> [(&'static str, Method); 3] {
    [
        ("forward", |loss, y, yhat| loss.forward(y, yhat).map(|_| ())),
        ("backward", |loss, y, yhat| loss.backward(y, yhat).map(|_| ())),
        ("per_example", |loss, y, yhat| {
            loss.per_example(y, yhat).map(|_| ())
        }),
    ]
}
