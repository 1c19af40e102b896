//! The loss of an example is computed independently of the other examples and of the memory layout.

use brique_core::Loss;
use brique_tensor::Matrix;
use brique_tensor::ndarray::array;

use super::results::{has_no_mean, losses_of_examples, value_and_delta};
use crate::Failure;
use crate::matrices::{copies_of_row, layouts, row_alone};
use crate::verdict::{nearly_same, refused, same};

/// Rows are independent: the loss of an example is the same number in a batch, among copies of itself, and alone.
///
/// # Errors
///
/// If the loss of an example depends on the other examples.
pub fn rows_do_not_see_one_another(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "rows_do_not_see_one_another";
    let losses = loss.per_example(y, yhat).map_err(refused(LAW))?;
    for (row, &expected) in losses.iter().enumerate() {
        let copies = loss.per_example(&copies_of_row(y, row), &copies_of_row(yhat, row));
        let copies = array![[copies.map_err(refused(LAW))?[row]]];
        let what = format!("the loss of row {row} among copies of it");
        same(LAW, loss, &what, &copies, &array![[expected]])?;
        let alone = losses_of_examples(LAW, loss, &row_alone(y, row), &row_alone(yhat, row))?;
        let what = format!("the loss of row {row} alone");
        nearly_same(LAW, loss, &what, &alone, &array![[expected]])?;
    }
    Ok(())
}

/// The memory layout of a matrix (row-major, column-major or reversed) does not change any result.
///
/// # Errors
///
/// If a result depends on the layout.
pub fn layout_changes_nothing(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "layout_changes_nothing";
    if has_no_mean(loss, y, yhat) {
        return Ok(());
    }
    let (value, delta) = value_and_delta(LAW, loss, y, yhat)?;
    let losses = losses_of_examples(LAW, loss, y, yhat)?;
    for (y, yhat) in layouts(y).into_iter().zip(layouts(yhat)) {
        let (found, found_delta) = value_and_delta(LAW, loss, &y, &yhat)?;
        nearly_same(LAW, loss, "the loss", &array![[found]], &array![[value]])?;
        nearly_same(LAW, loss, "the delta", &found_delta, &delta)?;
        let found = losses_of_examples(LAW, loss, &y, &yhat)?;
        nearly_same(LAW, loss, "the vector of losses", &found, &losses)?;
    }
    for mut buffer in layouts(&delta) {
        buffer.fill(f64::NAN);
        loss.backward_kernel(y, yhat, &mut buffer);
        nearly_same(LAW, loss, "the delta", &buffer, &delta)?;
    }
    Ok(())
}
