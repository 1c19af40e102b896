//! Products with constant matrices.

use brique_layers::{Conv1D, Linear, Window};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use super::translate::{Refusal, Translator};
use super::values::{Activation, Value};
use crate::layout::{Layout, Order};
use crate::proto::Node;

/// Computes `alpha · x · B + beta · C`.
pub(super) fn gemm<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    if node.integer("transA", 0)? != 0 {
        return Err("it multiplies the transposed input".to_owned());
    }
    if !value.layout.is_flat() {
        return Err(format!(
            "an example of its input has {} axes, expected 1",
            value.layout.sizes.len()
        ));
    }
    let matrix = it.floats(node, 1)?;
    let numbers = matrix.floats().unwrap_or_default();
    let &[first, second] = matrix.sizes() else {
        return Err("its second input is not a matrix".to_owned());
    };
    let is_transposed = node.integer("transB", 0)? != 0;
    let (inputs, outputs) = if is_transposed {
        (second, first)
    } else {
        (first, second)
    };
    check_length(&value, inputs)?;
    let alpha = f64::from(node.float("alpha", 1.0)?);
    let bias = bias(it, node, outputs)?;
    let order = value.layout.order.clone();
    let weight = |row: usize, out: usize| {
        let row = order.index(row);
        alpha
            * numbers[if is_transposed {
                out * inputs + row
            } else {
                row * outputs + out
            }]
    };
    it.name_after(node, 1);
    linear(it, value, outputs, weight, |out| bias[out])
}

/// Returns `beta · C` for each output.
fn bias<T: Scalar>(it: &Translator<'_, T>, node: &Node, outputs: usize) -> Result<Vec<f64>, Refusal> {
    let beta = f64::from(node.float("beta", 1.0)?);
    if it.argument(node, 2).is_none() {
        return Ok(vec![0.0; outputs]);
    }
    let tensor = it.floats(node, 2)?;
    let numbers = tensor.floats().unwrap_or_default();
    let count = match tensor.sizes() {
        [] | [1] | [1, 1] => 1,
        [count] | [1, count] => *count,
        sizes => {
            return Err(format!(
                "its third input has the sizes {sizes:?}, expected one number for each column"
            ));
        }
    };
    if count != 1 && count != outputs {
        return Err(format!("its third input has {count} numbers, expected {outputs}"));
    }
    Ok((0..outputs).map(|out| beta * numbers[out % count]).collect())
}

/// Computes the product of the last axis of the input with a matrix.
pub(super) fn mat_mul<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let matrix = it.floats(node, 1)?;
    let numbers = matrix.floats().unwrap_or_default();
    let &[inputs, outputs] = matrix.sizes() else {
        return Err("its second input is not a matrix".to_owned());
    };
    it.name_after(node, 1);
    match value.layout.sizes[..] {
        [_] => {
            check_length(&value, inputs)?;
            let order = value.layout.order.clone();
            let weight = |row: usize, out: usize| numbers[order.index(row) * outputs + out];
            linear(it, value, outputs, weight, |_| 0.0)
        }
        // The same product at each position: a convolution whose kernel has one element.
        [positions, last] if last == inputs => {
            let value = it.ordered(value, Order::Same)?;
            let value = it.shaped(value, &[positions, inputs])?;
            let number = |(row, out)| {
                if row < inputs {
                    numbers[row * outputs + out]
                } else {
                    0.0
                }
            };
            let parameters = parameters::<T>(it, inputs, outputs, number)?;
            let conv = Conv1D::from_parameters([positions, inputs], Window::new(1), parameters);
            let step = it.apply(value.step, conv.map_err(|error| error.to_string())?)?;
            let layout = Layout::same(vec![positions, outputs]);
            Ok(Value::Batch(Activation { step, layout }))
        }
        _ => Err(format!(
            "an example of its input has the sizes {:?}, expected ({inputs})",
            value.layout.sizes
        )),
    }
}

fn check_length(value: &Activation, inputs: usize) -> Result<(), Refusal> {
    if value.layout.size() == inputs {
        return Ok(());
    }
    Err(format!(
        "an example of its input has {} values, expected {inputs}",
        value.layout.size()
    ))
}

fn linear<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    value: Activation,
    outputs: usize,
    weight: impl Fn(usize, usize) -> f64,
    bias: impl Fn(usize) -> f64,
) -> Result<Value<'f>, Refusal> {
    let inputs = value.layout.size();
    let number = |(row, out)| if row < inputs { weight(row, out) } else { bias(out) };
    let parameters = parameters::<T>(it, inputs, outputs, number)?;
    let linear = Linear::from_parameters(parameters).map_err(|error| error.to_string())?;
    let value = it.shaped(value, &[inputs])?;
    let step = it.apply(value.step, linear)?;
    Ok(Value::Batch(Activation {
        step,
        layout: Layout::same(vec![outputs]),
    }))
}

/// Makes a parameter with one more row than the weights have, for the bias.
pub(super) fn parameters<T: Scalar>(
    it: &mut Translator<'_, T>,
    rows: usize,
    columns: usize,
    number: impl Fn((usize, usize)) -> f64,
) -> Result<Array2<T>, Refusal> {
    // A constant can be the weights of many nodes, each of which has its own here.
    it.spend(rows.saturating_add(1).saturating_mul(columns))?;
    Ok(Array2::from_shape_fn((rows + 1, columns), |index| {
        T::from_f64(number(index))
    }))
}
