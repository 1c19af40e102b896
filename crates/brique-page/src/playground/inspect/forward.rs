//! How the value of a unit follows from the input of its module.

use brique_core::{AttributeValue, Error, Module};
use brique_tensor::ndarray::{Array2, ArrayView1, Axis};

use super::activations::{activation, at};
use super::formula::{ROWS, factor, label, number, product, subscript, subscripts, sum};
use super::passes::Passes;
use super::{Formula, Row};

/// The value of one unit for one example, and where it is.
pub(super) struct ViewedUnit<'a> {
    pub(super) passes: &'a Passes<'a>,
    pub(super) module: usize,
    pub(super) unit: usize,
    pub(super) row: usize,
}

impl ViewedUnit<'_> {
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
pub(super) fn forward(viewed: &ViewedUnit<'_>) -> Result<(Vec<Formula>, Vec<Row>), Error> {
    let Some(module) = viewed.passes.module(viewed.module) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let description = module.description();
    let name = viewed.name(&description.kind);
    if activation(&description.kind).is_some() {
        return of_activation(viewed, module, &description.kind, &name);
    }
    match &*description.kind {
        "Linear" | "Conv2D" | "AvgPool2D" | "GlobalAvgPool" => {
            of_sum(viewed, module, &description.kind, &name)
        }
        "MaxPool2D" => {
            let window = window(viewed, description.value("kernel"));
            Ok(of_window(viewed, &name, &window))
        }
        "LayerNorm" | "GroupNorm" => {
            let groups = description.size("groups").unwrap_or(1);
            Ok(of_norm(viewed, groups, &name))
        }
        "Residual" => {
            let x = viewed.input()[viewed.unit];
            let inner = viewed.value() - x;
            let x_name = format!("x{}", viewed.input_label(viewed.unit));
            let formula = Formula {
                symbols: format!("{name} = {x_name} + f(x){}", viewed.input_label(viewed.unit)),
                numbers: sum(&[number(x), factor(inner)], viewed.value()),
            };
            Ok((vec![formula], vec![Row::new(x_name, x), Row::new("f(x)", inner)]))
        }
        kind => {
            let x = viewed.input()[viewed.unit];
            let x_name = format!("x{}", viewed.input_label(viewed.unit));
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
    viewed: &ViewedUnit<'_>,
    module: &dyn Module,
    kind: &str,
    name: &str,
) -> Result<(Vec<Formula>, Vec<Row>), Error> {
    let Some(formulas) = activation(kind) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let (x, y) = (viewed.input()[viewed.unit], viewed.value());
    let derivative = derivative(module, x)?;
    let x_name = format!("x{}", viewed.input_label(viewed.unit));
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
                ("negative_slope", AttributeValue::Number(slope)) => Some(Row::new("s", *slope)),
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
    viewed: &ViewedUnit<'_>,
    module: &dyn Module,
    kind: &str,
    name: &str,
) -> Result<(Vec<Formula>, Vec<Row>), Error> {
    let x = viewed.input().insert_axis(Axis(0)).to_owned();
    let mut one_hot = Array2::zeros((1, viewed.passes.output(viewed.module).ncols()));
    one_hot[[0, viewed.unit]] = 1.0;
    let weights = module.backward_delta(&x, &one_hot)?;
    let pairs = x.iter().zip(&weights).enumerate();
    let used: Vec<(usize, f64, f64)> = pairs
        .map(|(i, (&x, &w))| (i, x, w))
        .filter(|&(_, _, w)| kind == "Linear" || w != 0.0)
        .collect();
    let mut terms: Vec<String> = used.iter().map(|&(_, x, w)| product(x, w)).collect();
    let mut rows = Vec::new();
    for &(i, x, w) in used.iter().take(ROWS) {
        rows.push(Row::new(format!("x{}", viewed.input_label(i)), x));
        if kind == "Linear" {
            rows.push(Row::new(format!("W{}", subscripts(i, viewed.unit)), w));
        } else if kind == "Conv2D" {
            rows.push(Row::new(format!("W at x{}", viewed.input_label(i)), w));
        }
    }
    let j = subscript(viewed.unit);
    let mut bias = |channel: usize| {
        if let Some(parameter) = viewed.passes.parameter(viewed.module) {
            let value = parameter[[parameter.nrows() - 1, channel]];
            terms.push(factor(value));
            rows.push(Row::new(format!("b{}", subscript(channel)), value));
        }
    };
    let symbols = match kind {
        "Linear" => {
            bias(viewed.unit);
            format!("{name} = Σᵢ xᵢ·Wᵢ{j} + b{j}")
        }
        "Conv2D" => {
            let channel = viewed.unit % viewed.passes.output_shape(viewed.module).last().unwrap_or(&1);
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
    let numbers = sum(&terms, viewed.value());
    Ok((vec![Formula { symbols, numbers }], rows))
}

/// Returns the indices of the input values in the window of a pool whose windows do not overlap.
fn window(viewed: &ViewedUnit<'_>, kernel: Option<&AttributeValue>) -> Vec<usize> {
    let (Some(AttributeValue::Sizes(kernel)), &[_, width, channels], &[_, columns, _]) = (
        kernel,
        viewed.passes.input_shape(viewed.module),
        viewed.passes.output_shape(viewed.module),
    ) else {
        return Vec::new();
    };
    let &[height, across] = &**kernel else {
        return Vec::new();
    };
    let channel = viewed.unit % channels;
    let (row, column) = (viewed.unit / channels / columns, viewed.unit / channels % columns);
    let positions = (0..height).flat_map(|i| (0..across).map(move |j| (i, j)));
    positions
        .map(|(i, j)| ((row * height + i) * width + column * across + j) * channels + channel)
        .collect()
}

fn of_window(viewed: &ViewedUnit<'_>, name: &str, window: &[usize]) -> (Vec<Formula>, Vec<Row>) {
    let values: Vec<String> = window.iter().map(|&i| number(viewed.input()[i])).collect();
    let rows = window.iter().take(ROWS);
    let rows = rows
        .map(|&i| Row::new(format!("x{}", viewed.input_label(i)), viewed.input()[i]))
        .collect();
    let formula = Formula {
        symbols: format!("{name} = max x over the window"),
        numbers: format!("max({}) = {}", values.join(", "), number(viewed.value())),
    };
    (vec![formula], rows)
}

/// The normalisation of a group of values by their mean and variance. A `LayerNorm` has a single group.
fn of_norm(viewed: &ViewedUnit<'_>, groups: usize, name: &str) -> (Vec<Formula>, Vec<Row>) {
    let Some(parameter) = viewed.passes.parameter(viewed.module) else {
        return (Vec::new(), Vec::new());
    };
    let channels = parameter.ncols();
    let (channel, per_group) = (viewed.unit % channels, channels / groups.max(1));
    let group = channel / per_group.max(1);
    let is_in_group = |index: usize| index % channels / per_group.max(1) == group;
    let input = viewed.input();
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
    let (x, c) = (input[viewed.unit], subscript(channel));
    let x_name = format!("x{}", viewed.input_label(viewed.unit));
    let formula = Formula {
        symbols: format!("{name} = g{c}·({x_name} − mean) / √(variance + ε) + b{c}"),
        numbers: format!(
            "{}·({} − {}) / √({} + 0.00001) + {} = {}",
            factor(gain),
            number(x),
            factor(mean),
            number(variance),
            factor(bias),
            number(viewed.value())
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
