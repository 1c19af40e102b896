//! Layer normalisation.

use std::fmt;

use brique_core::{Description, Error, Fault, Memory, Module, Parameter, Plan, Shape};
use brique_tensor::ndarray::{Array2, ArrayRef1, Axis, Zip};
use brique_tensor::{Matrix, Scalar, compile_once, pairwise_sum};

use crate::addressable::check_addressable;

/// Computes `y = g ⊙ z + b` with `z = (x − μ) / √(v + ε)`. Each example has its own mean μ and variance v, over its n
/// values; the divisor of the variance is n, not n − 1.
///
/// It has one parameter of shape (2, n): the gain g, initially 1, and the bias b, initially 0. Both count as biases,
/// which weight decay can skip. With δ = ∂L/∂y and s = g ⊙ δ:
///
/// | pass | result |
/// |---|---|
/// | `forward` | `g ⊙ z + b` |
/// | `backward_delta` | `(s − mean(s) − z · mean(s ⊙ z)) / √(v + ε)`, the means over the values of the example |
/// | `backward_update_gradient` | `∇g += Σ δ ⊙ z`, `∇b += Σ δ` over the batch |
///
/// # Shapes
///
/// Input and output are (batch, n).
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LayerNorm;
/// use brique_layers::ndarray::array;
///
/// let norm: LayerNorm = LayerNorm::new(2)?;
/// let y = norm.forward(&array![[1.0, 3.0], [-500.0, 500.0]])?;
/// let errors = y - array![[-1.0, 1.0], [-1.0, 1.0]];
/// assert!(errors.iter().all(|error| error.abs() < 1e-5));
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Ba, Kiros and Hinton, 2016; PyTorch's `nn.LayerNorm`, with its ε of 10⁻⁵. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm<T: Scalar = f64> {
    parameters: Parameter<T>,
    epsilon: f64,
}

/// The number of rows in a block. Gradients are pairwise sums within a block; the sums of the blocks are added one
/// after the other.
const BLOCK: usize = 64;

/// The statistics of one example: the mean `mean + correction`, and 1/√(v + ε) as `inverse_deviation`.
///
/// The mean is stored in two numbers because one is not exact enough: an f32 near 1000 has a rounding error of up to
/// 3·10⁻⁵. The differences between the values and the rounded `mean` are exact. Their mean, `correction`, is nearly
/// exactly the error of `mean`.
struct Scale<T> {
    mean: T,
    correction: T,
    inverse_deviation: T,
}

impl<T: Scalar> LayerNorm<T> {
    /// Creates a normalisation of examples with `values` values.
    ///
    /// # Errors
    ///
    /// If `values` is 0, because there is no mean of 0 values; if memory cannot hold the parameters.
    pub fn new(values: usize) -> Result<Self, Error> {
        if values == 0 {
            let fault = Fault::Value {
                argument: "the number of values".into(),
                found: "0".to_owned(),
                expected: "at least 1, to take a mean of".into(),
            };
            return Err(Error::new("LayerNorm(0)", "new", fault));
        }
        check_addressable::<T>(1, values)
            .map_err(|fault| Error::new(format_args!("LayerNorm({values})"), "new", fault))?;
        let begin = Array2::from_shape_fn(
            (2, values),
            |(row, _)| if row == 0 { T::one() } else { T::zero() },
        );
        Ok(Self {
            parameters: Parameter::with_weight_rows(begin, 0).named("weight", 1, "bias"),
            epsilon: 1e-5,
        })
    }

    /// Creates a normalisation with these parameters, (2, n): the gain, then the bias.
    ///
    /// # Errors
    ///
    /// If `parameters` does not have two rows, or n is 0.
    pub fn from_parameters(parameters: Array2<T>) -> Result<Self, Error> {
        if parameters.nrows() != 2 {
            let fault = Fault::Shape {
                argument: "parameters",
                found: parameters.dim(),
                expected: (2, parameters.ncols()),
                reason: "a row of gains and a row of biases",
            };
            return Err(Error::new("LayerNorm", "from_parameters", fault));
        }
        let norm = Self::new(parameters.ncols())?;
        Ok(Self {
            parameters: Parameter::with_weight_rows(parameters, 0).named("weight", 1, "bias"),
            ..norm
        })
    }

