//! The nodes of convolutions and pools.

use brique_core::{Description, Module};
use brique_tensor::Scalar;

use super::arrange::Value;
use super::graph::{Graph, NodeAttribute};
use super::modules::with_tensors;
use crate::Error;
use crate::layout::{Layout, channels_first};

/// Adds a Conv. Weights are stored as (out, in / groups, kernel).
pub(super) fn convolution<T: Scalar>(
    graph: &mut Graph,
    module: &dyn Module<T>,
    description: &Description,
    value: Value,
) -> Result<Value, Error> {
    let value = channels_first_value(graph, description, value)?;
    let kernel = description.shape("kernel")?;
    let padding = integers(description, "padding")?;
    let attributes = [
        (
            "dilations",
            NodeAttribute::Integers(integers(description, "dilation")?),
        ),
        (
            "group",
            NodeAttribute::Integer(description.size("groups")? as i64),
        ),
        (
            "kernel_shape",
            NodeAttribute::Integers(integers(description, "kernel")?),
        ),
        (
            "pads",
            NodeAttribute::Integers([&padding[..], &padding[..]].concat()),
        ),
        (
            "strides",
            NodeAttribute::Integers(integers(description, "stride")?),
        ),
    ];
    let mut names = vec![value.name];
    with_tensors(module, &mut |name, values| {
        let (rows, out) = values.dim();
        if name != "weight" {
            names.push(graph.constant(name, &[out], values.iter().copied()));
            return;
        }
        let taps = kernel.size();
        let channels = rows / taps;
        let numbers = (0..out).flat_map(|output| {
            (0..channels)
                .flat_map(move |channel| (0..taps).map(move |tap| values[[tap * channels + channel, output]]))
        });
        let sizes = [&[out, channels], kernel.sizes()].concat();
        names.push(graph.constant(name, &sizes, numbers));
    });
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = graph.node("Conv", &names, &attributes);
    Ok(Value::new(name, output(description)?))
}

pub(super) fn pool(
    graph: &mut Graph,
    operator: &str,
    description: &Description,
    value: Value,
) -> Result<Value, Error> {
    let value = channels_first_value(graph, description, value)?;
    let attributes = [
        (
            "kernel_shape",
            NodeAttribute::Integers(integers(description, "kernel")?),
        ),
        (
            "strides",
            NodeAttribute::Integers(integers(description, "stride")?),
        ),
    ];
    let name = graph.node(operator, &[&value.name], &attributes);
    Ok(Value::new(name, output(description)?))
}

pub(super) fn global_pool(
    graph: &mut Graph,
    description: &Description,
    value: Value,
) -> Result<Value, Error> {
    let value = channels_first_value(graph, description, value)?;
    let name = graph.node("GlobalAveragePool", &[&value.name], &[]);
    let mut sizes = vec![1; value.layout.sizes.len()];
    sizes[0] = value.layout.sizes[0];
    Ok(Value::new(name, Layout::same(sizes)).flat(graph))
}

/// Returns the value with the sizes and the order of the examples that the module takes.
fn channels_first_value(graph: &mut Graph, description: &Description, value: Value) -> Result<Value, Error> {
    let shape = description.shape("in")?;
    Ok(value.arranged(graph, &Layout::image(channels_first(shape.sizes()))))
}

fn output(description: &Description) -> Result<Layout, Error> {
    let shape = description.shape("out")?;
    Ok(Layout::image(channels_first(shape.sizes())))
}

fn integers(description: &Description, name: &str) -> Result<Vec<i64>, Error> {
    let numbers = description.shape(name)?;
    Ok(numbers.sizes().iter().map(|&number| number as i64).collect())
}
