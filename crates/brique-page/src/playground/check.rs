//! The gradient check of a whole network: its backward passes against central differences of the loss, with or without
//! a planted mistake.

mod differences;
mod report;

use brique_core::{Error, Gradient, Loss, Module, Workspace, visit_modules};
use brique_layers::{Sequential, registry};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;
use serde::{Deserialize, Serialize};

use self::differences::{Derivative, derivative};
pub use self::report::{Check, TensorCheck, Worst};
use super::mistakes::{Mistake, Mistaken};

/// A request for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The mistake to plant, if any.
    #[serde(default)]
    pub mistake: Option<Planted>,
}

/// A mistake, and the module that it is planted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planted {
    /// The index of the module.
    pub module: usize,
    /// The mistake.
    pub kind: Mistake,
}

/// The largest number of entries of a tensor that are compared. Of a larger tensor, entries at equal distances are
/// compared; their distance is odd, so that they fall into all columns of most matrices.
const ENTRIES: usize = 96;

/// The relative tolerance of an entry, that of the gradient checker.
const TOLERANCE: f64 = 1e-6;

/// The tolerance of an entry is computed as if it were at least this fraction of the largest one of its tensor.
const SMALLEST_PART: f64 = 1e-3;

/// Compares ∂L/∂W of every tensor and ∂L/∂x with differences of the loss, on the batch `x` with its targets `y`.
///
/// The passes are those of training step `step`: a dropout has a fixed mask. The network is copied, and not changed.
///
/// # Errors
///
/// If the mistake does not apply to its module, or the network or the loss refuses the batch.
pub fn check(
    network: &dyn Module,
    loss: &dyn Loss,
    (x, y): (&Matrix, &Matrix),
    step: u64,
    mistake: Option<Planted>,
) -> Result<Check, Error> {
    let mut checked = Checked::new(network, loss, (x, y), step, mistake)?;
    let analytic = checked.analytic()?;
    let mut rows = vec![checked.compare(String::new(), "input", Tensor::Input, &analytic.input)?];
    for (path, name, tensor, gradient) in &analytic.parameters {
        rows.push(checked.compare(path.clone(), name, *tensor, gradient)?);
    }
    Ok(Check::new(&checked.network.to_string(), rows))
}

/// Where a tensor of the check is.
#[derive(Debug, Clone, Copy)]
enum Tensor {
    Input,
    /// Rows of a parameter, from `first` on.
    Parameter {
        parameter: usize,
        first: usize,
    },
}

/// The gradients of the backward pass.
struct Analytic {
    input: Array2<f64>,
    /// The path of the module, the name of the tensor, where it is, its gradient.
    parameters: Vec<(String, String, Tensor, Array2<f64>)>,
}

/// A copy of the network, its batch and its loss.
struct Checked<'a> {
    network: Sequential,
    workspace: Workspace,
    loss: &'a dyn Loss,
    x: Array2<f64>,
    y: &'a Matrix,
    value: f64,
}

