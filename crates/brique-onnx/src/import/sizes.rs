//! Lists of sizes, computed when the file is read.

use brique_tensor::Scalar;

use super::constants::constant_of_shape;
use super::translate::{Refusal, Translator, axis};
use super::values::{Size, Sizes, Value};
use crate::proto::Node;

/// The most sizes that a list is computed of.
pub(super) const MOST_SIZES: usize = 64;

/// Computes with lists of sizes, one of which may be the free number of rows.
pub(super) fn fold_sizes<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let operand = |number: usize| {
        let sizes = it.sizes(node, number)?;
        sizes.ok_or_else(|| format!("it has no input {number}"))
    };
    let first = operand(0)?;
    let sizes = match &*node.operator {
        "Identity" | "Cast" => first,
        "Unsqueeze" | "Reshape" if first.list.len() == 1 => Sizes::list(first.list),
        "Squeeze" if first.list.len() == 1 => Sizes {
            is_list: false,
            ..first
        },
        "Concat" => {
            let mut list = Vec::new();
            for number in 0..node.inputs.len() {
                list.extend(operand(number)?.list);
                if list.len() > MOST_SIZES {
                    return Err("it makes a list of too many sizes".to_owned());
                }
            }
            Sizes::list(list)
        }
        "Gather" => {
            let indices = operand(1)?;
            let is_list = indices.is_list;
            let numbers = indices.known().ok_or("its indices are not known")?;
            let size = |&number: &i64| axis(number, first.list.len()).map(|index| first.list[index]);
            let list = numbers
                .iter()
                .take(MOST_SIZES)
                .map(size)
                .collect::<Result<_, _>>()?;
            Sizes { list, is_list }
        }
        "Slice" => {
            let number = |name, input, default| {
                let found = it.integers(node, name, input)?;
                Ok::<_, Refusal>(found.and_then(|list| list.first().copied()).unwrap_or(default))
            };
            let length = first.list.len() as i64;
            let clamped = |number: i64| {
                let number = if number < 0 {
                    number.saturating_add(length)
                } else {
                    number
                };
                usize::try_from(number.clamp(0, length)).unwrap_or(0)
            };
            let (start, end) = (
                clamped(number("starts", 1, 0)?),
                clamped(number("ends", 2, length)?),
            );
            if !node.has("starts") && number("", 4, 1)? != 1 {
                return Err("its step is not 1".to_owned());
            }
            Sizes::list(first.list.get(start..end).unwrap_or_default().to_vec())
        }
        "Add" | "Sub" | "Mul" | "Div" => return integers(it, node),
        "ConstantOfShape" => return constant_of_shape(it, node),
        _ => return Err("it computes a size in a way that is not supported".to_owned()),
    };
    Ok(Value::Sizes(sizes))
}

pub(super) fn integers<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &'_ Node,
) -> Result<Value<'f>, Refusal> {
    let a = it.sizes(node, 0)?.ok_or("it has no input 0")?;
    let b = it.sizes(node, 1)?.ok_or("it has no input 1")?;
    let function = match &*node.operator {
        "Add" => i64::checked_add,
        "Sub" => i64::checked_sub,
        "Mul" => i64::checked_mul,
        "Div" => i64::checked_div,
        _ => return Err("it computes a size in a way that is not supported".to_owned()),
    };
    let (Some(x), Some(y)) = (a.known(), b.known()) else {
        return Err("it computes with the number of rows, which is free".to_owned());
    };
    let length = if x.len() == 1 { y.len() } else { x.len() };
    if length > MOST_SIZES || ![1, length].contains(&x.len()) || ![1, length].contains(&y.len()) {
        return Err("it computes a constant from two of different sizes".to_owned());
    }
    let at = |list: &[i64], number: usize| list[if list.len() == 1 { 0 } else { number }];
    let list = (0..length).map(|number| function(at(&x, number), at(&y, number)).map(Size::Known));
    let list: Option<Vec<Size>> = list.collect();
    let list = list.ok_or("a size overflows")?;
    Ok(Value::Sizes(Sizes {
        list,
        is_list: a.is_list || b.is_list,
    }))
}
