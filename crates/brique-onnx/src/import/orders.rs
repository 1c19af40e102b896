//! Makes other orders of columns a part of the modules before them.

use brique_tensor::Scalar;

use super::merge::{Refused, VIEWS, with_parameters};
use super::steps::{Affine, Kind, Steps};
use crate::layout::{Layout, Order};

/// Modules that treat all columns alike: an order of their outputs is one of their inputs.
const ELEMENTWISE: &[&str] = &[
    "ReLU",
    "LeakyReLU",
    "ELU",
    "Tanh",
    "Sigmoid",
    "SiLU",
    "GELU",
    "Softplus",
    "LogSigmoid",
    "Softmax",
    "LogSoftmax",
];

/// Moves every `Reorder` back to a step that can take it over. The order of the input may change.
pub(super) fn merge_orders<T: Scalar>(
    steps: &mut Steps<T>,
    output: usize,
    input: &mut Layout,
) -> Result<(), Vec<Refused>> {
    let consumers = steps.consumers(output);
    let mut refused = Vec::new();
    for number in 0..steps.0.len() {
        let is_needed = number == output || !consumers[number].is_empty();
        let Kind::Reorder(list) = &steps.0[number].kind else {
            continue;
        };
        let list = list.clone();
        if !is_needed {
            continue;
        }
        match reordered_steps(steps, &consumers, steps.0[number].inputs[0]) {
            Some(path) => {
                for step in path {
                    reorder(&mut steps.0[step].kind, &list, input);
                }
                steps.0[number].kind = Kind::Identity;
            }
            None => refused.push((
                steps.0[number].node,
                "its values would have to be put into another order whenever the network computes".to_owned(),
            )),
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

/// Returns the steps, from the last to the first, that have to change if the output of `step` gets another order.
fn reordered_steps<T: Scalar>(
    steps: &Steps<T>,
    consumers: &[Vec<usize>],
    mut step: usize,
) -> Option<Vec<usize>> {
    let mut path = Vec::new();
    loop {
        if consumers[step].len() != 1 {
            return None;
        }
        let kind = steps.module_kind(step);
        match (&steps.0[step].kind, kind.as_deref()) {
            (Kind::Input, _) | (_, Some("Linear")) => {
                path.push(step);
                return Some(path);
            }
            (Kind::Affine(_), _) | (_, Some("LayerNorm")) => path.push(step),
            (Kind::Identity | Kind::Part(_), _) => {}
            (_, Some(kind)) if ELEMENTWISE.contains(&kind) || VIEWS.contains(&kind) => {}
            _ => return None,
        }
        step = steps.0[step].inputs[0];
    }
}

/// Changes a step so that column i of its output is column `list[i]` of the output that it had.
fn reorder<T: Scalar>(kind: &mut Kind<T>, list: &[usize], input: &mut Layout) {
    match kind {
        Kind::Input => {
            let indices = list.iter().map(|&column| input.order.index(column)).collect();
            if let Some(order) = Order::listed(indices) {
                input.order = order;
            }
        }
        Kind::Affine(affine) => {
            *affine = Affine {
                scale: list.iter().map(|&column| affine.scale(column)).collect(),
                shift: list.iter().map(|&column| affine.shift(column)).collect(),
            };
        }
        Kind::Modules(modules) => modules.iter_mut().for_each(|module| {
            with_parameters(&mut **module, &mut |mut parameters| {
                for mut row in parameters.rows_mut() {
                    let old = row.to_owned();
                    list.iter()
                        .zip(&mut row)
                        .for_each(|(&column, number)| *number = old[column]);
                }
            });
        }),
        _ => {}
    }
}
