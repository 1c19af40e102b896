//! A complete training run as described by a file, performed with the library.

use brique_core::Loss;
use brique_layers::{Linear, ReLU, Sequential, Sigmoid, Tanh};
use brique_losses::{BCEWithLogitsLoss, CrossEntropyLoss, MSELoss};
use brique_optim::{Adagrad, Adam, AdamW, Optimizer, RMSprop, SGD};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_train::{Stepper, Weights};
use serde_json::{Map, Value};

use crate::Error;

/// A network, a loss, an optimiser, and the selection of rows for each step.
pub(crate) struct Training {
    network: Sequential,
    loss: Box<dyn Loss>,
    optimizer: Box<dyn Optimizer>,
    batch: usize,
    steps: usize,
}

/// The supported options of a training run. A file with another option is not built.
const KNOWN: [&str; 10] = [
    "sizes",
    "activation",
    "loss",
    "optimizer",
    "lr",
    "batch",
    "steps",
    "momentum",
    "nesterov",
    "weight_decay",
];

/// Describes the parts of a training run that the library does not have.
pub(crate) fn missing(case: &Map<String, Value>) -> Vec<String> {
    let text = |option: &str| case.get(option).and_then(Value::as_str).unwrap_or("of no name");
    let sizes = case.get("sizes").and_then(Value::as_array);
    let has_hidden_layers = sizes.is_some_and(|sizes| sizes.len() > 2);
    let mut missing = Vec::new();
    for (option, built, is_used) in [
        (
            "activation",
            &["identity", "relu", "sigmoid", "tanh"][..],
            has_hidden_layers,
        ),
        ("loss", &["bce_with_logits", "cross_entropy", "mse"], true),
        ("optimizer", &["adagrad", "adam", "adamw", "rmsprop", "sgd"], true),
    ] {
        if is_used && !built.contains(&text(option)) {
            missing.push(format!("{option} {}", text(option)));
        }
    }
    let others = case.keys().filter(|option| !KNOWN.contains(&option.as_str()));
    missing.extend(others.map(|option| format!("option {option}")));
    if text("optimizer") != "sgd" {
        let of_sgd = ["momentum", "nesterov"]
            .into_iter()
            .filter(|option| case.contains_key(*option));
        missing.extend(of_sgd.map(|option| format!("option {option} of {}", text("optimizer"))));
    }
    missing
}

impl Training {
    /// Creates the training run that the metadata describes, with these initial parameters. The library must have all
    /// its parts.
    pub(crate) fn new(case: &Map<String, Value>, parameters: Vec<Array2<f64>>) -> Result<Self, Error> {
        let options = Options { case };
        Ok(Self {
            network: network(options.text("activation"), parameters)?,
            loss: match options.text("loss") {
                "bce_with_logits" => Box::new(BCEWithLogitsLoss::new()),
                "cross_entropy" => Box::new(CrossEntropyLoss::new()),
                _ => Box::new(MSELoss::new()),
            },
            optimizer: optimizer(&options)?,
            batch: options.count("batch")?,
            steps: options.count("steps")?,
        })
    }

    /// Returns the number of steps.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Trains and returns the loss of every step before its update. Rows are taken in order. The last batch of an
    /// epoch contains the remaining rows, and the next batch begins at the first row again. `x` and `y` have the same
    /// number of rows.
    pub(crate) fn run(&mut self, x: &Matrix, y: &Matrix) -> Result<Vec<f64>, Error> {
        let mut stepper = Stepper::default();
        let mut first = 0;
        let mut losses = Vec::new();
        for _ in 0..self.steps {
            let last = x.nrows().min(first + self.batch);
            let rows = Slice::from(first..last);
            let (x_rows, y_rows) = (x.slice_axis(Axis(0), rows), y.slice_axis(Axis(0), rows));
            let loss = stepper.step(
                &mut self.network,
                &*self.loss,
                &mut *self.optimizer,
                &x_rows,
                &y_rows,
            )?;
            losses.push(loss);
            first = if last == x.nrows() { 0 } else { last };
        }
        Ok(losses)
    }