    /// Returns gain and bias, (2, n).
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
        let correction = pairwise_sum(x.len(), |i| x[i] - mean) / n;
        let distance = |i: usize| (x[i] - mean) - correction;
        let variance = pairwise_sum(x.len(), |i| distance(i) * distance(i)) / n;
        Scale {
            mean,
            correction,
            inverse_deviation: (variance + T::from_f64(self.epsilon)).sqrt().recip(),
        }
    }
}

impl<T: Scalar> Scale<T> {
    fn saved(row: &ArrayRef1<T>) -> Self {
        Self {
            mean: row[0],
            correction: row[1],
            inverse_deviation: row[2],
        }
    }

    fn apply(&self, x: T) -> T {
        ((x - self.mean) - self.correction) * self.inverse_deviation
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

    // Requests memory for the mean, the correction and the inverse deviation of each example.
    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.save(3);
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        forward(self, input, output, memory);
    }

    fn delta_kernel(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        propagate(self, input, delta, input_delta, memory);
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>, memory: &mut Memory<T>) {
        accumulate(self, input, delta, memory);
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        visit(&self.parameters);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        visit(&mut self.parameters);
    }

    fn description(&self) -> Description {
        Description::new("LayerNorm").attribute("values", self.values())
    }
}

compile_once! {
    fn forward<T: Scalar>(
        norm: &LayerNorm<T>,
        input: &Matrix<T>,
        output: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let (gain, bias) = (norm.parameters.value().row(0), norm.parameters.value().row(1));
        let mut saved = memory.save();
        for ((row, x), mut y) in input.rows().into_iter().enumerate().zip(output.rows_mut()) {
            let scale = norm.scale(&x);
            Zip::from(&mut y)
                .and(&x)
                .and(&gain)
                .and(&bias)
                .for_each(|y, &x, &gain, &bias| *y = gain * scale.apply(x) + bias);
            if let Some(saved) = &mut saved {
                saved[[row, 0]] = scale.mean;
                saved[[row, 1]] = scale.correction;
                saved[[row, 2]] = scale.inverse_deviation;
            }
        }
    }

    fn propagate<T: Scalar>(
        norm: &LayerNorm<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let gain = norm.parameters.value().row(0);
        let n = T::from_usize(norm.values());
        let saved = memory.saved();
        let rows = Zip::from(input_delta.rows_mut())
            .and(input.rows())
            .and(delta.rows())
            .and(saved.rows());
        rows.for_each(|mut input_delta, x, delta, saved| {
            let scale = Scale::saved(&saved);
            // mean(s) and mean(s ⊙ z), with s = g ⊙ δ.
            let mean = pairwise_sum(x.len(), |i| gain[i] * delta[i]) / n;
            let along_z = pairwise_sum(x.len(), |i| gain[i] * delta[i] * scale.apply(x[i])) / n;
            let values = Zip::from(&mut input_delta).and(&x).and(&delta).and(&gain);
            values.for_each(|input_delta, &x, &delta, &gain| {
                *input_delta = (gain * delta - mean - scale.apply(x) * along_z) * scale.inverse_deviation;
            });
        });
    }

    fn accumulate<T: Scalar>(
        norm: &mut LayerNorm<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let saved = memory.saved();
        let blocks = input
            .axis_chunks_iter(Axis(0), BLOCK)
            .zip(delta.axis_chunks_iter(Axis(0), BLOCK))
            .zip(saved.axis_chunks_iter(Axis(0), BLOCK));
        for ((x, delta), saved) in blocks {
            let rows = x.nrows();
            let mut gradient = norm.parameters.gradient_mut();
            for column in 0..x.ncols() {
                let gain =
                    |row: usize| delta[[row, column]] * Scale::saved(&saved.row(row)).apply(x[[row, column]]);
                gradient[[0, column]] += pairwise_sum(rows, gain);
                gradient[[1, column]] += pairwise_sum(rows, |row| delta[[row, column]]);
            }
        }
    }
}

impl<T: Scalar> fmt::Display for LayerNorm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description().fmt(f)
    }
}
