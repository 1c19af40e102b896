//! The laws that every loss satisfies. Each law can be called on its own.
//!
//! Each law takes a loss, a target y and a prediction ŷ. [`LOSS_LAWS`] lists the laws by name. [`reductions_agree`]
//! takes a function that creates the loss for each reduction.
//!
//! ```
//! use brique_core::{Loss, Reduction};
//! use brique_gradcheck::{Failure, loss_laws};
//! # use brique_tensor::{Matrix, ndarray::{ArrayRef1, Axis}};
//! # #[derive(Debug)]
//! # struct TotalError;
//! # impl std::fmt::Display for TotalError {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//! #         write!(f, "TotalError")
//! #     }
//! # }
//! # impl Loss for TotalError {
//! #     fn reduction(&self) -> Reduction { Reduction::Sum }
//! #     fn forward_kernel(&self, y: &Matrix, yhat: &Matrix) -> f64 { (yhat - y).sum() }
//! #     fn backward_kernel(&self, _: &Matrix, _: &Matrix, delta: &mut Matrix) {
//! #         delta.fill(1.0);
//! #     }
//! #     fn per_example_kernel(
//! #         &self, y: &Matrix, yhat: &Matrix, losses: &mut ArrayRef1<f64>
//! #     ) {
//! #         losses.assign(&(y - yhat).sum_axis(Axis(1))); // the other way round
//! #     }
//! # }
//! use brique_tensor::ndarray::array;
//!
//! let (y, yhat) = (array![[1.0, 2.0]], array![[1.5, 2.25]]);
//! loss_laws::a_gradient_step_lowers_the_loss(&TotalError, &y, &yhat)?;
//! let failure = loss_laws::examples_add_up(&TotalError, &y, &yhat).unwrap_err();
//! assert_eq!(
//!     failure.to_string(),
//!     "TotalError breaks the law examples_add_up: forward gives 7.5e-1, \
//!      the losses of the examples add up to -7.5e-1"
//! );
//! # Ok::<(), Failure>(())
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array1, Array2, Axis, array};

use crate::Failure;
use crate::descent::falls;
use crate::matrices::{copies_of_row, largest, layouts, row_alone};
use crate::verdict::{law, near, refused, same};

/// A law: returns an error if a loss violates it at a target and a prediction.
pub type LossLaw = fn(&dyn Loss<f64>, &Matrix, &Matrix) -> Result<(), Failure>;

macro_rules! by_name {
    ($($law:ident),+ $(,)?) => { &[$((stringify!($law), $law as LossLaw)),+] };
}

/// The laws of every loss, by name.
pub const LOSS_LAWS: &[(&str, LossLaw)] = by_name![
    kernels_overwrite,
    results_depend_on_arguments_only,
    rows_do_not_see_one_another,
    examples_add_up,
    layout_changes_nothing,
    an_empty_batch_has_no_mean,
    wrong_shapes_are_errors,
    nan_stays_nan,
    finite_predictions_give_numbers,
    a_gradient_step_lowers_the_loss,
];

/// Returns whether the loss refuses the pair only because a mean over nothing is undefined.
fn has_no_mean(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> bool {
    let result = loss.forward(y, yhat);
    result.is_err_and(|error| matches!(error.fault(), Fault::NoMean { .. }))
}

/// The backward kernel and the per-example kernel overwrite every entry of their buffer, regardless of its contents.
///
/// # Errors
///
/// If the result in a buffer full of NaN differs from the result in a new buffer.
pub fn kernels_overwrite(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "kernels_overwrite";
    let losses = loss.per_example(y, yhat).map_err(refused(LAW))?;
    let mut buffer = Array1::from_elem(losses.len(), f64::NAN);
    loss.per_example_kernel(y, yhat, &mut buffer);
    same(
        LAW,
        loss,
        "a vector of losses written over NaN",
        &in_a_row(buffer),
        &in_a_row(losses),
    )?;
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
    let (value, delta) = both(LAW, loss, y, yhat)?;
    // The same rows in another order are also a valid target and prediction.
    let (other_y, other_yhat) = (reversed(y), reversed(yhat));
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
        let alone = loss.per_example(&row_alone(y, row), &row_alone(yhat, row));
        let alone = in_a_row(alone.map_err(refused(LAW))?);
        let what = format!("the loss of row {row} alone");
        near(LAW, loss, &what, &alone, &array![[expected]], expected.abs())?;
    }
    Ok(())
}