    /// Returns the current parameters, layer by layer.
    pub(crate) fn parameters(&self) -> Weights {
        Weights::of(&self.network)
    }
}

/// Creates a network of linear layers with these parameters and with the activation between them.
fn network(activation: &str, parameters: Vec<Array2<f64>>) -> Result<Sequential, Error> {
    let inputs = parameters
        .first()
        .map_or(0, |first| first.nrows().saturating_sub(1));
    let mut network = Sequential::new(inputs);
    for (number, parameters) in parameters.into_iter().enumerate() {
        if number > 0 {
            network = match activation {
                "relu" => network.then(ReLU)?,
                "sigmoid" => network.then(Sigmoid)?,
                "tanh" => network.then(Tanh)?,
                _ => network,
            };
        }
        network = network.then(Linear::from_parameters(parameters)?)?;
    }
    Ok(network)
}

fn optimizer(options: &Options<'_>) -> Result<Box<dyn Optimizer>, Error> {
    let rate = options.number("lr")?;
    let decay = options.number_or("weight_decay", None)?;
    let momentum = options.number_or("momentum", Some(0.0))?.unwrap_or_default();
    let is_nesterov = options
        .case
        .get("nesterov")
        .is_some_and(|nesterov| *nesterov == Value::Bool(true));
    // If the option is missing, each optimiser uses its own default.
    Ok(match options.text("optimizer") {
        "adagrad" => {
            let adagrad = Adagrad::new(rate)?;
            Box::new(decay.map_or(Ok(adagrad.clone()), |decay| adagrad.weight_decay(decay))?)
        }
        "adam" => {
            let adam = Adam::new(rate)?;
            Box::new(decay.map_or(Ok(adam.clone()), |decay| adam.weight_decay(decay))?)
        }
        "adamw" => {
            let adam_w = AdamW::new(rate)?;
            Box::new(decay.map_or(Ok(adam_w.clone()), |decay| adam_w.weight_decay(decay))?)
        }
        "rmsprop" => {
            let rmsprop = RMSprop::new(rate)?;
            Box::new(decay.map_or(Ok(rmsprop.clone()), |decay| rmsprop.weight_decay(decay))?)
        }
        _ => {
            let sgd = SGD::new(rate)?.weight_decay(decay.unwrap_or_default())?;
            Box::new(if is_nesterov {
                sgd.nesterov(momentum)?
            } else {
                sgd.momentum(momentum)?
            })
        }
    })
}

/// The options of a training run by name.
struct Options<'a> {
    case: &'a Map<String, Value>,
}

impl Options<'_> {
    fn text(&self, option: &str) -> &str {
        self.case.get(option).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, option: &'static str) -> Result<f64, Error> {
        let number = self.case.get(option).and_then(Value::as_f64);
        number.ok_or_else(|| self.wrong(option, "a number"))
    }

    /// Returns an optional number, or `default` if it is missing.
    fn number_or(&self, option: &'static str, default: Option<f64>) -> Result<Option<f64>, Error> {
        if self.case.contains_key(option) {
            self.number(option).map(Some)
        } else {
            Ok(default)
        }
    }

    fn count(&self, option: &'static str) -> Result<usize, Error> {
        let count = self.case.get(option).and_then(Value::as_u64);
        let count = count
            .and_then(|count| usize::try_from(count).ok())
            .filter(|&count| count > 0);
        count.ok_or_else(|| self.wrong(option, "a whole number of at least 1"))
    }

    fn wrong(&self, attribute: &'static str, expected: &'static str) -> Error {
        let found = self.case.get(attribute).unwrap_or(&Value::Null).to_string();
        Error::Attribute {
            attribute,
            found,
            expected,
        }
    }
}
