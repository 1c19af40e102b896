//! How the value of a unit follows from the input of its module.

use brique_core::{AttributeValue, Error, Module};
use brique_tensor::ndarray::{Array2, ArrayView1, Axis};

use super::activations::{activation, at};
use super::formula::{ROWS, factor, label, number, product, subscript, subscripts, sum};
use super::passes::Passes;
use super::{Formula, Row};

/// The value of one unit for one example, and where it is.
pub(super) struct Position<'a> {
    pub(super) passes: &'a Passes<'a>,
    pub(super) module: usize,
    pub(super) unit: usize,
    pub(super) row: usize,
}

impl Position<'_> {
    fn input(&self) -> ArrayView1<'_, f64> {
        self.passes.input(self.module).row(self.row)
    }

    fn input_label(&self, index: usize) -> String {
        label(index, self.passes.input_shape(self.module))
    }

    fn value(&self) -> f64 {
        self.passes.output(self.module)[[self.row, self.unit]]
    }

    /// Returns the letter of the output of the module, with the index of the unit.
    pub(super) fn name(&self, kind: &str) -> String {
        let letter = if matches!(kind, "Linear" | "Conv2D") {
            "z"
        } else {
            "y"
        };
        format!(
            "{letter}{}",
            label(self.unit, self.passes.output_shape(self.module))
        )
    }
}

/// Returns the formulas of the value and the numbers in them.
pub(super) fn forward(position: &Position<'_>) -> Result<(Vec<Formula>, Vec<Row>), Error> {
    let Some(module) = position.passes.module(position.module) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let description = module.description();
    let name = position.name(&description.kind);
    if activation(&description.kind).is_some() {
        return of_activation(position, module, &description.kind, &name);
    }
    match &*description.kind {
        "Linear" | "Conv2D" | "AvgPool2D" | "GlobalAvgPool" => {
            of_sum(position, module, &description.kind, &name)
        }
        "MaxPool2D" => {
            let window = window(position, description.value("kernel"));
            Ok(of_window(position, &name, &window))
        }
        "LayerNorm" | "GroupNorm" => {
            let groups = description.size("groups").unwrap_or(1);
            Ok(of_norm(position, groups, &name))
        }
        "Residual" => {
            let x = position.input()[position.unit];
            let inner = position.value() - x;
            let x_name = format!("x{}", position.input_label(position.unit));
            let formula = Formula {
                symbols: format!("{name} = {x_name} + f(x){}", position.input_label(position.unit)),
                numbers: sum(&[number(x), factor(inner)], position.value()),
            };
            Ok((vec![formula], vec![Row::new(x_name, x), Row::new("f(x)", inner)]))
        }
        kind => {
            let x = position.input()[position.unit];
            let x_name = format!("x{}", position.input_label(position.unit));
            let note = if kind == "Dropout" {
                " (a prediction drops nothing)"
            } else {
                ""
            };
            let formula = Formula {
                symbols: format!("{name} = {x_name}{note}"),
                numbers: number(x),
            };
            Ok((vec![formula], vec![Row::new(x_name, x)]))
        }
    }
}

fn of_activation(
    position: &Position<'_>,
    module: &dyn Module,
    kind: &str,
    name: &str,
) -> Result<(Vec<Formula>, Vec<Row>), Error> {
    let Some(formulas) = activation(kind) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let (x, y) = (position.input()[position.unit], position.value());
    let derivative = derivative(module, x)?;
    let x_name = format!("x{}", position.input_label(position.unit));
    let lines = vec![
        Formula {
            symbols: format!("{name} = {}", at(formulas.value, &x_name)),
            numbers: format!("{} = {}", at(formulas.value, &factor(x)), number(y)),
        },
        Formula {
            symbols: format!("f′({x_name}) = {}", at(formulas.derivative, &x_name)),
            numbers: format!("{} = {}", at(formulas.derivative, &factor(x)), number(derivative)),
        },
    ];
    let mut rows = vec![
        Row::new(x_name.clone(), x),
        Row::new(name, y),
        Row::new(format!("f′({x_name})"), derivative),
    ];
    let options = module.description().attributes;
    rows.extend(
        options
            .iter()
            .filter_map(|option| match (&*option.name, &option.value) {
                ("alpha", AttributeValue::Number(alpha)) => Some(Row::new("α", *alpha)),
                ("negative_slope", AttributeValue::Number(f_prime)) => Some(Row::new("s", *f_prime)),
                _ => None,
            }),
    );
    Ok((lines, rows))
}

/// Returns f′(x) of an activation.
pub(super) fn derivative(module: &dyn Module, x: f64) -> Result<f64, Error> {
    let one = Array2::ones((1, 1));
    Ok(module.backward_delta(&Array2::from_elem((1, 1), x), &one)?[[0, 0]])
}

