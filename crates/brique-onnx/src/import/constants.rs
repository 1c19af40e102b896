//! Nodes that do not depend on the input of the graph: computed when the file is read.

use std::rc::Rc;

use brique_tensor::Scalar;

use super::sizes;
use super::translate::{Refusal, Translator, axis};
use super::values::{Size, Sizes, Value};
use crate::proto::{Node, attribute_kind, data_type};
use crate::tensor::{Numbers, Tensor};

pub(super) fn fold<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &'f Node) -> Result<Value<'f>, Refusal> {
    let is_sizes = |name: &String| matches!(it.values.get(&**name), Some(Value::Sizes(_)));
    if node.inputs.iter().any(is_sizes) {
        return sizes::fold_sizes(it, node);
    }
    match &*node.operator {
        "Constant" => constant(node),
        "Identity" => it
            .argument(node, 0)
            .cloned()
            .ok_or_else(|| "it has no input".to_owned()),
        "Cast" => cast(it, node),
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Shape" => reshape(it, node),
        "Transpose" => transpose(it, node),
        "Concat" | "Gather" | "Slice" => sizes::fold_sizes(it, node),
        "ConstantOfShape" => constant_of_shape(it, node),
        "Add" | "Sub" | "Mul" | "Div" | "Neg" | "Sqrt" => elementwise(it, node),
        _ => Err("it computes a constant in a way that is not supported".to_owned()),
    }
}

fn constant(node: &Node) -> Result<Value<'_>, Refusal> {
    let Some(attribute) = node
        .attributes
        .iter()
        .find(|attribute| attribute.name.starts_with("value"))
    else {
        return Err("it has no value".to_owned());
    };
    if let Some(tensor) = &attribute.tensor {
        return Ok(Value::Stored(tensor));
    }
    let (sizes, numbers) = match attribute.kind {
        attribute_kind::INTEGER => (vec![], Numbers::Integers(vec![attribute.integer])),
        attribute_kind::FLOAT => (vec![], Numbers::Floats(vec![attribute.float.into()])),
        attribute_kind::INTEGERS => {
            let list = attribute.integers.clone();
            (vec![list.len()], Numbers::Integers(list))
        }
        attribute_kind::FLOATS => {
            let list: Vec<f64> = attribute.floats.iter().copied().map(f64::from).collect();
            (vec![list.len()], Numbers::Floats(list))
        }
        _ => return Err("its value is not a tensor of numbers".to_owned()),
    };
    made(sizes, numbers)
}

fn made<'f>(sizes: Vec<usize>, numbers: Numbers) -> Result<Value<'f>, Refusal> {
    let tensor = Tensor::new(sizes, numbers).map_err(|error| error.to_string())?;
    Ok(Value::Constant(Rc::new(tensor)))
}

/// Reads the first input, and counts its numbers.
fn operand<T: Scalar>(it: &mut Translator<'_, T>, node: &Node, number: usize) -> Result<Rc<Tensor>, Refusal> {
    let tensor = it
        .constant(node, number)?
        .ok_or_else(|| format!("it has no input {number}"))?;
    it.spend(tensor.sizes().iter().product())?;
    Ok(tensor)
}

fn cast<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let tensor = operand(it, node, 0)?;
    let to = i32::try_from(node.integer("to", 0)?).unwrap_or(0);
    #[allow(clippy::cast_possible_truncation, reason = "that is the type of the result")]
    let numbers = match (tensor.numbers(), to) {
        (Numbers::Integers(list), data_type::INT64 | data_type::INT32) => Numbers::Integers(list.clone()),
        (Numbers::Floats(list), data_type::DOUBLE) => Numbers::Floats(list.clone()),
        (Numbers::Floats(list), data_type::FLOAT) => {
            Numbers::Floats(list.iter().map(|&number| f64::from(number as f32)).collect())
        }
        (Numbers::Integers(list), data_type::FLOAT | data_type::DOUBLE) => {
            Numbers::Floats(list.iter().map(|&number| number as f64).collect())
        }
        (Numbers::Floats(list), data_type::INT64) => {
            Numbers::Integers(list.iter().map(|&number| number as i64).collect())
        }
        _ => return Err(format!("it converts a constant to {}", data_type::name(to))),
    };
    made(tensor.sizes().to_vec(), numbers)
}

