//! Mistakes that people make in modules, each planted in one that is right.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use brique_core::Parameter;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Zip, array};

use crate::saved_mistakes;
use crate::toy::Toy;
use crate::toys::{
    add, elementwise, hidden, inner_delta, linear, logistic, network, product, relu, sigmoid, softmax,
    softmax_of, tanh, with_ones, without_last_row,
};
use crate::windows::{
    CHANNELS, KERNEL, STRIDE, WINDOWS, at, average_pool, conv, max_pool, tap, taps, winner,
};

pub struct ModuleMistake {
    pub what: &'static str,
    pub right: fn() -> Toy,
    pub plant: fn(&mut Toy),
}

pub fn mistake(what: &'static str, right: fn() -> Toy, plant: fn(&mut Toy)) -> ModuleMistake {
    ModuleMistake { what, right, plant }
}

fn three_to_two() -> Toy {
    linear(3, 2)
}

fn square() -> Toy {
    linear(3, 3)
}

/// Changes what the gradient kernel adds: `change` gets xᵀδ with the bias row.
fn gradient(
    toy: &mut Toy,
    change: impl Fn(Array2<f64>, &Matrix, &Matrix) -> Array2<f64> + Send + Sync + 'static,
) {
    toy.gradient = Arc::new(move |p, x, delta| {
        add(&mut p[0], &change(product(&with_ones(x).t(), delta), x, delta));
    });
}

/// Changes what the delta kernel writes: `change` gets its result in place.
fn delta(toy: &mut Toy, change: impl Fn(&mut Matrix, &Matrix, &Matrix) + Send + Sync + 'static) {
    let right = Arc::clone(&toy.delta);
    toy.delta = Arc::new(move |p, x, delta, d| {
        right(p, x, delta, d);
        change(d, x, delta);
    });
}

/// Changes what the forward kernel writes: `change` gets its result in place.
fn forward(toy: &mut Toy, change: impl Fn(&mut Matrix, &Matrix) + Send + Sync + 'static) {
    let right = Arc::clone(&toy.forward);
    toy.forward = Arc::new(move |p, x, y| {
        right(p, x, y);
        change(y, x);
    });
}

/// Keeps the last input of the forward pass, as a module with memory does.
fn remember(toy: &mut Toy) -> Arc<Mutex<Array2<f64>>> {
    let cache = Arc::new(Mutex::new(array![[]]));
    let kept = Arc::clone(&cache);
    forward(toy, move |_, x| *kept.lock().unwrap() = x.to_owned());
    cache
}