/// A loss with reduction `Sum` is the sum of `per_example`, one with `BatchMean` is that sum divided by the number of
/// examples, and one with `Mean` is a positive multiple of that sum.
///
/// # Errors
///
/// If the value differs from this.
pub fn examples_add_up(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "examples_add_up";
    if has_no_mean(loss, y, yhat) {
        return Ok(());
    }
    let value = loss.forward(y, yhat).map_err(refused(LAW))?;
    let losses = loss.per_example(y, yhat).map_err(refused(LAW))?;
    let (sum, terms) = (losses.sum(), losses.mapv(f64::abs).sum());
    let is_sum = |value: f64| (value - sum).abs() <= 1e-10 * terms.max(f64::MIN_POSITIVE);
    let agree = match loss.reduction() {
        _ if !(value.is_finite() && sum.is_finite()) => value.is_nan() == sum.is_nan(),
        Reduction::Sum => is_sum(value),
        Reduction::BatchMean => is_sum(value * yhat.nrows() as f64),
        Reduction::Mean => value * sum >= 0.0 && (value == 0.0) == (sum == 0.0),
    };
    law(LAW, loss, agree, || {
        format!("forward gives {value:e}, the losses of the examples add up to {sum:e}")
    })
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
    let (value, delta) = both(LAW, loss, y, yhat)?;
    let losses = in_a_row(loss.per_example(y, yhat).map_err(refused(LAW))?);
    for (y, yhat) in layouts(y).into_iter().zip(layouts(yhat)) {
        let (found, found_delta) = both(LAW, loss, &y, &yhat)?;
        near(
            LAW,
            loss,
            "the loss",
            &array![[found]],
            &array![[value]],
            value.abs(),
        )?;
        near(LAW, loss, "the delta", &found_delta, &delta, largest(&delta))?;
        let found = in_a_row(loss.per_example(&y, &yhat).map_err(refused(LAW))?);
        near(
            LAW,
            loss,
            "the vector of losses",
            &found,
            &losses,
            largest(&losses),
        )?;
    }
    for mut buffer in layouts(&delta) {
        buffer.fill(f64::NAN);
        loss.backward_kernel(y, yhat, &mut buffer);
        near(LAW, loss, "the delta", &buffer, &delta, largest(&delta))?;
    }
    Ok(())
}

/// For a batch without rows, the sum is 0 and a mean is an error; δ and the vector of losses have no rows.
///
/// # Errors
///
/// If the mean of an empty batch is not an error, or its sum is an error or not 0.
pub fn an_empty_batch_has_no_mean(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "an_empty_batch_has_no_mean";
    let (y, yhat) = (Array2::zeros((0, y.ncols())), Array2::zeros((0, yhat.ncols())));
    let losses = loss.per_example(&y, &yhat).map_err(refused(LAW))?;
    law(LAW, loss, losses.is_empty(), || {
        format!("per_example gives {} losses", losses.len())
    })?;
    if loss.reduction() == Reduction::Sum {
        let (value, delta) = both(LAW, loss, &y, &yhat)?;
        law(LAW, loss, value == 0.0, || format!("the sum is {value:e}"))?;
        return same(LAW, loss, "the delta", &delta, &yhat);
    }
    for (method, result) in [
        ("forward", loss.forward(&y, &yhat).map(|_| ())),
        ("backward", loss.backward(&y, &yhat).map(|_| ())),
    ] {
        law(LAW, loss, result.is_err(), || {
            format!("{method} gives a mean of nothing")
        })?;
    }
    Ok(())
}

