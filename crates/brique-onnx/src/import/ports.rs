//! The input and the output of a graph.

use std::collections::HashSet;

use brique_tensor::Scalar;

use super::Import;
use crate::Error;
use crate::proto::{Graph, Size, TensorType, ValueInfo, data_type};
use crate::shown::quoted;
use crate::tensor::type_of;

/// The most values of an example of the input.
const MOST_VALUES: usize = 1 << 28;

/// Returns the input of the network, the sizes of an example, and the number of rows if it is fixed.
pub(super) fn input<'f>(
    options: &Import,
    graph: &'f Graph,
) -> Result<(&'f ValueInfo, Vec<usize>, Option<i64>), Error> {
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

pub(super) fn free_inputs<'f>(options: &Import, graph: &'f Graph) -> Vec<&'f ValueInfo> {
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

pub(super) fn tensor_type(info: &ValueInfo) -> Option<&TensorType> {
    info.type_.as_ref()?.tensor.as_ref()
}

pub(super) fn check_type<T: Scalar>(options: &Import, input: &ValueInfo) -> Result<(), Error> {
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
pub(super) fn output<'f>(options: &'f Import, graph: &'f Graph) -> Result<&'f str, Error> {
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
