//! The nodes of each module.

use brique_core::{Description, Module, Shape};
use brique_tensor::Scalar;
use brique_tensor::ndarray::ArrayView2;

use super::arrange::Value;
use super::graph::{Graph, NodeAttribute};
use super::windows;
use crate::Error;
use crate::layout::{Layout, channels_first};
use crate::proto::data_type;
use crate::tensor::type_of;

/// Adds the nodes of a module that has no modules inside. Returns `None` if its kind is unknown.
pub(super) fn add<T: Scalar>(
    graph: &mut Graph,
    module: &dyn Module<T>,
    value: Value,
    output: Shape,
) -> Result<Option<Value>, Error> {
    let description = module.description();
    let value = match &*description.kind {
        "Linear" => linear(graph, module, value),
        "ReLU" => elementwise(graph, "Relu", value),
        "Tanh" => elementwise(graph, "Tanh", value),
        "Sigmoid" => elementwise(graph, "Sigmoid", value),
        "Softplus" => elementwise(graph, "Softplus", value),
        "GELU" => elementwise(graph, "Gelu", value),
        "SiLU" => {
            let sigmoid = graph.node("Sigmoid", &[&value.name], &[]);
            let name = graph.node("Mul", &[&value.name, &sigmoid], &[]);
            Value::new(name, value.layout)
        }
        "LogSigmoid" => {
            // The logarithm of a sigmoid would be −∞ for small numbers.
            let value = elementwise(graph, "Neg", value);
            let value = elementwise(graph, "Softplus", value);
            elementwise(graph, "Neg", value)
        }
        "LeakyReLU" => leaky::<T>(graph, "LeakyRelu", description.number("negative_slope")?, value),
        "ELU" => leaky::<T>(graph, "Elu", description.number("alpha")?, value),
        "Softmax" => over_values(graph, "Softmax", value),
        "LogSoftmax" => over_values(graph, "LogSoftmax", value),
        "LayerNorm" => layer_norm(graph, module, value),
        "GroupNorm" => group_norm(graph, module, &description, value)?,
        "Conv1D" | "Conv2D" => windows::convolution(graph, module, &description, value)?,
        "MaxPool1D" | "MaxPool2D" => windows::pool(graph, "MaxPool", &description, value)?,
        "AvgPool1D" | "AvgPool2D" => windows::pool(graph, "AveragePool", &description, value)?,
        "GlobalAvgPool" => windows::global_pool(graph, &description, value)?,
        "Flatten" => value.flat(graph),
        "Reshape" => value.arranged(graph, &natural(output)),
        "Dropout" => value,
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// Returns the layout that a shape of this library has in ONNX: flat, or with the channels first.
pub(super) fn natural(shape: Shape) -> Layout {
    match shape.sizes() {
        [] | [_] => Layout::same(vec![shape.size()]),
        sizes => Layout::image(channels_first(sizes)),
    }
}

/// Calls `visit` with the tensors of a module, such as weight and bias.
pub(super) fn with_tensors<T: Scalar>(
    module: &dyn Module<T>,
    visit: &mut dyn FnMut(&str, ArrayView2<'_, T>),
) {
    module.own_parameters(&mut |parameter| {
        for tensor in parameter.tensors() {
            visit(tensor.name, tensor.values);
        }
    });
}

fn elementwise(graph: &mut Graph, operator: &str, value: Value) -> Value {
    let name = graph.node(operator, &[&value.name], &[]);
    Value::new(name, value.layout)
}

/// Adds a `LeakyReLU` or an `ELU`: both multiply what is below 0. An attribute of a node is an f32, the factor is not.
fn leaky<T: Scalar>(graph: &mut Graph, operator: &str, factor: f64, value: Value) -> Value {
    #[allow(clippy::cast_possible_truncation, reason = "compared below")]
    let rounded = factor as f32;
    if T::from_f64(factor) == T::from_f64(rounded.into()) {
        let name = graph.node(
            operator,
            &[&value.name],
            &[("alpha", NodeAttribute::Float(rounded))],
        );
        return Value::new(name, value.layout);
    }
    let value = if operator == "Elu" {
        elementwise(graph, operator, value)
    } else {
        value
    };
    let factor = graph.constant("factor", &[1], [T::from_f64(factor)]);
    let name = graph.node("PRelu", &[&value.name, &factor], &[]);
    Value::new(name, value.layout)
}

fn over_values(graph: &mut Graph, operator: &str, value: Value) -> Value {
    let value = value.flat(graph);
    let name = graph.node(operator, &[&value.name], &[("axis", NodeAttribute::Integer(-1))]);
    Value::new(name, value.layout)
}

/// Adds a Gemm whose weights are in the order of the numbers of the value.
fn linear<T: Scalar>(graph: &mut Graph, module: &dyn Module<T>, value: Value) -> Value {
    let value = value.flat(graph);
    let order = &value.layout.order;
    let (mut names, mut outputs) = (vec![value.name.clone()], 0);
    with_tensors(module, &mut |name, values| {
        let (rows, columns) = values.dim();
        if name == "weight" {
            let mut row_of = vec![0; rows];
            for row in 0..rows {
                row_of[order.index(row)] = row;
            }
            let row_of = &row_of;
            let numbers = (0..columns).flat_map(|out| row_of.iter().map(move |&row| values[[row, out]]));
            names.push(graph.constant(name, &[columns, rows], numbers));
        } else {
            names.push(graph.constant(name, &[columns], values.iter().copied()));
        }
        outputs = columns;
    });
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = graph.node("Gemm", &names, &[("transB", NodeAttribute::Integer(1))]);
    Value::new(name, Layout::same(vec![outputs]))
}

fn layer_norm<T: Scalar>(graph: &mut Graph, module: &dyn Module<T>, value: Value) -> Value {
    let value = value.flat(graph);
    let value = scaled_for_epsilon::<T>(graph, value);
    let order = &value.layout.order;
    let mut names = vec![value.name.clone()];
    with_tensors(module, &mut |name, values| {
        let mut numbers = vec![T::zero(); values.len()];
        for (column, &number) in values.iter().enumerate() {
            numbers[order.index(column)] = number;
        }
        names.push(graph.constant(name, &[numbers.len()], numbers));
    });
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let attributes = [
        ("axis", NodeAttribute::Integer(-1)),
        ("epsilon", NodeAttribute::Float(EPSILON)),
    ];
    let name = graph.node("LayerNormalization", &names, &attributes);
    Value::new(name, value.layout)
}

/// Multiplies a value in f64 so that its normalisation has the ε of this library: the attribute of the operator is an f32,
/// and `s · x` with the ε of `s² · ε` has the same normalisation as x with ε.
fn scaled_for_epsilon<T: Scalar>(graph: &mut Graph, value: Value) -> Value {
    if type_of::<T>() != data_type::DOUBLE {
        return value;
    }
    let scale = graph.constant("epsilon_scale", &[1], [epsilon_scale()]);
    let name = graph.node("Mul", &[&value.name, &scale], &[]);
    Value::new(name, value.layout)
}

/// Returns the factor in front of a normalisation in f64.
pub(crate) fn epsilon_scale() -> f64 {
    (f64::from(EPSILON) / 1e-5).sqrt()
}

/// The ε of `LayerNorm` and `GroupNorm`.
pub(crate) const EPSILON: f32 = 1e-5;

fn group_norm<T: Scalar>(
    graph: &mut Graph,
    module: &dyn Module<T>,
    description: &Description,
    value: Value,
) -> Result<Value, Error> {
    let (shape, groups) = (description.shape("in")?, description.size("groups")?);
    let layout = match shape.sizes() {
        // The operator needs an axis of positions.
        [channels] => Layout::same(vec![*channels, 1]),
        sizes => Layout::image(channels_first(sizes)),
    };
    let value = value.arranged(graph, &layout);
    let value = scaled_for_epsilon::<T>(graph, value);
    let mut names = vec![value.name.clone()];
    with_tensors(module, &mut |name, values| {
        names.push(graph.constant(name, &[values.len()], values.iter().copied()));
    });
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let attributes = [
        ("epsilon", NodeAttribute::Float(EPSILON)),
        ("num_groups", NodeAttribute::Integer(groups as i64)),
        // The operator computes mean and variance in f32 otherwise.
        ("stash_type", NodeAttribute::Integer(type_of::<T>().into())),
    ];
    let name = graph.node("GroupNormalization", &names, &attributes);
    Ok(Value::new(name, value.layout))
}
