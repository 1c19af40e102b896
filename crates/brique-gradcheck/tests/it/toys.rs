//! Right modules of every kind, small enough to be seen to be right.

use brique_core::Parameter;
use brique_random::{RandomSource, portable};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Zip};

use crate::toy::Toy;

pub fn normal(shape: (usize, usize), seed: u64) -> Array2<f64> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || rng.standard_normal())
}

/// `[x 1]`.
pub fn with_ones(x: &Matrix) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), x.ncols() + 1), |(i, j)| {
        if j < x.ncols() { x[[i, j]] } else { 1.0 }
    })
}

pub fn without_last_row(matrix: &Matrix) -> Array2<f64> {
    Array2::from_shape_fn((matrix.nrows() - 1, matrix.ncols()), |index| matrix[index])
}

pub fn product(a: &Matrix, b: &Matrix) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| {
        (0..a.ncols()).map(|k| a[[i, k]] * b[[k, j]]).sum()
    })
}

pub fn linear(inputs: usize, outputs: usize) -> Toy {
    Toy::new(
        "Linear",
        inputs,
        move |columns| (columns == inputs).then_some(outputs),
        |p, x, y| y.assign(&product(&with_ones(x), p[0].value())),
        |p, _, delta, d| d.assign(&product(delta, &without_last_row(p[0].value()).t())),
    )
    .learning(vec![normal((inputs + 1, outputs), 7)], |p, x, delta| {
        add(&mut p[0], &product(&with_ones(x).t(), delta));
    })
}

pub fn add(parameter: &mut Parameter, gradient: &Array2<f64>) {
    let mut sum = parameter.gradient_mut();
    sum += gradient;
}

/// y = f(x), `δ_x` = f′(x) · δ, element by element.
pub fn elementwise(name: &'static str, f: fn(f64) -> f64, derivative: fn(f64) -> f64) -> Toy {
    Toy::new(
        name,
        3,
        Some,
        move |_, x, y| Zip::from(y).and(x).for_each(|y, &x| *y = f(x)),
        move |_, x, delta, d| {
            Zip::from(d)
                .and(x)
                .and(delta)
                .for_each(|d, &x, &delta| *d = derivative(x) * delta);
        },
    )
}

pub fn tanh() -> Toy {
    elementwise("Tanh", f64::tanh, |x| 1.0 - x.tanh().powi(2))
}

pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

pub fn sigmoid() -> Toy {
    elementwise("Sigmoid", logistic, |x| logistic(x) * logistic(-x))
}

pub fn relu() -> Toy {
    elementwise(
        "ReLU",
        |x| if x < 0.0 { 0.0 } else { x },
        |x| if x > 0.0 { 1.0 } else { 0.0 },
    )
}

/// The softmax of one row of logits.
pub fn softmax_of(logits: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let largest = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.map(|z| (z - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

pub fn softmax() -> Toy {
    Toy::new(
        "Softmax",
        4,
        Some,
        |_, x, y| {
            for (mut y, x) in y.rows_mut().into_iter().zip(x.rows()) {
                y.iter_mut()
                    .zip(softmax_of(x.iter().copied()))
                    .for_each(|(y, p)| *y = p);
            }
        },
        |_, x, delta, d| {
            for ((mut d, x), delta) in d.rows_mut().into_iter().zip(x.rows()).zip(delta.rows()) {
                let p = softmax_of(x.iter().copied());
                let mean: f64 = p.iter().zip(delta).map(|(p, delta)| p * delta).sum();
                for ((d, p), delta) in d.iter_mut().zip(&p).zip(delta) {
                    *d = p * (delta - mean);
                }
            }
        },
    )
}

/// Linear(3 → 2), tanh, Linear(2 → 2), as one module.
pub fn network() -> Toy {
    Toy::new(
        "Network",
        3,
        |columns| (columns == 3).then_some(2),
        |p, x, y| y.assign(&product(&with_ones(&hidden(p, x)), p[1].value())),
        |p, x, delta, d| {
            let inner = inner_delta(p, x, delta);
            d.assign(&product(&inner, &without_last_row(p[0].value()).t()));
        },
    )
    .learning(vec![normal((4, 2), 8), normal((3, 2), 9)], |p, x, delta| {
        let inner = inner_delta(p, x, delta);
        add(&mut p[0], &product(&with_ones(x).t(), &inner));
        let hidden = hidden(p, x);
        add(&mut p[1], &product(&with_ones(&hidden).t(), delta));
    })
}

pub fn hidden(p: &[Parameter], x: &Matrix) -> Array2<f64> {
    product(&with_ones(x), p[0].value()).mapv(f64::tanh)
}

/// δ behind the tanh of [`network`].
pub fn inner_delta(p: &[Parameter], x: &Matrix, delta: &Matrix) -> Array2<f64> {
    product(delta, &without_last_row(p[1].value()).t()) * hidden(p, x).mapv(|h| 1.0 - h * h)
}