/// A module whose output is a sum of inputs times weights, which are the derivatives of the output.
fn of_sum(
    position: &Position<'_>,
    module: &dyn Module,
    kind: &str,
    name: &str,
) -> Result<(Vec<Formula>, Vec<Row>), Error> {
    let x = position.input().insert_axis(Axis(0)).to_owned();
    let mut one_hot = Array2::zeros((1, position.passes.output(position.module).ncols()));
    one_hot[[0, position.unit]] = 1.0;
    let weights = module.backward_delta(&x, &one_hot)?;
    let pairs = x.iter().zip(&weights).enumerate();
    let used: Vec<(usize, f64, f64)> = pairs
        .map(|(i, (&x, &w))| (i, x, w))
        .filter(|&(_, _, w)| kind == "Linear" || w != 0.0)
        .collect();
    let mut terms: Vec<String> = used.iter().map(|&(_, x, w)| product(x, w)).collect();
    let mut rows = Vec::new();
    for &(i, x, w) in used.iter().take(ROWS) {
        rows.push(Row::new(format!("x{}", position.input_label(i)), x));
        if kind == "Linear" {
            rows.push(Row::new(format!("W{}", subscripts(i, position.unit)), w));
        } else if kind == "Conv2D" {
            rows.push(Row::new(format!("W at x{}", position.input_label(i)), w));
        }
    }
    let j = subscript(position.unit);
    let mut bias = |channel: usize| {
        if let Some(parameter) = position.passes.parameter(position.module) {
            let value = parameter[[parameter.nrows() - 1, channel]];
            terms.push(factor(value));
            rows.push(Row::new(format!("b{}", subscript(channel)), value));
        }
    };
    let symbols = match kind {
        "Linear" => {
            bias(position.unit);
            format!("{name} = Σᵢ xᵢ·Wᵢ{j} + b{j}")
        }
        "Conv2D" => {
            let channel = position.unit % position.passes.output_shape(position.module).last().unwrap_or(&1);
            bias(channel);
            format!(
                "{name} = Σ x·W{} over the window + b{}",
                subscript(channel),
                subscript(channel)
            )
        }
        _ => format!(
            "{name} = Σ x / {} over the {}",
            used.len(),
            if kind == "AvgPool2D" { "window" } else { "channel" }
        ),
    };
    let numbers = sum(&terms, position.value());
    Ok((vec![Formula { symbols, numbers }], rows))
}

/// Returns the indices of the input values in the window of a pool whose windows do not overlap.
fn window(position: &Position<'_>, kernel: Option<&AttributeValue>) -> Vec<usize> {
    let (Some(AttributeValue::Sizes(kernel)), &[_, width, channels], &[_, columns, _]) = (
        kernel,
        position.passes.input_shape(position.module),
        position.passes.output_shape(position.module),
    ) else {
        return Vec::new();
    };
    let &[height, across] = &**kernel else {
        return Vec::new();
    };
    let channel = position.unit % channels;
    let (row, column) = (
        position.unit / channels / columns,
        position.unit / channels % columns,
    );
    let positions = (0..height).flat_map(|i| (0..across).map(move |j| (i, j)));
    positions
        .map(|(i, j)| ((row * height + i) * width + column * across + j) * channels + channel)
        .collect()
}

fn of_window(position: &Position<'_>, name: &str, window: &[usize]) -> (Vec<Formula>, Vec<Row>) {
    let values: Vec<String> = window.iter().map(|&i| number(position.input()[i])).collect();
    let rows = window.iter().take(ROWS);
    let rows = rows
        .map(|&i| Row::new(format!("x{}", position.input_label(i)), position.input()[i]))
        .collect();
    let formula = Formula {
        symbols: format!("{name} = max x over the window"),
        numbers: format!("max({}) = {}", values.join(", "), number(position.value())),
    };
    (vec![formula], rows)
}

/// The normalisation of a group of values by their mean and variance. A `LayerNorm` has a single group.
fn of_norm(position: &Position<'_>, groups: usize, name: &str) -> (Vec<Formula>, Vec<Row>) {
    let Some(parameter) = position.passes.parameter(position.module) else {
        return (Vec::new(), Vec::new());
    };
    let channels = parameter.ncols();
    let (channel, per_group) = (position.unit % channels, channels / groups.max(1));
    let group = channel / per_group.max(1);
    let is_in_group = |index: usize| index % channels / per_group.max(1) == group;
    let input = position.input();
    let values = || {
        input
            .iter()
            .enumerate()
            .filter(|&(i, _)| is_in_group(i))
            .map(|(_, &x)| x)
    };
    let n = values().count() as f64;
    let mean = values().sum::<f64>() / n;
    let variance = values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    let (gain, bias) = (parameter[[0, channel]], parameter[[1, channel]]);
    let (x, c) = (input[position.unit], subscript(channel));
    let x_name = format!("x{}", position.input_label(position.unit));
    let formula = Formula {
        symbols: format!("{name} = g{c}·({x_name} − mean) / √(variance + ε) + b{c}"),
        numbers: format!(
            "{}·({} − {}) / √({} + 0.00001) + {} = {}",
            factor(gain),
            number(x),
            factor(mean),
            number(variance),
            factor(bias),
            number(position.value())
        ),
    };
    let rows = vec![
        Row::new(x_name, x),
        Row::new("mean", mean),
        Row::new("variance", variance),
        Row::new(format!("g{c}"), gain),
        Row::new(format!("b{c}"), bias),
    ];
    (vec![formula], rows)
}
