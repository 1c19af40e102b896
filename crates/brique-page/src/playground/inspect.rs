//! The microscope: one unit or one weight of a network, its δ or gradient, the formula with the numbers put in, and the
//! difference of the loss beside it.

mod activations;
mod backward;
mod formula;
mod forward;
mod loss_delta;
mod passes;
mod unit;
mod weight;

use brique_core::{Error, Fault, Loss, Module};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Axis;
use serde::{Deserialize, Serialize};

use self::passes::Passes;
use super::config;

/// What to look at: a unit or a weight, for some examples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The indices of the examples. Together they are the batch of the loss.
    pub examples: Vec<usize>,
    /// One output value of a module.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// One number of the first parameter of a module.
    #[serde(default)]
    pub weight: Option<Weight>,
}

/// The examples of a backward pass.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackwardRequest {
    /// The indices of the examples. Together they are the batch of the loss.
    pub examples: Vec<usize>,
}

/// One output value of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The index of the module.
    pub module: usize,
    /// The index of the value in the module's output.
    pub unit: usize,
}

/// One number of the first parameter of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The index of the module.
    pub module: usize,
    /// The row: for `Linear`, the index of an input, or the number of inputs for the bias.
    pub row: usize,
    /// The column: for `Linear`, the index of an output.
    pub column: usize,
}

/// What the microscope shows.
///
/// For a unit, `value` is the mean of its values over the examples, and `delta` is the sum of its δ, which is the
/// derivative of the loss if the value changes alike for all examples. For a weight, `gradient` is the sum over the
/// examples. `numeric` is `(L(p + h) − L(p − h)) / 2h` with h = ∛ε · max(|p|, 1), and `relative_error` is
/// |analytic − numeric| / max(|analytic|, |numeric|).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// `unit` or `weight`.
    pub what: &'static str,
    /// The value of the unit or weight.
    pub value: f64,
    /// ∂L/∂(value of the unit), by the backward passes.
    pub delta: Option<f64>,
    /// ∂L/∂(weight), by the backward passes.
    pub gradient: Option<f64>,
    /// The same derivative by the difference of the loss.
    pub numeric: f64,
    /// The relative error of the two.
    pub relative_error: f64,
    /// How the value, the δ, the gradient and the difference are computed.
    pub formula: Vec<Formula>,
    /// The numbers in the formulas.
    pub rows: Vec<Row>,
}

/// A formula, with symbols and with numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Formula {
    /// With symbols: `z₃ = Σᵢ xᵢ·Wᵢ₃ + b₃`.
    pub symbols: String,
    /// With numbers: `0.5·0.25 + 0.125 = 0.25`. Empty if the formula has too many terms.
    pub numbers: String,
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The name: `x₀`.
    pub name: String,
    /// The number.
    pub value: f64,
}

impl Row {
    fn new(name: impl Into<String>, value: f64) -> Self {
        Self {
            name: name.into(),
            value,
        }
    }
}

/// The batch that the microscope looks at.
#[derive(Debug, Clone, Copy)]
pub struct Specimen<'a> {
    /// The network. Its dropouts are off: the microscope shows the prediction and its derivatives.
    pub network: &'a dyn Module,
    /// The loss.
    pub loss: &'a dyn Loss,
    /// The loss in the configuration, for its formula.
    pub loss_config: &'a config::Loss,
    /// The inputs of the examples, one per row.
    pub x: &'a Matrix,
    /// Their targets, one per row.
    pub y: &'a Matrix,
    /// The indices of the examples in their data set, for names.
    pub examples: &'a [usize],
}

/// Looks at one output value of a module.
///
/// # Errors
///
/// If there are no examples, the network has no such unit, or the network or the loss refuses the batch.
pub fn inspect_unit(specimen: &Specimen<'_>, unit: Unit) -> Result<Inspection, Error> {
    let passes = Passes::new(specimen)?;
    passes.check("the index of the module", unit.module, passes.len())?;
    let units = passes.output(unit.module).ncols();
    passes.check("the index of the unit", unit.unit, units)?;
    unit::inspect(&passes, unit)
}

/// Looks at one number of the first parameter of a module.
///
/// # Errors
///
/// If there are no examples, the network has no such weight, or the network or the loss refuses the batch.
pub fn inspect_weight(specimen: &Specimen<'_>, weight: Weight) -> Result<Inspection, Error> {
    let mut passes = Passes::new(specimen)?;
    passes.check("the index of the module", weight.module, passes.len())?;
    let (rows, columns) = passes.parameter(weight.module).map_or((0, 0), |p| p.dim());
    passes.check("the row of the weight", weight.row, rows)?;
    passes.check("the column of the weight", weight.column, columns)?;
    weight::inspect(&mut passes, weight)
}

/// The backward pass of a whole network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backward {
    /// One entry for each module of the network.
    pub modules: Vec<BackwardModule>,
}

/// The backward pass at one module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackwardModule {
    /// δ of each unit, summed over the examples. The loss has divided it by their number.
    pub delta: Vec<f64>,
    /// The gradient of the first parameter, row by row, the biases last.
    pub gradient: Option<Vec<f64>>,
}

/// Returns δ of all units and the gradients of the first parameter of each module.
///
/// # Errors
///
/// If there are no examples, or the network or the loss refuses the batch.
pub fn inspect_backward(specimen: &Specimen<'_>) -> Result<Backward, Error> {
    let mut passes = Passes::new(specimen)?;
    let modules = (0..passes.len()).map(|module| {
        let delta = passes.delta(module).sum_axis(Axis(0)).to_vec();
        let gradient = passes.gradient(module)?;
        let gradient = gradient.map(|gradient| gradient.into_iter().collect());
        Ok(BackwardModule { delta, gradient })
    });
    let modules = modules.collect::<Result<_, Error>>()?;
    Ok(Backward { modules })
}

impl Passes<'_> {
    fn check(&self, argument: &'static str, found: usize, end: usize) -> Result<(), Error> {
        if found < end {
            return Ok(());
        }
        let expected = match end {
            0 => "none, because there is none".to_owned(),
            _ => format!("at most {}", end - 1),
        };
        let fault = Fault::Value {
            argument: argument.into(),
            found: found.to_string(),
            expected: expected.into(),
        };
        Err(Error::new(self.network(), "inspect", fault))
    }
}
