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
/// With δ = ∂L/∂y: `δ_x = δ − softmax(x)·Σ_j δ_j`; at the place of the largest x, where δ cancels, the sum of the others'
/// δ is taken instead.
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

/// The largest value of a row, and what the others are beside it.
struct Peak<T> {
    place: usize,
    value: T,
    /// `Σ e^(x_j − largest)` over all but the largest.
    others: T,
}

impl<T: Scalar> Peak<T> {
    /// NaN counts as the largest.
    fn of(row: &ArrayRef1<T>) -> Self {
        let mut peak = Self {
            place: 0,
            value: T::neg_infinity(),
            others: T::zero(),
        };
        for (place, &value) in row.iter().enumerate() {
            if value > peak.value || value.is_nan() {
                (peak.place, peak.value) = (place, value);
            }
        }
        let others = row.iter().enumerate().filter(|(place, _)| *place != peak.place);
        peak.others = others
            .map(|(_, &value)| exp_of_difference(value, peak.value))
            .sum();
        peak
    }

    /// The softmax of one value of the row.
    fn probability(&self, value: T) -> T {
        exp_of_difference(value, self.value) / (T::one() + self.others)
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
                    .for_each(|y, &x| *y = peak.probability(x));
            });
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let rows = Zip::from(input_delta.rows_mut())
            .and(input.rows())
            .and(delta.rows());
        rows.for_each(|mut input_delta, x, delta| {
            let peak = Peak::of(&x);
            let at_peak = delta[peak.place];
            let others = x.iter().zip(&delta);
            let mean: T = others
                .map(|(&x, &delta)| peak.probability(x) * (at_peak - delta))
                .sum();
            Zip::from(&mut input_delta)
                .and(&x)
                .and(&delta)
                .for_each(|input_delta, &x, &delta| {
                    *input_delta = peak.probability(x) * ((delta - at_peak) + mean);
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
                    .for_each(|y, &x| *y = (x - peak.value) - log_sum);
            });
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let rows = Zip::from(input_delta.rows_mut())
            .and(input.rows())
            .and(delta.rows());
        rows.for_each(|mut input_delta, x, delta| {
            let peak = Peak::of(&x);
            let sum = pairwise_sum(delta.len(), |place| delta[place]);
            Zip::from(&mut input_delta)
                .and(&x)
                .and(&delta)
                .for_each(|input_delta, &x, &delta| *input_delta = delta - peak.probability(x) * sum);
            // Where the largest probability has reached 1, δ − sum is all that the others have, and 1 − p all that is left.
            let of_others = pairwise_sum(delta.len(), |place| {
                if place == peak.place {
                    T::zero()
                } else {
                    delta[place]
                }
            });
            let rest = peak.others / (T::one() + peak.others);
            input_delta[peak.place] = rest * sum - of_others;
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