fn reshape<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let tensor = operand(it, node, 0)?;
    let old: Vec<i64> = tensor.sizes().iter().map(|&size| size as i64).collect();
    let rank = old.len();
    let new = match &*node.operator {
        "Shape" => {
            return Ok(Value::Sizes(Sizes::list(
                old.into_iter().map(Size::Known).collect(),
            )));
        }
        "Flatten" => {
            let split = usize::try_from(node.integer("axis", 1)?)
                .unwrap_or(usize::MAX)
                .min(rank);
            vec![old[..split].iter().product(), old[split..].iter().product()]
        }
        "Reshape" => {
            let wanted = it.integers(node, "shape", 1)?.ok_or("it has no sizes")?;
            completed(&wanted, &old)?
        }
        "Squeeze" => match it.integers(node, "axes", 1)? {
            None => old.into_iter().filter(|&size| size != 1).collect(),
            Some(axes) => {
                let axes: Vec<usize> = axes
                    .iter()
                    .map(|&number| axis(number, rank))
                    .collect::<Result<_, _>>()?;
                let others = old
                    .iter()
                    .enumerate()
                    .filter(|(number, _)| !axes.contains(number));
                others.map(|(_, &size)| size).collect()
            }
        },
        _ => {
            let axes = it.integers(node, "axes", 1)?.ok_or("it has no axes")?;
            unsqueezed(&old, &axes)?
        }
    };
    let sizes: Option<Vec<usize>> = new.iter().map(|&size| usize::try_from(size).ok()).collect();
    made(sizes.ok_or("its sizes are negative")?, tensor.numbers().clone())
}

/// Replaces a 0 by the old size, and −1 by what is left.
fn completed(wanted: &[i64], old: &[i64]) -> Result<Vec<i64>, Refusal> {
    let copied = wanted.iter().enumerate().map(|(number, &size)| match size {
        0 => old.get(number).copied().unwrap_or(0),
        size => size,
    });
    let mut sizes: Vec<i64> = copied.collect();
    if let Some(free) = sizes.iter().position(|&size| size == -1) {
        sizes[free] = 1;
        let (all, known): (i64, Option<i64>) = (
            old.iter().product(),
            sizes
                .iter()
                .try_fold(1_i64, |product, &size| product.checked_mul(size)),
        );
        sizes[free] = known
            .and_then(|known| all.checked_div(known))
            .ok_or("its sizes do not fit")?;
    }
    Ok(sizes)
}

/// Inserts sizes of 1 at these axes of the result.
pub(super) fn unsqueezed(old: &[i64], axes: &[i64]) -> Result<Vec<i64>, Refusal> {
    let rank = old.len() + axes.len();
    if rank > sizes::MOST_SIZES {
        return Err("it makes too many axes".to_owned());
    }
    let axes: Vec<usize> = axes
        .iter()
        .map(|&number| axis(number, rank))
        .collect::<Result<_, _>>()?;
    let mut old = old.iter();
    let size = |number| {
        if axes.contains(&number) {
            Some(1)
        } else {
            old.next().copied()
        }
    };
    let sizes: Option<Vec<i64>> = (0..rank).map(size).collect();
    sizes.ok_or_else(|| "it has an axis twice".to_owned())
}

