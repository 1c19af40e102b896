//! The initial parameters of linear layers and convolutions.

use brique_core::Fault;
use brique_random::RandomSource;
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

/// The distribution from which the initial parameters of a [`Linear`](crate::Linear) layer with `in` inputs and `out`
/// outputs are drawn. In a convolution, `in` is the number of weights of an output channel, and `out` the number of output
/// channels times the elements of the kernel, as in PyTorch.
///
/// `in` does not count the bias. Parameters are drawn row by row, the bias row last. `docs/mathematics.md` explains the
/// variances. If a formula would divide by an `in` of 0, the parameters that it scales are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Init {
    /// N(0, 1) for weights and bias: as in the report; the default.
    #[default]
    StandardNormal,
    /// U(−bound, bound) for weights and bias.
    Uniform(f64),
    /// U(−1/√in, 1/√in) for weights and bias: the initial parameters of PyTorch's `nn.Linear`.
    PyTorch,
    /// U(−b, b) with b = √(6 / (in + out)) for the weights; 0 for the bias. Glorot and Bengio, 2010, equation 16.
    XavierUniform,
    /// N(0, 2 / (in + out)) for the weights; 0 for the bias. Glorot and Bengio, 2010, equation 12.
    XavierNormal,
    /// U(−b, b) with b = √(6 / in) for the weights; 0 for the bias. The uniform distribution with the variance of He et
    /// al., 2015.
    HeUniform,
    /// N(0, 2 / in) for the weights; 0 for the bias. He et al., 2015, equation 10.
    HeNormal,
}

/// A distribution with mean 0, and whether the bias is also drawn from it.
struct Plan {
    distribution: Distribution,
    draws_bias: bool,
}

enum Distribution {
    Uniform { bound: f64 },
    Normal { deviation: f64 },
}

impl Init {
    /// Draws parameters of shape (in + 1, out), the bias row last.
    pub(crate) fn draw<T: Scalar>(
        self,
        inputs: usize,
        outputs: usize,
        rng: &mut dyn RandomSource,
    ) -> Result<Array2<T>, Fault> {
        self.draw_for_fans(inputs, outputs, outputs, rng)
    }

    /// As [`draw`](Self::draw), for a module in which an input reaches `fan_out` output values: `out` of the formulas.
    pub(crate) fn draw_for_fans<T: Scalar>(
        self,
        inputs: usize,
        outputs: usize,
        fan_out: usize,
        rng: &mut dyn RandomSource,
    ) -> Result<Array2<T>, Fault> {
        let Plan {
            distribution,
            draws_bias,
        } = self.plan::<T>(inputs, fan_out)?;
        let mut parameters = Array2::zeros((inputs + 1, outputs));
        let drawn_rows = if draws_bias { inputs + 1 } else { inputs };
        for parameter in parameters.iter_mut().take(drawn_rows * outputs) {
            *parameter = T::from_f64(distribution.draw(rng));
        }
        Ok(parameters)
    }

    fn plan<T: Scalar>(self, inputs: usize, outputs: usize) -> Result<Plan, Fault> {
        let (inputs, both) = (inputs as f64, inputs as f64 + outputs as f64);
        let plan = |distribution, draws_bias| {
            Ok(Plan {
                distribution,
                draws_bias,
            })
        };
        let uniform = |bound| Distribution::Uniform { bound };
        let normal = |deviation| Distribution::Normal { deviation };
        match self {
            Self::StandardNormal => plan(normal(1.0), true),
            Self::Uniform(bound) => plan(uniform(checked_bound::<T>(bound)?), true),
            Self::PyTorch => plan(uniform(root_of_share(1.0, inputs)), true),
            Self::XavierUniform => plan(uniform(root_of_share(6.0, both)), false),
            Self::XavierNormal => plan(normal(root_of_share(2.0, both)), false),
            Self::HeUniform => plan(uniform(root_of_share(6.0, inputs)), false),
            Self::HeNormal => plan(normal(root_of_share(2.0, inputs)), false),
        }
    }
}

impl Distribution {
    fn draw(&self, rng: &mut dyn RandomSource) -> f64 {
        match *self {
            Self::Uniform { bound } => rng.uniform(-bound, bound),
            Self::Normal { deviation } => rng.normal(0.0, deviation),
        }
    }
}

/// Returns `bound` if it is at least 0 and twice the bound, the width of the distribution, is finite in `T`.
fn checked_bound<T: Scalar>(bound: f64) -> Result<f64, Fault> {
    if bound >= 0.0 && T::from_f64(2.0 * bound).is_finite() {
        return Ok(bound);
    }
    Err(Fault::Value {
        argument: "bound of Init::Uniform".into(),
        found: bound.to_string(),
        expected: format!("a number of at least 0 whose double is finite in {}", T::NAME).into(),
    })
}

/// Returns √(numerator / fan), or 0 if `fan` is 0.
fn root_of_share(numerator: f64, fan: f64) -> f64 {
    if fan == 0.0 { 0.0 } else { (numerator / fan).sqrt() }
}