/// Every prediction of a wrong shape is an error in all three methods, and all three refuse the same shapes.
///
/// Another number of rows is always wrong. Another number of columns is wrong if `check` returns an error; otherwise
/// all three methods accept it.
///
/// # Errors
///
/// If a wrong shape is accepted or causes a panic, or a correct one is refused.
pub fn wrong_shapes_are_errors(loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "wrong_shapes_are_errors";
    let (rows, columns) = yhat.dim();
    let around = |size: usize| {
        [0, 1, size + 1, 2 * size + 1]
            .into_iter()
            .filter(move |&s| s != size)
    };
    let wrong_rows = around(rows).map(|rows| ((rows, columns), true));
    let wrong_columns = around(columns).map(|columns| ((rows, columns), false));
    for (shape, always) in wrong_rows.chain(wrong_columns) {
        let wrong = Array2::from_elem(shape, 0.5);
        let is_wrong = always || loss.check(y, &wrong).is_err();
        let describe = |verb: &str| {
            format!(
                "{verb} a prediction of shape {shape:?} for a target of shape {:?}",
                y.dim()
            )
        };
        for (method, call) in methods() {
            let result = catch_unwind(AssertUnwindSafe(|| call(loss, y, &wrong)));
            let result = result.map_err(|_| Failure::Law {
                law: LAW,
                subject: loss.to_string(),
                what: describe(&format!("{method} panics over")),
            })?;
            let no_mean = result
                .as_ref()
                .is_err_and(|error| matches!(error.fault(), Fault::NoMean { .. }));
            let verb = if is_wrong { "takes" } else { "refuses" };
            law(LAW, loss, no_mean || result.is_err() == is_wrong, || {
                describe(&format!("{method} {verb}"))
            })?;
        }
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
            format!("NaN comes of the finite prediction {prediction}")
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
    let (start, delta) = both(LAW, loss, y, yhat)?;
    let lower = falls(start, start.abs(), yhat, &delta, |step| {
        loss.forward(y, &(yhat - (&delta * step))).unwrap_or(f64::NAN)
    });
    law(LAW, loss, lower, || {
        "no step of the prediction down its delta lowers the loss".to_owned()
    })
}

/// The reductions of a loss agree: each loss returns the reduction it was created with, a mean is the sum times a
/// factor that is the same in `forward` and in `backward`, and the vector of per-example losses is the same for all
/// reductions.
///
/// # Errors
///
/// If they do not agree.
pub fn reductions_agree(
    make: &dyn Fn(Reduction) -> Box<dyn Loss<f64>>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "reductions_agree";
    for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
        let loss = make(reduction);
        law(LAW, &loss, loss.reduction() == reduction, || {
            format!("made for the reduction {reduction}, it says {}", loss.reduction())
        })?;
    }
    let sum = make(Reduction::Sum);
    let (total, total_delta) = both(LAW, &*sum, y, yhat)?;
    let losses = in_a_row(sum.per_example(y, yhat).map_err(refused(LAW))?);
    for reduction in [Reduction::Mean, Reduction::BatchMean] {
        let mean = make(reduction);
        let loss: &dyn Loss<f64> = &*mean;
        let found = in_a_row(loss.per_example(y, yhat).map_err(refused(LAW))?);
        same(
            LAW,
            loss,
            "its vector of losses, beside that of the sum,",
            &found,
            &losses,
        )?;
        if has_no_mean(loss, y, yhat) || total == 0.0 || !total.is_finite() {
            continue;
        }
        let (value, delta) = both(LAW, loss, y, yhat)?;
        let factor = value / total;
        let expected = &total_delta * factor;
        let what = format!("forward is {factor:e} of the sum's, and backward");
        near(LAW, loss, &what, &delta, &expected, largest(&expected))?;
    }
    Ok(())
}

fn both(
    check: &'static str,
    loss: &dyn Loss<f64>,
    y: &Matrix,
    yhat: &Matrix,
) -> Result<(f64, Array2<f64>), Failure> {
    let value = loss.forward(y, yhat).map_err(refused(check))?;
    let delta = loss.backward(y, yhat).map_err(refused(check))?;
    Ok((value, delta))
}

fn in_a_row(losses: Array1<f64>) -> Array2<f64> {
    losses.insert_axis(Axis(0))
}

fn reversed(matrix: &Matrix) -> Array2<f64> {
    let rows = matrix.nrows();
    Array2::from_shape_fn(matrix.dim(), |(row, column)| matrix[[rows - 1 - row, column]])
}
