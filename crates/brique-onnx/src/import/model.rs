//! Reads a file: checks it, translates its graph, and builds the network.

use std::collections::{BTreeMap, HashMap, HashSet};

use brique_tensor::Scalar;
use prost::Message;
use prost::bytes::Bytes;

use super::merge::{Refused, merge_maps, merge_orders};
use super::steps::shape_of;
use super::translate::Translator;
use super::values::{Activation, Value};
use super::{Import, Imported, Port, tree};
use crate::Error;
use crate::error::{UnsupportedNode, UnsupportedNodes};
use crate::layout::Layout;
use crate::proto::{Graph, Model, Size, TensorType, ValueInfo, data_type};
use crate::shown::quoted;
use crate::tensor::{check_data, sizes, type_of};

/// The most values of an example of the input.
const MOST_VALUES: usize = 1 << 28;

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
    let (needed, used) = needed_nodes(graph, output);
    for tensor in graph
        .initializers
        .iter()
        .filter(|tensor| used.contains(&*tensor.name))
    {
        check_data(tensor, &sizes(tensor)?)?;
    }
    let unsupported = translator.translate(graph, &needed, &used);
    if !unsupported.is_empty() {
        return Err(Error::Unsupported(UnsupportedNodes(unsupported)));
    }
    let value = match translator.values.get(output) {
        Some(Value::Batch(value)) => value.clone(),
        Some(_) => {
            return Err(Error::format(
                format_args!("output {}", quoted(output)),
                "constant",
                "one that depends on the input",
            ));
        }
        None => {
            return Err(Error::format(
                "the output",
                quoted(output),
                "the name of a value of the graph",
            ));
        }
    };
    let Activation {
        mut step,
        layout: output_layout,
    } = value;
    if let Some(sizes) = output_layout.shape().filter(|_| output_layout.is_flat()) {
        let value = Activation {
            step,
            layout: output_layout.clone(),
        };
        let shaped = translator
            .shaped(value, &sizes)
            .map_err(|reason| Error::format("the output", reason, "a flat one"))?;
        step = shaped.step;
    }
    let mut input_layout = layout;
    let mut steps = translator.steps;
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
            layout: output_layout,
        },
        metadata: entries.collect::<BTreeMap<_, _>>(),
    })
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

/// Returns the input of the network, the sizes of an example, and the number of rows if it is fixed.
fn input<'f>(options: &Import, graph: &'f Graph) -> Result<(&'f ValueInfo, Vec<usize>, Option<i64>), Error> {
    let free = free_inputs(options, graph);
    let &[input] = &free[..] else {
        let names: Vec<String> = free.iter().take(20).map(|info| quoted(&info.name)).collect();
        let expected = "one that is free; Import::bind gives an input a value";
        return Err(Error::format(
            "the list of inputs",
            format_args!("[{}]", names.join(", ")),
            expected,
        ));
    };
    let what = format!("the shape of input {}", quoted(&input.name));
    let expected = "a number of rows and the sizes of an example; Import::input_sizes sets them";
    let shape = tensor_type(input).and_then(|tensor| tensor.shape.as_ref());
    let dims = shape.map_or(&[][..], |shape| &shape.dims[..]);
    let rows = match dims.first().and_then(|dim| dim.size.as_ref()) {
        Some(Size::Value(rows)) if *rows > 0 => Some(*rows),
        _ => None,
    };
    if let Some(sizes) = &options.sizes {
        check_size(&what, sizes)?;
        return Ok((input, sizes.clone(), rows));
    }
    let Some((_, dims)) = dims.split_first() else {
        return Err(Error::format(what, "unknown", expected));
    };
    let size = |dim: &crate::proto::Dimension| match dim.size {
        Some(Size::Value(size)) => usize::try_from(size).ok(),
        _ => None,
    };
    let sizes: Option<Vec<usize>> = dims.iter().map(size).collect();
    let mut sizes = sizes.ok_or_else(|| Error::format(&what, "free beside the number of rows", expected))?;
    if sizes.is_empty() {
        sizes.push(1);
    }
    check_size(&what, &sizes)?;
    Ok((input, sizes, rows))
}

fn free_inputs<'f>(options: &Import, graph: &'f Graph) -> Vec<&'f ValueInfo> {
    let constants: HashSet<&str> = graph.initializers.iter().map(|tensor| &*tensor.name).collect();
    let is_free =
        |info: &&ValueInfo| !constants.contains(&*info.name) && !options.bound.contains_key(&info.name);
    graph.inputs.iter().filter(is_free).collect()
}

fn check_size(what: &str, sizes: &[usize]) -> Result<(), Error> {
    let size = sizes
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size.max(1)));
    if size.is_some_and(|size| size <= MOST_VALUES) && sizes.len() <= 64 {
        return Ok(());
    }
    let found: Vec<usize> = sizes.iter().copied().take(20).collect();
    Err(Error::format(
        what,
        format_args!("{found:?}"),
        format_args!("at most {MOST_VALUES} values"),
    ))
}

fn tensor_type(info: &ValueInfo) -> Option<&TensorType> {
    info.type_.as_ref()?.tensor.as_ref()
}

fn check_type<T: Scalar>(options: &Import, input: &ValueInfo) -> Result<(), Error> {
    let found = tensor_type(input).map_or(0, |tensor| tensor.element);
    let is_other = matches!(found, data_type::FLOAT | data_type::DOUBLE);
    if found == type_of::<T>() || is_other && options.does_convert {
        return Ok(());
    }
    let expected = data_type::name(type_of::<T>());
    let hint = if is_other {
        "; Import::convert converts between f32 and f64"
    } else {
        ""
    };
    let what = format!("the type of input {}", quoted(&input.name));
    Err(Error::format(
        what,
        data_type::name(found),
        format_args!("{expected}{hint}"),
    ))
}

/// Returns the name of the output of the network.
fn output<'f>(options: &'f Import, graph: &'f Graph) -> Result<&'f str, Error> {
    if let Some(name) = &options.output {
        return Ok(name);
    }
    let is_number = |info: &&ValueInfo| {
        let element = tensor_type(info).map(|tensor| tensor.element);
        !matches!(element, Some(2..=9 | 12 | 13))
    };
    let numbers: Vec<&ValueInfo> = graph.outputs.iter().filter(is_number).collect();
    match (&graph.outputs[..], &numbers[..]) {
        ([output], _) => Ok(&output.name),
        (_, [output]) => Ok(&output.name),
        (all, _) => {
            let names: Vec<String> = all.iter().take(20).map(|info| quoted(&info.name)).collect();
            let expected = "a single one; Import::output selects one";
            Err(Error::format(
                "the list of outputs",
                format_args!("[{}]", names.join(", ")),
                expected,
            ))
        }
    }
}

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
