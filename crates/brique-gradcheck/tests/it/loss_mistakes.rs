//! Mistakes that people make in losses, each planted in one that is right.

use std::sync::{Arc, Mutex};

use brique_core::Reduction;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Axis, Zip, array};

use crate::toy_loss::ToyLoss;
use crate::toy_losses::{Case, bce, cross_entropy, mse};
use crate::toys::softmax_of;

pub struct LossMistake {
    pub what: &'static str,
    pub right: fn() -> Case,
    pub plant: fn(&mut ToyLoss),
}

fn mistake(what: &'static str, right: fn() -> Case, plant: fn(&mut ToyLoss)) -> LossMistake {
    LossMistake { what, right, plant }
}

/// Multiplies δ with a factor of (rows, columns, divisor).
fn scale(loss: &mut ToyLoss, factor: fn(f64, f64, f64) -> f64) {
    let right = Arc::clone(&loss.backward);
    loss.backward = Arc::new(move |y, yhat, divisor, delta| {
        right(y, yhat, divisor, delta);
        let (rows, columns) = yhat.dim();
        let factor = factor(rows as f64, columns as f64, divisor);
        delta.mapv_inplace(|delta| delta * factor);
    });
}

pub fn all() -> Vec<LossMistake> {
    [of_gradients(), of_stability(), of_the_contract()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_gradients() -> Vec<LossMistake> {
    vec![
        mistake("y − ŷ for ŷ − y", mse, |loss| scale(loss, |_, _, _| -1.0)),
        mistake("factor 2 lost", mse, |loss| scale(loss, |_, _, _| 0.5)),
        mistake("mean in forward and sum in backward", mse, |loss| {
            scale(loss, |_, _, divisor| divisor);
        }),
        mistake("mean over the batch in backward alone", mse, |loss| {
            scale(loss, |rows, _, divisor| divisor / rows);
        }),
        mistake("y and ŷ swapped in backward", mse, |loss| {
            let right = Arc::clone(&loss.backward);
            loss.backward = Arc::new(move |y, yhat, divisor, delta| right(yhat, y, divisor, delta));
        }),
        mistake("1 − Σ y·ŷ for a cross-entropy", cross_entropy, |loss| {
            loss.forward = Arc::new(|y, z, divisor| {
                let one = |i: usize| {
                    let p = softmax_of(z.row(i).to_vec().into_iter());
                    1.0 - y.row(i).iter().zip(p).map(|(y, p)| y * p).sum::<f64>()
                };
                (0..z.nrows()).map(one).sum::<f64>() / divisor
            });
        }),
        mistake("target not subtracted from the softmax", cross_entropy, |loss| {
            let right = Arc::clone(&loss.backward);
            loss.backward = Arc::new(move |y, z, divisor, delta| right(&(y * 0.0), z, divisor, delta));
        }),
        mistake("p − y without the derivative of the sigmoid", bce, |loss| {
            loss.backward = Arc::new(|y, p, divisor, delta| delta.assign(&((p - y) / divisor)));
        }),
    ]
}

fn of_stability() -> Vec<LossMistake> {
    vec![
        mistake("overflow of the exponentials", cross_entropy, |loss| {
            loss.forward = Arc::new(|y, z, divisor| {
                let one = |i: usize| {
                    let sum: f64 = z.row(i).iter().map(|z| z.exp()).sum();
                    y.row(i)
                        .iter()
                        .zip(z.row(i))
                        .map(|(y, z)| -y * (z.exp() / sum).ln())
                        .sum::<f64>()
                };
                (0..z.nrows()).map(one).sum::<f64>() / divisor
            });
        }),
        mistake("0 · ln 0", bce, |loss| {
            loss.forward = Arc::new(|y, p, divisor| {
                let term = |(y, p): (&f64, &f64)| -y * p.ln() - (1.0 - y) * (1.0 - p).ln();
                y.iter().zip(p).map(term).sum::<f64>() / divisor
            });
        }),
        mistake("NaN made a number by min", mse, |loss| {
            loss.forward = Arc::new(|y, yhat, divisor| {
                let term = |(y, yhat): (&f64, &f64)| (yhat - y).powi(2).min(1e300);
                y.iter().zip(yhat).map(term).sum::<f64>() / divisor
            });
        }),
    ]
}

fn of_the_contract() -> Vec<LossMistake> {
    vec![
        mistake(
            "losses of the examples averaged over their columns",
            mse,
            |loss| {
                loss.per_example = Arc::new(|y, yhat, losses| {
                    losses.assign(&((yhat - y).mapv(|e| e * e).sum_axis(Axis(1)) / 3.0));
                });
            },
        ),
        mistake("losses of the examples relative to their mean", mse, |loss| {
            let right = Arc::clone(&loss.per_example);
            loss.per_example = Arc::new(move |y, yhat, losses| {
                right(y, yhat, losses);
                let mean = losses.sum() / losses.len().max(1) as f64;
                losses.mapv_inplace(|loss| loss - mean);
            });
        }),
        mistake("a row broadcast against a column", mse, |loss| {
            loss.fits = Arc::new(|y, yhat| y.dim() == yhat.dim() || y.nrows() == 1 || yhat.nrows() == 1);
        }),
        mistake("columns that the target does not have taken", mse, |loss| {
            loss.fits = Arc::new(|y, yhat| y.nrows() == yhat.nrows());
        }),
        mistake("reduction ignored", mse, |loss| loss.reduction = Reduction::Mean),
        mistake("mean and batch mean swapped", mse, |loss| loss.swaps_means = true),
        mistake(
            "divisor of a loss with a term per element",
            cross_entropy,
            |loss| {
                loss.divides_by_elements = true;
            },
        ),
        mistake(
            "losses of the examples read in the order of memory",
            mse,
            |loss| {
                loss.per_example = Arc::new(|y, yhat, losses| {
                    let in_memory = |matrix: &Matrix| matrix.as_slice_memory_order().map(<[f64]>::to_vec);
                    let yhat = in_memory(yhat).unwrap_or_else(|| yhat.iter().copied().collect());
                    for (row, loss) in losses.iter_mut().enumerate() {
                        *loss = (0..3)
                            .map(|column| (yhat[3 * row + column] - y[[row, column]]).powi(2))
                            .sum();
                    }
                });
            },
        ),
        mistake("delta added to its buffer", mse, |loss| {
            loss.backward = Arc::new(|y, yhat, divisor, delta| {
                Zip::from(delta)
                    .and(y)
                    .and(yhat)
                    .for_each(|delta, y, yhat| *delta += 2.0 * (yhat - y) / divisor);
            });
        }),
        mistake("the mean of an empty batch is 0", mse, |loss| {
            loss.nothing_has_a_mean = true;
        }),
        mistake("prediction of the last forward used in backward", mse, |loss| {
            let cache = Arc::new(Mutex::new(array![[]]));
            let kept = Arc::clone(&cache);
            let right = Arc::clone(&loss.forward);
            loss.forward = Arc::new(move |y, yhat, divisor| {
                *kept.lock().unwrap() = yhat.to_owned();
                right(y, yhat, divisor)
            });
            loss.backward = Arc::new(move |y, _, divisor, delta| {
                let yhat = cache.lock().unwrap();
                if yhat.dim() == y.dim() {
                    delta.assign(&((y - &**yhat) * (-2.0 / divisor)));
                }
            });
        }),
        mistake("numbers read in the order of memory", mse, |loss| {
            loss.forward = Arc::new(|y, yhat, divisor| {
                let in_memory = yhat.as_slice_memory_order().map(<[f64]>::to_vec);
                let numbers = in_memory.unwrap_or_else(|| yhat.iter().copied().collect());
                y.iter()
                    .zip(numbers)
                    .map(|(y, yhat)| (yhat - y).powi(2))
                    .sum::<f64>()
                    / divisor
            });
        }),
        mistake("another function for the mean than for the sum", mse, |loss| {
            if loss.reduction == Reduction::Mean {
                let right = Arc::clone(&loss.backward);
                loss.forward = Arc::new(|y, yhat, divisor| (yhat - y).mapv(f64::abs).sum() / divisor);
                loss.backward = Arc::new(move |y, yhat, divisor, delta| {
                    right(y, yhat, divisor, delta);
                    delta.mapv_inplace(|delta| delta.signum() / divisor);
                });
            }
        }),
    ]
}
