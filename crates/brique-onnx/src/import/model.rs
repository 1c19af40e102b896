//! Reads a file: checks it, translates its graph, and builds the network.

use std::collections::{BTreeMap, HashMap, HashSet};

use brique_tensor::Scalar;
use prost::Message;
use prost::bytes::Bytes;

use super::merge::{Refused, merge_maps};
use super::orders::merge_orders;
use super::ports::{check_type, free_inputs, input, output, tensor_type};
use super::steps::shape_of;
use super::translate::Translator;
use super::values::{Activation, Value};
use super::{Import, Imported, Port, tree};
use crate::Error;
use crate::error::{UnsupportedNode, UnsupportedNodes};
use crate::layout::Layout;
use crate::proto::{Graph, Model, data_type};
use crate::shown::quoted;
use crate::tensor::{check_data, sizes};

/// The most nodes of a graph.
const MOST_NODES: usize = 10_000;

/// How many numbers may be computed from constants, for each byte of the file, and in addition.
const NUMBERS_A_BYTE: usize = 4;
const NUMBERS: usize = 1 << 22;

/// Returns the names of the inputs of a graph that have no value in the file.
pub(super) fn inputs(content: Bytes) -> Result<Vec<String>, Error> {
    let model = decoded(content)?;
    let graph = model.graph.unwrap_or_default();
    let inputs = free_inputs(&Import::default(), &graph);
    Ok(inputs.into_iter().map(|info| info.name.clone()).collect())
}

fn decoded(content: Bytes) -> Result<Model, Error> {
    crate::scan::check(&content)?;
    Model::decode(content).map_err(|error| Error::format("the file", error, "a model of ONNX"))
}

pub(super) fn import<T: Scalar>(options: &Import, content: Bytes) -> Result<Imported<T>, Error> {
    let length = content.len();
    let model = decoded(content)?;
    let Some(graph) = &model.graph else {
        return Err(Error::format(
            "the graph of the file",
            "missing",
            "a model of ONNX",
        ));
    };
    if graph.nodes.len() > MOST_NODES {
        let expected = format_args!("at most {MOST_NODES}");
        return Err(Error::format("the number of nodes", graph.nodes.len(), expected));
    }
    let (input, example, rows) = input(options, graph)?;
    check_type::<T>(options, input)?;
    let layout = if example.len() > 1 {
        Layout::image(example)
    } else {
        Layout::same(example)
    };
    let shape = layout.shape().and_then(|sizes| shape_of(&sizes));
    let shape = shape.unwrap_or_else(|| brique_core::Shape::from(layout.size()));
    let element = tensor_type(input).map_or(data_type::FLOAT, |tensor| tensor.element);
    let mut translator = Translator::<T>::new(&input.name, layout.clone(), shape, opset(&model)?, element);
    translator.rows = rows;
    let allowance = length.saturating_mul(NUMBERS_A_BYTE).saturating_add(NUMBERS);
    translator.allowance.set(allowance);
    for tensor in &graph.initializers {
        translator
            .values
            .entry(&tensor.name)
            .or_insert(Value::Stored(tensor));
    }
    for (name, tensor) in &options.bound {
        let info = graph.inputs.iter().find(|info| info.name == *name);
        let info =
            info.ok_or_else(|| Error::format("a bound input", quoted(name), "an input of the graph"))?;
        translator
            .values
            .insert(&info.name, Value::Constant(std::rc::Rc::new(tensor.clone())));
    }
    let output = output(options, graph)?;
    let value = translated(&mut translator, graph, output)?;
    let mut input_layout = layout;
    let (mut steps, step) = (translator.steps, value.step);
    let refuse = |refused: Vec<Refused>| unsupported_nodes(graph, refused);
    merge_orders(&mut steps, step, &mut input_layout).map_err(refuse)?;
    merge_maps(&mut steps, step).map_err(refuse)?;
    let network = tree::network(steps, step).map_err(refuse)?;
    let entries = model
        .metadata
        .iter()
        .map(|entry| (entry.key.clone(), entry.value.clone()));
    Ok(Imported {
        network,
        input: Port {
            name: input.name.clone(),
            layout: input_layout,
        },
        output: Port {
            name: output.to_owned(),
            layout: value.layout,
        },
        metadata: entries.collect::<BTreeMap<_, _>>(),
    })
}

/// Translates the nodes that the output needs, and returns the output.
fn translated<'f, T: Scalar>(
    translator: &mut Translator<'f, T>,
    graph: &'f Graph,
    output: &'f str,
) -> Result<Activation, Error> {
    let (needed, used) = needed_nodes(graph, output);
    let initializers = graph.initializers.iter();
    for tensor in initializers.filter(|tensor| used.contains(&*tensor.name)) {
        check_data(tensor, &sizes(tensor)?)?;
    }
    let unsupported = translator.translate(graph, &needed, &used);
    if !unsupported.is_empty() {
        return Err(Error::Unsupported(UnsupportedNodes(unsupported)));
    }
    let what = format!("output {}", quoted(output));
    let value = match translator.values.get(output) {
        Some(Value::Batch(value)) => value.clone(),
        Some(_) => return Err(Error::format(what, "constant", "one that depends on the input")),
        None => return Err(Error::format(what, "missing", "the name of a value of the graph")),
    };
    match value.layout.shape().filter(|_| value.layout.is_flat()) {
        Some(sizes) => translator
            .shaped(value, &sizes)
            .map_err(|reason| Error::format(what, reason, "a flat one")),
        None => Ok(value),
    }
}

fn opset(model: &Model) -> Result<i64, Error> {
    let set = model
        .operator_sets
        .iter()
        .find(|set| matches!(&*set.domain, "" | "ai.onnx"));
    let version = set.map_or(1, |set| set.version);
    if (1..=NEWEST).contains(&version) {
        return Ok(version);
    }
    Err(Error::format(
        "the version of the operators",
        version,
        format_args!("1 to {NEWEST}"),
    ))
}

/// The newest version of the operators that this importer knows.
const NEWEST: i64 = 28;

/// Returns the nodes that compute the output, in the order of the file, and the names that they and the output use.
fn needed_nodes<'f>(graph: &'f Graph, output: &'f str) -> (Vec<usize>, HashSet<&'f str>) {
    let mut by_output: HashMap<&str, usize> = HashMap::new();
    for (number, node) in graph.nodes.iter().enumerate() {
        for name in node.outputs.iter().filter(|name| !name.is_empty()) {
            by_output.entry(name).or_insert(number);
        }
    }
    let mut used = HashSet::from([output]);
    let mut is_needed = vec![false; graph.nodes.len()];
    let mut names = vec![output];
    while let Some(name) = names.pop() {
        let Some(&number) = by_output.get(name) else {
            continue;
        };
        if std::mem::replace(&mut is_needed[number], true) {
            continue;
        }
        for input in graph.nodes[number].inputs.iter().filter(|name| !name.is_empty()) {
            if used.insert(input) {
                names.push(input);
            }
        }
    }
    let needed = (0..graph.nodes.len())
        .filter(|&number| is_needed[number])
        .collect();
    (needed, used)
}

fn unsupported_nodes(graph: &Graph, refused: Vec<Refused>) -> Error {
    let nodes = refused.into_iter().map(|(number, reason)| {
        let node = graph.nodes.get(number);
        UnsupportedNode {
            name: node.map(|node| node.name.clone()).unwrap_or_default(),
            operator: node.map(|node| node.operator.clone()).unwrap_or_default(),
            reason,
        }
    });
    Error::Unsupported(UnsupportedNodes(nodes.collect()))
}
