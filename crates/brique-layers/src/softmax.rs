//! Softmax and its logarithm.

use std::fmt;

use brique_core::{Fault, Module, Shape};
use brique_tensor::ndarray::{ArrayRef1, Zip};
use brique_tensor::{Matrix, Scalar, exp_of_difference, pairwise_sum};

/// `p_k = e^{x_k} / Σ_j e^{x_j}`, along the values of each example.
///
/// With δ = ∂L/∂p, the whole Jacobian: `δ_x = p ⊙ (δ − Σ_j p_j δ_j)`. With m the place of the largest value it is computed
/// as `p_k·((δ_k − δ_m) + Σ_j p_j (δ_m − δ_j))`, which keeps its digits where `p_m` has reached 1.
///
/// # Shapes
///
/// Any with at least one value, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Softmax;
/// use brique_tensor::ndarray::array;
///
/// assert_eq!(Softmax.forward(&array![[1000.0, 1000.0]])?, array![[0.5, 0.5]]);
/// assert_eq!(Softmax.backward_delta(&array![[0.0, 0.0]], &array![[1.0, 0.0]])?, array![[0.25, -0.25]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// A classifier is trained on the logits themselves, with a cross-entropy that takes those.
///
/// Source: the course's `Softmax`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Softmax;

/// `y_k = x_k − ln Σ_j e^{x_j}`, along the values of each example: the logarithm of [`Softmax`], without taking one of it.
///
/// With δ = ∂L/∂y: `δ_x = δ − softmax(x)·Σ_j δ_j`.
///
/// # Shapes
///
/// Any with at least one value, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LogSoftmax;
/// use brique_tensor::ndarray::array;
///
/// assert_eq!(LogSoftmax.forward(&array![[0.0, -1000.0]])?, array![[0.0, -1000.0]]);
/// assert_eq!(LogSoftmax.backward_delta(&array![[0.0, 0.0]], &array![[1.0, 0.0]])?, array![[0.5, -0.5]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: PyTorch's `nn.LogSoftmax` along the last dimension. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LogSoftmax;

/// The largest value of a row, and what the others are beside it, in `f64` whatever the row is.
struct Peak {
    place: usize,
    value: f64,
    /// `Σ e^(x_j − largest)` over all but the largest.
    others: f64,
}

impl Peak {
    /// NaN counts as the largest.
    fn of<T: Scalar>(row: &ArrayRef1<T>) -> Self {
        let (mut place, mut value) = (0, T::neg_infinity());
        for (other, &candidate) in row.iter().enumerate() {
            if candidate > value || candidate.is_nan() {
                (place, value) = (other, candidate);
            }
        }
        let value = value.as_f64();
        let others = row.iter().enumerate().filter(|(other, _)| *other != place);
        let others = others
            .map(|(_, &other)| exp_of_difference(other.as_f64(), value))
            .sum();
        Self { place, value, others }
    }

    /// The softmax of one value of the row.
    fn probability<T: Scalar>(&self, value: T) -> f64 {
        exp_of_difference(value.as_f64(), self.value) / (1.0 + self.others)
    }

    /// `δ − p·Σδ` of one value, or `δ·(1 − p) − p·(Σδ − δ)`, which is the same: whichever cancels less.
    fn log_slope<T: Scalar>(&self, place: usize, value: T, delta: f64, sum: f64) -> f64 {
        let p = self.probability(value);
        let rest = if place == self.place {
            self.others / (1.0 + self.others)
        } else {
            1.0 - p
        };
        let (kept, handed_on) = (delta * rest, p * (sum - delta));
        if delta.abs() + (p * sum).abs() < kept.abs() + handed_on.abs() {
            delta - p * sum
        } else {
            kept - handed_on
        }
    }
}

fn at_least_one_value(input: Shape) -> Result<Shape, Fault> {
    if input.size() > 0 {
        return Ok(input);
    }
    Err(Fault::example_shape(
        input,
        "at least one value",
        "a softmax of nothing has no sum to divide by",
    ))
}

impl<T: Scalar> Module<T> for Softmax {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        at_least_one_value(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        Zip::from(output.rows_mut())
            .and(input.rows())
            .for_each(|mut y, x| {
                let peak = Peak::of(&x);
                Zip::from(&mut y)
                    .and(&x)
                    .for_each(|y, &x| *y = T::from_f64(peak.probability(x)));
            });
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let rows = Zip::from(input_delta.rows_mut())
            .and(input.rows())
            .and(delta.rows());
        rows.for_each(|mut input_delta, x, delta| {
            let peak = Peak::of(&x);
            let at_peak = delta[peak.place].as_f64();
            let mean = pairwise_sum(x.len(), |place| {
                peak.probability(x[place]) * (at_peak - delta[place].as_f64())
            });
            Zip::from(&mut input_delta)
                .and(&x)
                .and(&delta)
                .for_each(|input_delta, &x, &delta| {
                    *input_delta = T::from_f64(peak.probability(x) * ((delta.as_f64() - at_peak) + mean));
                });
        });
    }
}

impl<T: Scalar> Module<T> for LogSoftmax {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        at_least_one_value(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        Zip::from(output.rows_mut())
            .and(input.rows())
            .for_each(|mut y, x| {
                let peak = Peak::of(&x);
                let log_sum = peak.others.ln_1p();
                Zip::from(&mut y)
                    .and(&x)
                    .for_each(|y, &x| *y = T::from_f64((x.as_f64() - peak.value) - log_sum));
            });
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let rows = Zip::from(input_delta.rows_mut())
            .and(input.rows())
            .and(delta.rows());
        rows.for_each(|mut input_delta, x, delta| {
            let peak = Peak::of(&x);
            let sum = pairwise_sum(delta.len(), |place| delta[place].as_f64());
            for (place, input_delta) in input_delta.iter_mut().enumerate() {
                *input_delta = T::from_f64(peak.log_slope(place, x[place], delta[place].as_f64(), sum));
            }
        });
    }
}

impl fmt::Display for Softmax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Softmax")
    }
}

impl fmt::Display for LogSoftmax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSoftmax")
    }
}
