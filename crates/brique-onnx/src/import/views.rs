//! Nodes that give the same numbers other sizes, or another order.

use brique_tensor::Scalar;

use super::constants::{permutation, unsqueezed};
use super::translate::{Refusal, TOO_MANY, Translator, axis, example_axis};
use super::values::{Activation, Size, Sizes, Value};
use crate::layout::{Layout, Order};
use crate::proto::Node;

pub(super) fn view<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let old = &value.layout;
    let layout = match &*node.operator {
        "Reshape" => Layout {
            sizes: reshaped(it, node, old)?,
            order: old.order.clone(),
        },
        "Flatten" => {
            let rank = old.sizes.len() as i64 + 1;
            if ![1, 1 - rank].contains(&node.integer("axis", 1)?) {
                return Err("it does not keep the rows apart: its axis is not 1".to_owned());
            }
            Layout {
                sizes: vec![old.size()],
                order: old.order.clone(),
            }
        }
        "Squeeze" => Layout {
            sizes: squeezed(it, node, old)?,
            order: old.order.clone(),
        },
        "Unsqueeze" => {
            let axes = it.integers(node, "axes", 1)?.ok_or("it has no axes")?;
            // The rows are marked by a size that no other axis has.
            let all: Vec<i64> = std::iter::once(-1)
                .chain(old.sizes.iter().map(|&size| size as i64))
                .collect();
            Layout {
                sizes: without_rows(&unsqueezed(&all, &axes)?)?,
                order: old.order.clone(),
            }
        }
        "Transpose" => {
            let axes = permutation(node, old.sizes.len() + 1)?;
            let Some((0, axes)) = axes.split_first().map(|(&first, rest)| (first, rest)) else {
                return Err("it moves the axis of the rows".to_owned());
            };
            let axes: Vec<usize> = axes.iter().map(|&axis| axis - 1).collect();
            old.transposed(&axes).ok_or(TOO_MANY)?
        }
        _ => gathered(it, node, old)?,
    };
    it.spend_order(&layout)?;
    let layout = if layout.sizes.is_empty() {
        Layout {
            sizes: vec![1],
            ..layout
        }
    } else {
        layout
    };
    it.settled(Activation { layout, ..value })
}

/// Returns the sizes of an example, and an error if the first size is not that of the rows.
fn without_rows(all: &[i64]) -> Result<Vec<usize>, Refusal> {
    let sizes = match all.split_first() {
        Some((-1, sizes)) => sizes.iter().map(|&size| usize::try_from(size).ok()).collect(),
        _ => None,
    };
    sizes.ok_or_else(|| "it moves the axis of the rows".to_owned())
}

fn reshaped<T: Scalar>(it: &Translator<'_, T>, node: &Node, old: &Layout) -> Result<Vec<usize>, Refusal> {
    let wanted = match node.integers("shape")? {
        Some(list) => list.iter().map(|&size| Size::Known(size)).collect(),
        None => it.sizes(node, 1)?.ok_or("it has no sizes")?.list,
    };
    let copies_zero = node.integer("allowzero", 0)? == 0;
    let Some((&rows, rest)) = wanted.split_first() else {
        return Err("it makes a single number of all rows".to_owned());
    };
    let mut sizes = Vec::with_capacity(rest.len());
    let mut free = None;
    for (number, &size) in rest.iter().enumerate() {
        match size {
            Size::Known(-1) if free.is_none() => {
                free = Some(number);
                sizes.push(1);
            }
            Size::Known(0) if copies_zero => {
                sizes.push(*old.sizes.get(number).ok_or("its sizes do not fit")?);
            }
            Size::Known(size) => sizes.push(usize::try_from(size).map_err(|_| "its sizes are negative")?),
            Size::Batch => return Err("it moves the axis of the rows".to_owned()),
        }
    }
    let known = sizes
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size));
    let known = known.ok_or("its sizes do not fit")?;
    if let Some(free) = free {
        let fits = known > 0 && old.size().is_multiple_of(known);
        sizes[free] = if fits {
            old.size() / known
        } else {
            return Err("its sizes do not fit".to_owned());
        };
    }
    let size: usize = sizes.iter().product();
    let keeps_rows = match rows {
        // Whatever is left is the number of rows if an example has as many numbers as before.
        Size::Known(-1) => free.is_none(),
        Size::Known(0) => copies_zero,
        rows => it.is_rows(rows),
    };
    // With rows that are not named, −1 behind them is what an example has.
    if keeps_rows && size == old.size() {
        return Ok(sizes);
    }
    Err(format!("it does not keep rows of {} values apart", old.size()))
}

fn squeezed<T: Scalar>(it: &Translator<'_, T>, node: &Node, old: &Layout) -> Result<Vec<usize>, Refusal> {
    let Some(axes) = it.integers(node, "axes", 1)? else {
        if it.rows == Some(1) {
            return Err("it removes the axis of the rows".to_owned());
        }
        return Ok(old.sizes.iter().copied().filter(|&size| size != 1).collect());
    };
    let axes: Vec<usize> = axes
        .iter()
        .map(|&axis| example_axis(axis, old))
        .collect::<Result<_, _>>()?;
    if axes.iter().any(|&axis| old.sizes[axis] != 1) {
        return Err("it removes an axis whose size is not 1".to_owned());
    }
    let others = old
        .sizes
        .iter()
        .enumerate()
        .filter(|(number, _)| !axes.contains(number));
    Ok(others.map(|(_, &size)| size).collect())
}

/// Supports a Gather that puts the values of a flat example into another order.
fn gathered<T: Scalar>(it: &Translator<'_, T>, node: &Node, old: &Layout) -> Result<Layout, Refusal> {
    let indices = it.constant(node, 1)?.ok_or("it has no indices")?;
    let size = old.size();
    let reason = "it selects values, expected the same values in another order";
    let crate::tensor::Numbers::Integers(list) = indices.numbers() else {
        return Err(reason.to_owned());
    };
    if !old.is_flat() || indices.sizes() != [size] || example_axis(node.integer("axis", 0)?, old)? != 0 {
        return Err(reason.to_owned());
    }
    // The number that was at `list[i]` is number i now.
    let mut moved = vec![usize::MAX; size];
    for (number, &index) in list.iter().enumerate() {
        let index = axis(index, size)?;
        moved[index] = number;
    }
    if moved.contains(&usize::MAX) {
        return Err(reason.to_owned());
    }
    let indices = (0..size).map(|column| moved[old.order.index(column)]).collect();
    let order = Order::listed(indices).ok_or(TOO_MANY)?;
    Ok(Layout {
        sizes: vec![size],
        order,
    })
}

/// Returns the sizes of a value, the first of which is the number of rows.
pub(super) fn shape<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let sizes = value.layout.sizes.iter().map(|&size| Size::Known(size as i64));
    let all: Vec<Size> = std::iter::once(Size::Batch).chain(sizes).collect();
    let length = all.len() as i64;
    let clamped = |number: i64| {
        let number = if number < 0 {
            number.saturating_add(length)
        } else {
            number
        };
        usize::try_from(number.clamp(0, length)).unwrap_or(0)
    };
    let (start, end) = (node.integer("start", 0)?, node.integer("end", length)?);
    let list = all.get(clamped(start)..clamped(end)).unwrap_or_default();
    Ok(Value::Sizes(Sizes::list(list.to_vec())))
}