pub fn all() -> Vec<ModuleMistake> {
    [
        of_linear(),
        of_the_contract(),
        of_overwritten_gradients(),
        saved_mistakes::all(),
        of_activations(),
        of_softmax(),
        of_windows(),
        of_networks(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_linear() -> Vec<ModuleMistake> {
    vec![
        mistake("input delta with the wrong sign", three_to_two, |toy| {
            delta(toy, |d, _, _| d.mapv_inplace(|d| -d));
        }),
        mistake("input delta doubled", three_to_two, |toy| {
            delta(toy, |d, _, _| d.mapv_inplace(|d| 2.0 * d));
        }),
        mistake("weights not transposed in the backward pass", square, |toy| {
            toy.delta = Arc::new(|p, _, delta, d| d.assign(&product(delta, &without_last_row(p[0].value()))));
        }),
        mistake(
            "bias row taken for the first row of weights",
            three_to_two,
            |toy| {
                toy.delta = Arc::new(|p, _, delta, d| {
                    let shifted = Array2::from_shape_fn((3, 2), |(i, j)| p[0].value()[[i + 1, j]]);
                    d.assign(&product(delta, &shifted.t()));
                });
            },
        ),
        mistake(
            "last row of the batch dropped from the input delta",
            three_to_two,
            |toy| {
                delta(toy, |d, _, _| {
                    d.rows_mut()
                        .into_iter()
                        .next_back()
                        .into_iter()
                        .for_each(|mut row| row.fill(0.0));
                });
            },
        ),
        mistake("gradient with the wrong sign", three_to_two, |toy| {
            gradient(toy, |g, _, _| -g);
        }),
        mistake(
            "gradient divided by the batch: the mean outside the loss",
            three_to_two,
            |toy| {
                gradient(toy, |g, x, _| g / x.nrows().max(1) as f64);
            },
        ),
        mistake("gradient of the bias forgotten", three_to_two, |toy| {
            gradient(toy, |mut g, x, _| {
                g.row_mut(x.ncols()).fill(0.0);
                g
            });
        }),
        mistake("gradient of the bias doubled", three_to_two, |toy| {
            gradient(toy, |mut g, x, _| {
                g.row_mut(x.ncols()).mapv_inplace(|b| 2.0 * b);
                g
            });
        }),
        mistake(
            "last row of the batch dropped from the gradient",
            three_to_two,
            |toy| {
                gradient(toy, |g, x, delta| {
                    if x.nrows() == 0 {
                        return g;
                    }
                    product(&without_last_row(&with_ones(x)).t(), &without_last_row(delta))
                });
            },
        ),
        mistake("input and delta swapped in the gradient", square, |toy| {
            gradient(toy, |mut g, x, delta| {
                let swapped = product(&delta.t(), x);
                for (index, swapped) in swapped.indexed_iter() {
                    g[index] = *swapped;
                }
                g
            });
        }),
        mistake("bias missing in forward", three_to_two, |toy| {
            toy.forward = Arc::new(|p, x, y| y.assign(&product(x, &without_last_row(p[0].value()))));
        }),
    ]
}

fn of_the_contract() -> Vec<ModuleMistake> {
    vec![
        mistake(
            "gradient overwritten instead of accumulated",
            three_to_two,
            |toy| {
                toy.gradient =
                    Arc::new(|p, x, delta| p[0].gradient_mut().assign(&product(&with_ones(x).t(), delta)));
            },
        ),
        mistake(
            "cached input of the last forward used in the gradient",
            three_to_two,
            |toy| {
                let cache = remember(toy);
                gradient(toy, move |_, _, delta| {
                    // Unlocked before a batch of another size panics.
                    let kept = cache.lock().unwrap().clone();
                    product(&with_ones(&kept).t(), delta)
                });
            },
        ),
        mistake("a mask drawn in forward", tanh, |toy| {
            let calls = AtomicU64::new(0);
            forward(toy, move |y, _| {
                let dropped = calls.fetch_add(1, Ordering::Relaxed) % 3;
                y.columns_mut()
                    .into_iter()
                    .zip(0..)
                    .filter(|(_, j)| *j == dropped)
                    .for_each(|(mut y, _)| y.fill(0.0));
            });
        }),
        mistake("delta scaled by a running mean", tanh, |toy| {
            let mean = Mutex::new(1.0);
            delta(toy, move |d, x, _| {
                let mut mean = mean.lock().unwrap();
                *mean = 0.9 * *mean + 0.1 * (1.0 + x.sum().abs());
                d.mapv_inplace(|d| d / *mean);
            });
        }),
        mistake("input delta added to its buffer", three_to_two, |toy| {
            toy.delta = Arc::new(|p, _, delta, d| {
                let back = product(delta, &without_last_row(p[0].value()).t());
                Zip::from(d).and(&back).for_each(|d, back| *d += back);
            });
        }),
        mistake("output added to its buffer", three_to_two, |toy| {
            toy.forward = Arc::new(|p, x, y| {
                let output = product(&with_ones(x), p[0].value());
                Zip::from(y).and(&output).for_each(|y, output| *y += output);
            });
        }),
        mistake("zero_grad does nothing", three_to_two, |toy| {
            toy.zero_grad_works = false;
        }),
        mistake("step up the gradient", three_to_two, |toy| {
            toy.update = Some(Arc::new(|p, step| p[0].update(-step)));
        }),
        mistake("step size ignored", three_to_two, |toy| {
            toy.update = Some(Arc::new(|p, _| p[0].update(0.01)));
        }),
        mistake("a step of NaN taken", three_to_two, |toy| {
            toy.update = Some(Arc::new(|p, step| p[0].update(step)));
        }),
        mistake("gradient wiped by the step", three_to_two, |toy| {
            toy.update = Some(Arc::new(|p, step| {
                p[0].update(step);
                p[0].zero_grad();
            }));
        }),
        mistake("parameters updated in the backward pass", three_to_two, |toy| {
            toy.gradient = Arc::new(|p, x, delta| {
                add(&mut p[0], &product(&with_ones(x).t(), delta));
                p[0].update(1e-3);
            });
        }),
        mistake("output relative to the mean of the batch", three_to_two, |toy| {
            forward(toy, |y, _| {
                let mean = y.sum() / y.len().max(1) as f64;
                y.mapv_inplace(|y| y - mean);
            });
        }),
        mistake("delta of any shape taken", three_to_two, |toy| {
            toy.checks_delta = false;
            toy.delta = Arc::new(|_, _, _, d| d.fill(0.0));
        }),
        mistake("input of any width taken", three_to_two, |toy| {
            toy.outputs = Arc::new(|_| Some(2));
        }),
        mistake("gradient of an empty batch divided by 0", three_to_two, |toy| {
            gradient(toy, |g, x, _| if x.nrows() == 0 { g * f64::NAN } else { g });
        }),
        mistake("numbers read in the order of memory", tanh, |toy| {
            toy.forward = Arc::new(|_, x, y| {
                let in_memory = x.as_slice_memory_order().map(<[f64]>::to_vec);
                let numbers = in_memory.unwrap_or_else(|| x.iter().copied().collect());
                y.iter_mut().zip(numbers).for_each(|(y, x)| *y = x.tanh());
            });
        }),
    ]
}

fn of_overwritten_gradients() -> Vec<ModuleMistake> {
    vec![
        mistake("overwritten gradient added to the old one", three_to_two, |toy| {
            toy.fresh = Some(Arc::clone(&toy.gradient));
        }),
        mistake(
            "overwritten gradient added to the old one times 0",
            three_to_two,
            |toy| {
                toy.fresh = Some(Arc::new(|p, x, delta| {
                    p[0].gradient_mut().mapv_inplace(|g| 0.0 * g);
                    add(&mut p[0], &product(&with_ones(x).t(), delta));
                }));
            },
        ),
        mistake(
            "bias row of the overwritten gradient left as it was",
            three_to_two,
            |toy| {
                toy.fresh = Some(Arc::new(|p, x, delta| {
                    let weights = product(&x.t(), delta);
                    let mut gradient = p[0].gradient_mut();
                    weights
                        .indexed_iter()
                        .for_each(|(index, weight)| gradient[index] = *weight);
                }));
            },
        ),
        mistake(
            "overwritten gradient of an empty batch left as it was",
            three_to_two,
            |toy| {
                toy.fresh = Some(Arc::new(|p, x, delta| {
                    if x.nrows() > 0 {
                        p[0].gradient_mut().assign(&product(&with_ones(x).t(), delta));
                    }
                }));
            },
        ),
        mistake(
            "a parameter that the overwritten gradient forgets",
            network,
            |toy| {
                toy.fresh = Some(Arc::new(|p, x, delta| {
                    let inner = inner_delta(p, x, delta);
                    p[0].gradient_mut().assign(&product(&with_ones(x).t(), &inner));
                }));
            },
        ),
    ]
}

fn of_activations() -> Vec<ModuleMistake> {
    vec![
        mistake("derivative of the output taken at the input", tanh, |toy| {
            *toy = elementwise("Tanh", f64::tanh, |x| 1.0 - x * x);
        }),
        mistake("derivative not multiplied with the delta", sigmoid, |toy| {
            toy.delta = Arc::new(|_, x, _, d| {
                Zip::from(d)
                    .and(x)
                    .for_each(|d, &x| *d = logistic(x) * logistic(-x));
            });
        }),
        mistake(
            "cached output of the last forward used in the backward pass",
            tanh,
            |toy| {
                let cache = remember(toy);
                toy.delta = Arc::new(move |_, _, delta, d| {
                    let derivatives = cache.lock().unwrap().mapv(|x| 1.0 - x.tanh().powi(2));
                    if derivatives.dim() == delta.dim() {
                        d.assign(&(derivatives * delta));
                    }
                });
            },
        ),
        mistake("exponential of a large number over itself", sigmoid, |toy| {
            *toy = elementwise(
                "Sigmoid",
                |x| x.exp() / (1.0 + x.exp()),
                |x| logistic(x) * logistic(-x),
            );
        }),
        mistake("delta let through where the input is negative", relu, |toy| {
            toy.delta = Arc::new(|_, _, delta, d| d.assign(delta));
        }),
        mistake("delta let through the wrong side", relu, |toy| {
            delta(toy, |d, x, delta| {
                Zip::from(d)
                    .and(x)
                    .and(delta)
                    .for_each(|d, &x, &delta| *d = if x > 0.0 { 0.0 } else { delta });
            });
        }),
        mistake("NaN made a number by max", relu, |toy| {
            toy.forward = Arc::new(|_, x, y| Zip::from(y).and(x).for_each(|y, &x| *y = x.max(0.0)));
        }),
    ]
}

fn of_softmax() -> Vec<ModuleMistake> {
    vec![
        mistake("only the diagonal of the Jacobian", softmax, |toy| {
            toy.delta = Arc::new(|_, x, delta, d| {
                for ((mut d, x), delta) in d.rows_mut().into_iter().zip(x.rows()).zip(delta.rows()) {
                    let p = softmax_of(x.iter().copied());
                    d.iter_mut()
                        .zip(&p)
                        .zip(delta)
                        .for_each(|((d, p), delta)| *d = p * (1.0 - p) * delta);
                }
            });
        }),
        mistake("the identity for a Jacobian", softmax, |toy| {
            toy.delta = Arc::new(|_, _, delta, d| d.assign(delta));
        }),
        mistake("overflow of the exponentials", softmax, |toy| {
            toy.forward = Arc::new(|_, x, y| {
                for (mut y, x) in y.rows_mut().into_iter().zip(x.rows()) {
                    let sum: f64 = x.iter().map(|x| x.exp()).sum();
                    y.iter_mut().zip(x).for_each(|(y, x)| *y = x.exp() / sum);
                }
            });
        }),
        mistake("along the batch instead of along the example", softmax, |toy| {
            toy.forward = Arc::new(|_, x, y| {
                for (mut y, x) in y.columns_mut().into_iter().zip(x.columns()) {
                    y.iter_mut()
                        .zip(softmax_of(x.iter().copied()))
                        .for_each(|(y, p)| *y = p);
                }
            });
        }),
    ]
}

/// Changes what the delta kernel of [`conv`] takes from (window, place, channel, output): a column to add to, and a tap.
fn back(toy: &mut Toy, choose: fn(usize, usize, usize, usize) -> (usize, [usize; 2])) {
    toy.delta = Arc::new(move |p, _, delta, d| {
        d.fill(0.0);
        for row in 0..d.nrows() {
            for (w, k, c) in taps() {
                for out in 0..CHANNELS {
                    let (column, weight) = choose(w, k, c, out);
                    d[[row, column]] += delta[[row, at(w, out)]] * p[0].value()[weight];
                }
            }
        }
    });
}

/// Changes the gradient of [`conv`]: what (row, window, place, channel) count, and how far windows are apart.
fn taps_gradient(toy: &mut Toy, stride: usize, counts: fn(usize, usize) -> bool, bias: fn(usize) -> bool) {
    toy.gradient = Arc::new(move |p, x, delta| {
        let mut gradient = Array2::zeros(p[0].shape());
        for row in 0..x.nrows() {
            for out in 0..CHANNELS {
                for (w, k, c) in taps().filter(|&(w, k, _)| counts(w, k)) {
                    gradient[[tap(k, c), out]] += delta[[row, at(w, out)]] * x[[row, at(w * stride + k, c)]];
                }
                for w in (0..WINDOWS).filter(|&w| bias(w)) {
                    gradient[[KERNEL * CHANNELS, out]] += delta[[row, at(w, out)]];
                }
            }
        }
        add(&mut p[0], &gradient);
    });
}

fn of_windows() -> Vec<ModuleMistake> {
    vec![
        mistake("kernel flipped in the backward pass", conv, |toy| {
            back(toy, |w, k, c, out| {
                (at(w * STRIDE + k, c), [tap(KERNEL - 1 - k, c), out])
            });
        }),
        mistake("channels transposed in the backward pass", conv, |toy| {
            back(toy, |w, k, c, out| (at(w * STRIDE + k, c), [tap(k, out), c]));
        }),
        mistake(
            "overlapping windows assign instead of accumulating",
            conv,
            |toy| {
                toy.delta = Arc::new(|p, _, delta, d| {
                    d.fill(0.0);
                    for row in 0..d.nrows() {
                        for (w, k, c) in taps() {
                            let of_window = |out| delta[[row, at(w, out)]] * p[0].value()[[tap(k, c), out]];
                            d[[row, at(w * STRIDE + k, c)]] = (0..CHANNELS).map(of_window).sum();
                        }
                    }
                });
            },
        ),
        mistake("stride forgotten in the gradient", conv, |toy| {
            taps_gradient(toy, 1, |_, _| true, |_| true);
        }),
        mistake("gradient of the last window alone", conv, |toy| {
            taps_gradient(toy, STRIDE, |w, _| w == WINDOWS - 1, |_| true);
        }),
        mistake(
            "bias counted once an example instead of once a window",
            conv,
            |toy| {
                taps_gradient(toy, STRIDE, |_, _| true, |w| w == 0);
            },
        ),
        mistake(
            "overlapping windows assign instead of accumulating",
            average_pool,
            |toy| {
                toy.delta = Arc::new(|_, _, delta, d| {
                    d.fill(0.0);
                    for row in 0..d.nrows() {
                        for (w, k, c) in taps() {
                            d[[row, at(w * STRIDE + k, c)]] = delta[[row, at(w, c)]] / KERNEL as f64;
                        }
                    }
                });
            },
        ),
        mistake(
            "delta not divided by the size of the window",
            average_pool,
            |toy| {
                delta(toy, |d, _, _| d.mapv_inplace(|d| d * KERNEL as f64));
            },
        ),
        mistake(
            "index in the window taken for the index in the input",
            max_pool,
            |toy| {
                toy.delta = Arc::new(|_, x, delta, d| {
                    d.fill(0.0);
                    for ((row, column), delta) in delta.indexed_iter() {
                        let (w, c) = (column / CHANNELS, column % CHANNELS);
                        d[[row, at(winner(|k| x[[row, at(w * STRIDE + k, c)]]), c)]] += delta;
                    }
                });
            },
        ),
        mistake("delta spread over the whole window", max_pool, |toy| {
            toy.delta = average_pool().delta;
        }),
        mistake("NaN never the largest", max_pool, |toy| {
            toy.forward = Arc::new(|_, x, y| {
                for ((row, column), y) in y.indexed_iter_mut() {
                    let (w, c) = (column / CHANNELS, column % CHANNELS);
                    let values = (0..KERNEL).map(|k| x[[row, at(w * STRIDE + k, c)]]);
                    *y = values.fold(f64::NEG_INFINITY, f64::max);
                }
            });
        }),
    ]
}

fn of_networks() -> Vec<ModuleMistake> {
    fn set_gradients(toy: &mut Toy, of: fn(&[Parameter], &Matrix, &Matrix) -> [Array2<f64>; 2]) {
        toy.gradient = Arc::new(move |p, x, delta| {
            let [first, second] = of(p, x, delta);
            add(&mut p[0], &first);
            add(&mut p[1], &second);
        });
    }
    vec![
        mistake("a child forgotten by visit_parameters_mut", network, |toy| {
            toy.shown_mut = 1;
        }),
        mistake(
            "delta before the activation instead of behind it",
            network,
            |toy| {
                set_gradients(toy, |p, x, delta| {
                    let before = product(delta, &without_last_row(p[1].value()).t());
                    [
                        product(&with_ones(x).t(), &before),
                        product(&with_ones(&hidden(p, x)).t(), delta),
                    ]
                });
            },
        ),
        mistake("activation missing before the second layer", network, |toy| {
            set_gradients(toy, |p, x, delta| {
                let sums = product(&with_ones(x), p[0].value());
                let inner = inner_delta(p, x, delta);
                [
                    product(&with_ones(x).t(), &inner),
                    product(&with_ones(&sums).t(), delta),
                ]
            });
        }),
        mistake("delta of the output handed to the first layer", network, |toy| {
            set_gradients(toy, |p, x, delta| {
                [
                    product(&with_ones(x).t(), delta),
                    product(&with_ones(&hidden(p, x)).t(), delta),
                ]
            });
        }),
    ]
}