impl<'a> Checked<'a> {
    fn new(
        network: &dyn Module,
        loss: &'a dyn Loss,
        (x, y): (&Matrix, &'a Matrix),
        step: u64,
        mistake: Option<Planted>,
    ) -> Result<Self, Error> {
        let (registry, input) = (registry(), network.description().shape("in")?);
        let mut copy = Sequential::new(input);
        let mut index = 0;
        while let Some((_, module)) = network.inner(index) {
            let module = registry.copy(module)?;
            copy = match mistake {
                Some(Planted { module: at, kind }) if at == index => {
                    copy.then(Mistaken::new(module, kind)?)?
                }
                _ => copy.then(module)?,
            };
            index += 1;
        }
        if let Some(Planted { module, kind }) = mistake
            && module >= index
        {
            let fault = brique_core::Fault::Value {
                argument: "the module of this mistake".into(),
                found: module.to_string(),
                expected: format!("below {index}, the number of modules").into(),
            };
            return Err(Error::new(kind.kind(), "check", fault));
        }
        copy.begin_step(step);
        let mut checked = Self {
            network: copy,
            workspace: Workspace::default(),
            loss,
            x: x.to_owned(),
            y,
            value: 0.0,
        };
        checked.value = checked.loss_value()?;
        Ok(checked)
    }

    fn loss_value(&mut self) -> Result<f64, Error> {
        let prediction = self.workspace.forward(&self.network, &self.x)?;
        self.loss.forward(self.y, &prediction)
    }

    /// Runs the backward pass.
    fn analytic(&mut self) -> Result<Analytic, Error> {
        let prediction = self.workspace.forward(&self.network, &self.x)?;
        let delta = self.loss.backward(self.y, &prediction)?;
        let overwrite = Gradient::Overwrite;
        let input = self
            .workspace
            .backward_with_delta(&mut self.network, &self.x, &delta, overwrite)?
            .to_owned();
        let (mut parameters, mut parameter) = (Vec::new(), 0);
        visit_modules(&self.network, &mut |path, module| {
            module.own_parameters(&mut |own| {
                let mut first = 0;
                for tensor in own.tensors() {
                    let rows = first..first + tensor.values.nrows();
                    let gradient = own
                        .gradient()
                        .select(brique_tensor::ndarray::Axis(0), &rows.collect::<Vec<_>>());
                    let position = Tensor::Parameter { parameter, first };
                    first += tensor.values.nrows();
                    parameters.push((path.to_owned(), tensor.name.to_owned(), position, gradient));
                }
                parameter += 1;
            });
        });
        Ok(Analytic { input, parameters })
    }

    /// Compares the gradient of one tensor with differences, entry by entry.
    fn compare(
        &mut self,
        path: String,
        name: &str,
        tensor: Tensor,
        gradient: &Array2<f64>,
    ) -> Result<TensorCheck, Error> {
        let (count, columns) = (gradient.len(), gradient.ncols());
        let distance = match count.div_ceil(ENTRIES) {
            1 => 1,
            distance => distance | 1,
        };
        let mut compared = Vec::new();
        for index in (0..count).step_by(distance) {
            let index = (index / columns, index % columns);
            let derivative = self.derivative(tensor, index)?;
            compared.push((index, gradient[index], derivative));
        }
        let sizes = compared.iter().map(|(_, _, derivative)| derivative.size());
        let smallest = (SMALLEST_PART * sizes.fold(0.0, f64::max)).max(f64::MIN_POSITIVE);
        let mut report = TensorCheck::new(path, name, gradient.dim());
        for (index, analytic, derivative) in compared {
            let allowed = |numeric: f64, noise: f64| {
                TOLERANCE * f64::max(analytic, -analytic).max(numeric.abs()).max(smallest) + noise
            };
            match derivative {
                Derivative::Smooth { derivative, noise } => {
                    report.add(index, analytic, derivative, allowed(derivative, noise));
                }
                Derivative::Kink {
                    lowest,
                    highest,
                    noise,
                } => {
                    let nearest = analytic.max(lowest).min(highest);
                    if (analytic - nearest).abs() > allowed(nearest, noise) {
                        report.add(index, analytic, nearest, allowed(nearest, noise));
                    } else {
                        report.kinks += 1;
                    }
                }
            }
        }
        Ok(report)
    }

    /// Differentiates the loss with respect to one number.
    fn derivative(&mut self, tensor: Tensor, index: (usize, usize)) -> Result<Derivative, Error> {
        let number = self.number(tensor, index, None);
        let middle = self.value;
        let found = derivative(number, middle, &mut |moved| {
            self.number(tensor, index, Some(moved));
            self.loss_value()
        });
        self.number(tensor, index, Some(number));
        found
    }

    /// Sets a number of a tensor, if one is given, and returns the number before.
    fn number(&mut self, tensor: Tensor, (row, column): (usize, usize), new: Option<f64>) -> f64 {
        let change = |number: &mut f64| {
            let before = *number;
            if let Some(new) = new {
                *number = new;
            }
            before
        };
        let Tensor::Parameter { parameter, first } = tensor else {
            return change(&mut self.x[[row, column]]);
        };
        let (mut next, mut before) = (0, 0.0);
        self.network.visit_parameters_mut(&mut |own| {
            if next == parameter {
                before = change(&mut own.value_mut()[[first + row, column]]);
            }
            next += 1;
        });
        before
    }
}
