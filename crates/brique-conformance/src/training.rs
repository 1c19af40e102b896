//! A whole training as a file describes it, with what the library has.

use brique_core::{Loss, Module};
use brique_layers::Linear;
use brique_losses::MSELoss;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis, Slice};
use serde_json::{Map, Value};

use crate::Error;

/// Layers and a loss, the step size, and how rows are taken.
pub(crate) struct Training {
    layers: Vec<Linear>,
    loss: Box<dyn Loss>,
    step: f64,
    batch: usize,
    steps: usize,
}

/// The options of a training that are read; one that is not here is not built.
const KNOWN: [&str; 7] = ["sizes", "activation", "loss", "optimizer", "lr", "batch", "steps"];

/// What the library does not have of what the training asks for, in words.
pub(crate) fn missing(case: &Map<String, Value>) -> Vec<String> {
    let text = |option: &str| {
        case.get(option)
            .and_then(Value::as_str)
            .unwrap_or("of no name")
            .to_owned()
    };
    let mut missing = Vec::new();
    let hidden = case
        .get("sizes")
        .and_then(Value::as_array)
        .map_or(0, |sizes| sizes.len().saturating_sub(2));
    for (option, built) in [("activation", "identity"), ("loss", "mse"), ("optimizer", "sgd")] {
        let is_used = option != "activation" || hidden > 0;
        if is_used && text(option) != built {
            missing.push(format!("{option} {}", text(option)));
        }
    }
    let others = case.keys().filter(|option| !KNOWN.contains(&option.as_str()));
    missing.extend(others.map(|option| format!("option {option}")));
    missing
}

impl Training {
    /// The training that the metadata describe, from these initial parameters.
    pub(crate) fn new(case: &Map<String, Value>, parameters: Vec<Array2<f64>>) -> Result<Self, Error> {
        let layers = parameters
            .into_iter()
            .map(Linear::from_parameters)
            .collect::<Result<_, _>>()?;
        let count = |option: &'static str| {
            let count = case
                .get(option)
                .and_then(Value::as_u64)
                .and_then(|count| usize::try_from(count).ok());
            count
                .filter(|&count| count > 0)
                .ok_or_else(|| wrong(case, option, "a whole number of at least 1"))
        };
        let step = case.get("lr").and_then(Value::as_f64);
        Ok(Self {
            layers,
            loss: Box::new(MSELoss::default()),
            step: step.ok_or_else(|| wrong(case, "lr", "a number"))?,
            batch: count("batch")?,
            steps: count("steps")?,
        })
    }

    /// How many steps are made.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Trains, and gives the loss of every step before its update. Rows are taken in order; the last batch of an epoch
    /// is as short as what is left, and the next begins at the first row again. There are as many `y` as `x`.
    pub(crate) fn run(&mut self, x: &Matrix, y: &Matrix) -> Result<Vec<f64>, Error> {
        let mut first = 0;
        let mut losses = Vec::new();
        for _ in 0..self.steps {
            let last = x.nrows().min(first + self.batch);
            let rows = Slice::from(first..last);
            losses.push(self.step(&x.slice_axis(Axis(0), rows), &y.slice_axis(Axis(0), rows))?);
            first = if last == x.nrows() { 0 } else { last };
        }
        Ok(losses)
    }

    /// One step of plain gradient descent: the input of each layer is kept for its two backward passes.
    fn step(&mut self, x: &Matrix, y: &Matrix) -> Result<f64, Error> {
        let mut inputs = vec![x.to_owned()];
        for layer in &self.layers {
            let output = layer.forward(&inputs[inputs.len() - 1])?;
            inputs.push(output);
        }
        let yhat = inputs.pop().unwrap_or_default();
        let value = self.loss.forward(y, &yhat)?;
        let mut delta = self.loss.backward(y, &yhat)?;
        for (layer, input) in self.layers.iter_mut().zip(&inputs).rev() {
            layer.zero_grad();
            layer.backward_update_gradient(input, &delta)?;
            delta = layer.backward_delta(input, &delta)?;
            layer.update_parameters(self.step)?;
        }
        Ok(value)
    }

    /// The parameters as they are now, layer by layer.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &Matrix> {
        self.layers.iter().map(|layer| layer.parameters().value())
    }
}

fn wrong(case: &Map<String, Value>, attribute: &'static str, expected: &'static str) -> Error {
    let found = case.get(attribute).unwrap_or(&Value::Null).to_string();
    Error::Attribute {
        attribute,
        found,
        expected,
    }
}
