//! Layer normalisation.

use std::{array, fmt};

use brique_core::{Error, Fault, Module, Parameter, Shape};
use brique_tensor::ndarray::{Array2, ArrayRef1, Axis, Zip};
use brique_tensor::{Matrix, Scalar, pairwise_sum};

/// `y = g ⊙ z + b` with `z = (x − μ) / √(v + ε)`, mean μ and variance v of the values of each example.
///
/// One parameter of shape (2, n): the gain g, which begins at 1, and the bias b, which begins at 0. Neither counts as a
/// weight for a weight decay. The variance divides by n. With δ = ∂L/∂y and s = g ⊙ δ:
///
/// | pass | result |
/// |---|---|
/// | `forward` | `g ⊙ z + b` |
/// | `backward_delta` | `(s − mean(s) − z · mean(s ⊙ z)) / √(v + ε)`, the means over the values of the example |
/// | `backward_update_gradient` | `∇g += Σ δ ⊙ z`, `∇b += Σ δ` over the batch |
///
/// # Shapes
///
/// (batch, n), and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LayerNorm;
/// use brique_tensor::ndarray::array;
///
/// let norm: LayerNorm = LayerNorm::new(2)?;
/// let y = norm.forward(&array![[1.0, 3.0], [-500.0, 500.0]])?;
/// assert!((y - array![[-1.0, 1.0], [-1.0, 1.0]]).iter().all(|error| error.abs() < 1e-5));
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Ba, Kiros and Hinton, 2016; PyTorch's `nn.LayerNorm` with its ε of 10⁻⁵. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm<T: Scalar = f64> {
    parameters: Parameter<T>,
    epsilon: f64,
}

/// Gradients are added up over so many rows at once, whose means and deviations are computed once.
const BLOCK: usize = 64;

/// Mean of the values of an example, and what its distances from it are multiplied with.
struct Scale<T> {
    mean: T,
    inverse_deviation: T,
}

impl<T: Scalar> LayerNorm<T> {
    /// A normalisation of `values` values an example.
    ///
    /// # Errors
    ///
    /// Where there is no value to take a mean of.
    pub fn new(values: usize) -> Result<Self, Error> {
        if values == 0 {
            let fault = Fault::Value {
                argument: "the number of values".into(),
                found: "0".to_owned(),
                expected: "at least 1, to take a mean of".into(),
            };
            return Err(Error::new("LayerNorm(0)", "new", fault));
        }
        let begin = Array2::from_shape_fn(
            (2, values),
            |(row, _)| if row == 0 { T::one() } else { T::zero() },
        );
        Ok(Self {
            parameters: Parameter::with_weight_rows(begin, 0),
            epsilon: 1e-5,
        })
    }

    /// Gain and bias, (2, n).
    #[must_use]
    pub fn parameters(&self) -> &Parameter<T> {
        &self.parameters
    }

    fn values(&self) -> usize {
        self.parameters.shape().1
    }

    fn scale(&self, x: &ArrayRef1<T>) -> Scale<T> {
        let n = T::from_usize(x.len());
        let mean = pairwise_sum(x.len(), |i| x[i]) / n;
        let variance = pairwise_sum(x.len(), |i| (x[i] - mean) * (x[i] - mean)) / n;
        Scale {
            mean,
            inverse_deviation: (variance + T::from_f64(self.epsilon)).sqrt().recip(),
        }
    }
}

impl<T: Scalar> Scale<T> {
    fn apply(&self, x: T) -> T {
        (x - self.mean) * self.inverse_deviation
    }
}

impl<T: Scalar> Module<T> for LayerNorm<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        let expected = Shape::from(self.values());
        if input == expected {
            return Ok(input);
        }
        Err(Fault::example_shape(
            input,
            expected,
            "one gain and one bias a value",
        ))
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        let (gain, bias) = (self.parameters.value().row(0), self.parameters.value().row(1));
        Zip::from(output.rows_mut())
            .and(input.rows())
            .for_each(|mut y, x| {
                let scale = self.scale(&x);
                Zip::from(&mut y)
                    .and(&x)
                    .and(&gain)
                    .and(&bias)
                    .for_each(|y, &x, &gain, &bias| {
                        *y = gain * scale.apply(x) + bias;
                    });
            });
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let gain = self.parameters.value().row(0);
        let n = T::from_usize(self.values());
        let rows = Zip::from(input_delta.rows_mut())
            .and(input.rows())
            .and(delta.rows());
        rows.for_each(|mut input_delta, x, delta| {
            let scale = self.scale(&x);
            let mean = pairwise_sum(x.len(), |i| gain[i] * delta[i]) / n;
            let slope = pairwise_sum(x.len(), |i| gain[i] * delta[i] * scale.apply(x[i])) / n;
            let values = Zip::from(&mut input_delta).and(&x).and(&delta).and(&gain);
            values.for_each(|input_delta, &x, &delta, &gain| {
                *input_delta = (gain * delta - mean - scale.apply(x) * slope) * scale.inverse_deviation;
            });
        });
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>) {
        let blocks = input
            .axis_chunks_iter(Axis(0), BLOCK)
            .zip(delta.axis_chunks_iter(Axis(0), BLOCK));
        for (x, delta) in blocks {
            let rows = x.nrows();
            let scales: [Scale<T>; BLOCK] = array::from_fn(|row| self.scale(&x.row(row.min(rows - 1))));
            let mut gradient = self.parameters.gradient_mut();
            for column in 0..x.ncols() {
                let gain = |row: usize| delta[[row, column]] * scales[row].apply(x[[row, column]]);
                gradient[[0, column]] += pairwise_sum(rows, gain);
                gradient[[1, column]] += pairwise_sum(rows, |row| delta[[row, column]]);
            }
        }
    }

    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        visit(&self.parameters);
    }

    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        visit(&mut self.parameters);
    }
}

impl<T: Scalar> fmt::Display for LayerNorm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LayerNorm({})", self.values())
    }
}
