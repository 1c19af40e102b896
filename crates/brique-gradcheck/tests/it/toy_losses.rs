//! Right losses, with a target and a prediction for each.

use std::sync::Arc;

use brique_core::Reduction;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis, array};

use crate::toy_loss::ToyLoss;
use crate::toys::{normal, softmax_of};

pub type Case = (ToyLoss, Array2<f64>, Array2<f64>);

/// A loss whose terms are the elements of the prediction.
fn of_terms(name: &'static str, term: fn(f64, f64) -> f64, derivative: fn(f64, f64) -> f64) -> ToyLoss {
    let terms = move |y: &Matrix, yhat: &Matrix| {
        Array2::from_shape_fn(yhat.dim(), |index| term(y[index], yhat[index]))
    };
    ToyLoss {
        name,
        reduction: Reduction::Mean,
        terms: |columns| columns,
        fits: Arc::new(|y, yhat| y.dim() == yhat.dim()),
        forward: Arc::new(move |y, yhat, divisor| terms(y, yhat).sum() / divisor),
        backward: Arc::new(move |y, yhat, divisor, delta| {
            for (index, delta) in delta.indexed_iter_mut() {
                *delta = derivative(y[index], yhat[index]) / divisor;
            }
        }),
        per_example: Arc::new(move |y, yhat, losses| losses.assign(&terms(y, yhat).sum_axis(Axis(1)))),
        nothing_has_a_mean: false,
        swaps_means: false,
        divides_by_elements: false,
    }
}

pub fn mse() -> Case {
    let loss = of_terms("MSE", |y, yhat| (yhat - y).powi(2), |y, yhat| 2.0 * (yhat - y));
    (loss, normal((4, 3), 11), normal((4, 3), 12))
}

/// `y ln p`, and 0 for no y.
pub fn times_ln(y: f64, p: f64) -> f64 {
    if y == 0.0 && !p.is_nan() { 0.0 } else { y * p.ln() }
}

/// Probabilities for targets of 0 and 1; only what lies between them is a prediction.
pub fn bce() -> Case {
    let mut loss = of_terms(
        "BCE",
        |y, p| -times_ln(y, p) - times_ln(1.0 - y, 1.0 - p),
        |y, p| if y == p { 0.0 } else { (p - y) / (p * (1.0 - p)) },
    );
    loss.fits =
        Arc::new(|y, p| y.dim() == p.dim() && p.iter().all(|p| p.is_nan() || (0.0..=1.0).contains(p)));
    (
        loss,
        array![[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]],
        array![[0.2, 0.7], [0.4, 0.9], [0.5, 0.05]],
    )
}

fn row(matrix: &Matrix, row: usize) -> Vec<f64> {
    matrix.row(row).to_vec()
}

/// −Σ y ln softmax(z) of one row, by log-sum-exp.
pub fn cross_entropy_of(y: &[f64], z: &[f64]) -> f64 {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log_sum = z.iter().map(|z| (z - largest).exp()).sum::<f64>().ln() + largest;
    y.iter().zip(z).map(|(y, z)| y * (log_sum - z)).sum()
}

/// Logits for one-hot targets; one term an example.
pub fn cross_entropy() -> Case {
    let loss = ToyLoss {
        name: "CrossEntropy",
        reduction: Reduction::Mean,
        terms: |_| 1,
        fits: Arc::new(|y, z| y.dim() == z.dim()),
        forward: Arc::new(|y, z, divisor| {
            (0..z.nrows())
                .map(|i| cross_entropy_of(&row(y, i), &row(z, i)))
                .sum::<f64>()
                / divisor
        }),
        backward: Arc::new(|y, z, divisor, delta| {
            for i in 0..z.nrows() {
                for (j, p) in softmax_of(row(z, i).into_iter()).into_iter().enumerate() {
                    delta[[i, j]] = (p - y[[i, j]]) / divisor;
                }
            }
        }),
        per_example: Arc::new(|y, z, losses| {
            for (i, loss) in losses.iter_mut().enumerate() {
                *loss = cross_entropy_of(&row(y, i), &row(z, i));
            }
        }),
        nothing_has_a_mean: false,
        swaps_means: false,
        divides_by_elements: false,
    };
    let y = array![[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    (loss, y, normal((4, 3), 13) * 2.0)
}
