//! How the losses of the examples are reduced to one number.

use brique_core::{Loss, Reduction};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::results::{has_no_mean, losses_of_examples, value_and_delta};
use crate::Failure;
use crate::verdict::{law, nearly_same, refused, same};

/// A loss is the sum of `per_example`, divided by its `divisor`. With the reduction `Sum` the divisor is 1, and with
/// `BatchMean` it is the number of examples.
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
    })?;
    let divisor = loss.divisor(y, yhat);
    law(LAW, loss, !sum.is_finite() || is_sum(value * divisor), || {
        format!(
            "forward gives {value:e} and the divisor is {divisor:e}, the losses of the examples add up to {sum:e}"
        )
    })
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
        let (value, delta) = value_and_delta(LAW, loss, &y, &yhat)?;
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
    let (total, total_delta) = value_and_delta(LAW, &*sum, y, yhat)?;
    let losses = losses_of_examples(LAW, &*sum, y, yhat)?;
    for reduction in [Reduction::Mean, Reduction::BatchMean] {
        let mean = make(reduction);
        let loss: &dyn Loss<f64> = &*mean;
        let found = losses_of_examples(LAW, loss, y, yhat)?;
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
        let (value, delta) = value_and_delta(LAW, loss, y, yhat)?;
        let factor = value / total;
        let expected = &total_delta * factor;
        let what = format!("forward is {factor:e} of the sum's, and backward");
        nearly_same(LAW, loss, &what, &delta, &expected)?;
    }
    Ok(())
}
