//! Walks through a network, from module to module.

use std::collections::BTreeMap;

use brique_core::{Module, Shape};
use brique_tensor::Scalar;

use super::arrange::Value;
use super::graph::{Graph, NodeAttribute};
use super::modules;
use crate::Error;
use crate::layout::Layout;

/// The functions that supply the nodes of a program's own modules, by kind.
pub(super) type OwnNodes<'a, T> =
    BTreeMap<String, Box<dyn Fn(&dyn Module<T>, &mut Graph, &str) -> Result<String, Error> + 'a>>;

/// Adds the nodes of a module and of those inside it.
pub(super) fn walk<T: Scalar>(
    own: &OwnNodes<'_, T>,
    graph: &mut Graph,
    module: &dyn Module<T>,
    path: &str,
    value: Value,
    shape: Shape,
) -> Result<Value, Error> {
    let output = output_shape(module, shape)?;
    let description = module.description();
    path.clone_into(&mut graph.path);
    if let Some(nodes) = own.get(&description.kind) {
        let flat = value.in_same_order(graph).flat(graph);
        let name = nodes(module, graph, &flat.name)?;
        return Ok(Value::new(name, Layout::same(vec![output.size()])));
    }
    match &*description.kind {
        "Sequential" => {
            let (mut value, mut shape) = (value, description.shape("in")?);
            for (name, inner) in inner(module) {
                value = walk(own, graph, inner, &joined(path, name), value, shape)?;
                shape = output_shape(inner, shape)?;
            }
            Ok(value)
        }
        "Residual" => {
            let shape = description.shape("in")?;
            let mut sum = value.clone();
            for (name, inner) in inner(module) {
                let branch = walk(own, graph, inner, &joined(path, name), value.clone(), shape)?;
                path.clone_into(&mut graph.path);
                let branch = branch.arranged(graph, &value.layout);
                sum.name = graph.node("Add", &[&value.name, &branch.name], &[]);
            }
            Ok(sum)
        }
        "Concat" => {
            let shape = description.shape("in")?;
            let mut branches = Vec::new();
            for (name, inner) in inner(module) {
                let branch = walk(own, graph, inner, &joined(path, name), value.clone(), shape)?;
                path.clone_into(&mut graph.path);
                branches.push(branch.flat(graph));
            }
            let joined = side_by_side(graph, &branches);
            joined.ok_or_else(|| no_counterpart(module, path))
        }
        _ => {
            let added = modules::add(graph, module, value, output)?;
            added.ok_or_else(|| no_counterpart(module, path))
        }
    }
}

/// Places flat values side by side; `None` if there is none, or too many values to list their order.
fn side_by_side(graph: &mut Graph, values: &[Value]) -> Option<Value> {
    let layout = Layout::concatenated(values.iter().map(|value| &value.layout))?;
    let names: Vec<&str> = values.iter().map(|value| &*value.name).collect();
    if names.is_empty() {
        return None;
    }
    let name = graph.node("Concat", &names, &[("axis", NodeAttribute::Integer(1))]);
    Some(Value::new(name, layout))
}

fn no_counterpart<T: Scalar>(module: &dyn Module<T>, path: &str) -> Error {
    Error::NoCounterpart {
        path: path.to_owned(),
        module: module.to_string(),
    }
}

fn inner<T: Scalar>(module: &dyn Module<T>) -> impl Iterator<Item = (&str, &dyn Module<T>)> {
    (0..).map_while(|number| module.inner(number))
}

fn output_shape<T: Scalar>(module: &dyn Module<T>, input: Shape) -> Result<Shape, Error> {
    let output = module.output_shape(input);
    Ok(output.map_err(|fault| brique_core::Error::new(module, "export", fault))?)
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