fn transpose<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let tensor = operand(it, node, 0)?;
    let rank = tensor.sizes().len();
    let axes = permutation(node, rank)?;
    let sizes: Vec<usize> = axes.iter().map(|&axis| tensor.sizes()[axis]).collect();
    let mut strides = vec![1; rank];
    for number in (1..rank).rev() {
        strides[number - 1] = strides[number] * tensor.sizes()[number];
    }
    let source = |mut index: usize| {
        let mut found = 0;
        for (&size, &axis) in sizes.iter().zip(&axes).rev() {
            found += index % size * strides[axis];
            index /= size;
        }
        found
    };
    let count = sizes.iter().product();
    let numbers = match tensor.numbers() {
        Numbers::Floats(list) => Numbers::Floats((0..count).map(|index| list[source(index)]).collect()),
        Numbers::Integers(list) => Numbers::Integers((0..count).map(|index| list[source(index)]).collect()),
    };
    made(sizes, numbers)
}

/// Returns the axes of a Transpose, each once.
pub(super) fn permutation(node: &Node, rank: usize) -> Result<Vec<usize>, Refusal> {
    let Some(axes) = node.integers("perm")? else {
        return Ok((0..rank).rev().collect());
    };
    let axes: Vec<usize> = axes
        .iter()
        .map(|&number| axis(number, rank))
        .collect::<Result<_, _>>()?;
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    if sorted.into_iter().eq(0..rank) {
        return Ok(axes);
    }
    Err(format!("perm is {axes:?}, expected each of {rank} axes once"))
}

pub(super) fn constant_of_shape<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let sizes = it.integers(node, "", 0)?.ok_or("it has no sizes")?;
    let sizes: Option<Vec<usize>> = sizes.iter().map(|&size| usize::try_from(size).ok()).collect();
    let sizes = sizes.ok_or("its sizes are negative")?;
    let count = sizes
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size));
    let count = count.ok_or("it has more numbers than memory can address")?;
    it.spend(count)?;
    let value = node
        .attributes
        .iter()
        .find_map(|attribute| attribute.tensor.as_deref());
    let numbers = match value.map(Tensor::decode) {
        None => Numbers::Floats(vec![0.0; count]),
        Some(Err(error)) => return Err(error.to_string()),
        Some(Ok(tensor)) => match tensor.numbers() {
            Numbers::Floats(list) => Numbers::Floats(vec![list.first().copied().unwrap_or(0.0); count]),
            Numbers::Integers(list) => Numbers::Integers(vec![list.first().copied().unwrap_or(0); count]),
        },
    };
    made(sizes, numbers)
}

/// Computes an operator on numbers of the same sizes, or on numbers and a single one.
fn elementwise<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let first = operand(it, node, 0)?;
    let (Numbers::Floats(x), unary) = (first.numbers(), matches!(&*node.operator, "Neg" | "Sqrt")) else {
        return sizes::integers(it, node);
    };
    if unary {
        let function: fn(f64) -> f64 = if node.operator == "Neg" { |x| -x } else { f64::sqrt };
        return made(
            first.sizes().to_vec(),
            Numbers::Floats(x.iter().copied().map(function).collect()),
        );
    }
    let second = operand(it, node, 1)?;
    let y = second.floats().ok_or("it mixes integers with other numbers")?;
    let function: fn(f64, f64) -> f64 = match &*node.operator {
        "Add" => |x, y| x + y,
        "Sub" => |x, y| x - y,
        "Mul" => |x, y| x * y,
        _ => |x, y| x / y,
    };
    let (sizes, numbers) = match (&x[..], y) {
        (x, &[y]) => (first.sizes(), x.iter().map(|&x| function(x, y)).collect()),
        (&[x], y) => (second.sizes(), y.iter().map(|&y| function(x, y)).collect()),
        (x, y) if first.sizes() == second.sizes() => (
            first.sizes(),
            x.iter().zip(y).map(|(&x, &y)| function(x, y)).collect(),
        ),
        _ => return Err("it computes a constant from two of different sizes".to_owned()),
    };
    made(sizes.to_vec(), Numbers::Floats(numbers))
}
