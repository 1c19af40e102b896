//! Makes affine maps a part of the modules before and behind them.

use brique_core::{Description, Module};
use brique_layers::{Conv1D, Conv2D, Flatten, Reshape, Window};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, ArrayViewMut2};

use super::steps::{Affine, Kind, Steps, shape_of};
use super::translate::Refusal;

/// Modules that only name the shape of the columns.
pub(super) const VIEWS: &[&str] = &["Flatten", "Reshape"];

/// The most channels of a convolution that computes a map.
const MOST_CHANNELS: usize = 1 << 22;

/// A node that cannot become part of a network: its number, and the reason.
pub(super) type Refused = (usize, Refusal);

/// Makes affine maps part of their neighbours, first of those before them. What is left becomes a convolution of each
/// channel alone, whose kernel has one element.
pub(super) fn merge_maps<T: Scalar>(steps: &mut Steps<T>, output: usize) -> Result<(), Vec<Refused>> {
    let consumers = steps.consumers(output);
    let is_needed = |number: usize| number == output || !consumers[number].is_empty();
    for number in (0..steps.0.len()).filter(|&number| is_needed(number)) {
        backward(steps, &consumers, number);
    }
    for number in (0..steps.0.len()).filter(|&number| is_needed(number)) {
        forward(steps, &consumers, number);
    }
    let mut refused = Vec::new();
    for (number, step) in steps.0.iter_mut().enumerate() {
        let Kind::Affine(affine) = &step.kind else {
            continue;
        };
        step.kind = if !is_needed(number) || step.shape.size() == 0 {
            Kind::Identity
        } else {
            match depthwise::<T>(affine, step.shape) {
                Ok(modules) => Kind::Modules(modules),
                Err(reason) => {
                    refused.push((step.node, reason));
                    Kind::Identity
                }
            }
        };
    }
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

fn backward<T: Scalar>(steps: &mut Steps<T>, consumers: &[Vec<usize>], number: usize) {
    let Kind::Affine(affine) = &steps.0[number].kind else {
        return;
    };
    if affine.is_identity() {
        steps.0[number].kind = Kind::Identity;
        return;
    }
    let affine = affine.clone();
    let mut before = steps.0[number].inputs[0];
    while consumers[before].len() == 1 && is_view(steps, before) {
        before = steps.0[before].inputs[0];
    }
    if consumers[before].len() == 1 && absorb_after(&mut steps.0[before].kind, &affine) {
        steps.0[number].kind = Kind::Identity;
    }
}

/// Returns whether a step only names the shape of the columns.
fn is_view<T: Scalar>(steps: &Steps<T>, step: usize) -> bool {
    let kind = steps.module_kind(step);
    matches!(steps.0[step].kind, Kind::Identity) || kind.is_some_and(|kind| VIEWS.contains(&&*kind))
}

/// Makes a step compute the map of its output, if it can.
fn absorb_after<T: Scalar>(kind: &mut Kind<T>, affine: &Affine) -> bool {
    match kind {
        Kind::Affine(first) => {
            *first = first.then(affine);
            true
        }
        Kind::Modules(modules) => match &mut modules[..] {
            [module] => absorb_into_outputs(&mut **module, affine),
            _ => false,
        },
        _ => false,
    }
}

fn absorb_into_outputs<T: Scalar>(module: &mut dyn Module<T>, affine: &Affine) -> bool {
    if !matches!(
        &*module.description().kind,
        "Linear" | "Conv1D" | "Conv2D" | "LayerNorm" | "GroupNorm"
    ) {
        return false;
    }
    let mut is_absorbed = false;
    with_parameters(module, &mut |mut parameters| {
        let (rows, columns) = parameters.dim();
        is_absorbed = columns > 0 && columns.is_multiple_of(affine.period());
        if is_absorbed {
            for ((row, column), number) in parameters.indexed_iter_mut() {
                let shift = if row + 1 == rows {
                    affine.shift(column)
                } else {
                    0.0
                };
                *number = mapped(*number, affine.scale(column), shift);
            }
        }
    });
    is_absorbed
}

pub(super) fn with_parameters<T: Scalar>(
    module: &mut dyn Module<T>,
    change: &mut dyn FnMut(ArrayViewMut2<'_, T>),
) {
    module.own_parameters_mut(&mut |parameter| change(parameter.value_mut()));
}

/// Computes in f64, but leaves a number alone that does not change: −0 plus 0 would be 0.
fn mapped<T: Scalar>(number: T, scale: f64, shift: f64) -> T {
    if Affine::uniform(scale, shift).is_identity() {
        return number;
    }
    T::from_f64(number.as_f64() * scale + shift)
}

fn forward<T: Scalar>(steps: &mut Steps<T>, consumers: &[Vec<usize>], number: usize) {
    let Kind::Affine(affine) = &steps.0[number].kind else {
        return;
    };
    let affine = affine.clone();
    let mut last = number;
    while let [next] = consumers[last][..] {
        if is_view(steps, next) {
            last = next;
            continue;
        }
        if let Kind::Modules(modules) = &mut steps.0[next].kind
            && let [module] = &mut modules[..]
            && absorb_before(&mut **module, &affine)
        {
            steps.0[number].kind = Kind::Identity;
        }
        return;
    }
}

/// Makes a module compute the map of its input, if it can.
fn absorb_before<T: Scalar>(module: &mut dyn Module<T>, affine: &Affine) -> bool {
    let description = module.description();
    let (channels, groups) = match &*description.kind {
        "Linear" => (description.size("in").unwrap_or(0), 1),
        // Behind a shift, the padding would not be 0.
        "Conv1D" | "Conv2D"
            if affine.shift.iter().all(|&shift| shift == 0.0) || has_no_padding(&description) =>
        {
            let channels = description
                .shape("in")
                .ok()
                .and_then(|shape| shape.sizes().last().copied());
            (channels.unwrap_or(0), description.size("groups").unwrap_or(1))
        }
        _ => return false,
    };
    if channels == 0 || !channels.is_multiple_of(affine.period()) {
        return false;
    }
    let per_group = channels / groups;
    with_parameters(module, &mut |mut parameters| {
        let (rows, columns) = parameters.dim();
        for out in 0..columns {
            let first = out / (columns / groups) * per_group;
            let mut shift = 0.0;
            for row in 0..rows - 1 {
                let channel = first + row % per_group;
                let weight = parameters[[row, out]];
                shift += affine.shift(channel) * weight.as_f64();
                parameters[[row, out]] = mapped(weight, affine.scale(channel), 0.0);
            }
            parameters[[rows - 1, out]] = mapped(parameters[[rows - 1, out]], 1.0, shift);
        }
    });
    true
}

fn has_no_padding(description: &Description) -> bool {
    let padding = description.shape("padding");
    padding.is_ok_and(|padding| padding.sizes().iter().all(|&padding| padding == 0))
}

/// Returns a convolution of each channel alone that computes a map, and the shapes before and behind it.
fn depthwise<T: Scalar>(
    affine: &Affine,
    shape: brique_core::Shape,
) -> Result<Vec<Box<dyn Module<T>>>, Refusal> {
    let sizes = shape.sizes();
    let is_image =
        matches!(sizes, [_, _] | [_, _, _]) && sizes[sizes.len() - 1].is_multiple_of(affine.period());
    let channels = match sizes {
        [.., channels] if is_image || channels.is_multiple_of(affine.period()) && sizes.len() > 1 => {
            *channels
        }
        _ => shape.size(),
    };
    if channels > MOST_CHANNELS {
        return Err(format!(
            "it is a map of {channels} columns, expected at most {MOST_CHANNELS}"
        ));
    }
    let affine = affine.expanded(channels);
    let numbers = affine
        .scale
        .iter()
        .chain(&affine.shift)
        .map(|&number| T::from_f64(number));
    let parameters =
        Array2::from_shape_vec((2, channels), numbers.collect()).map_err(|error| error.to_string())?;
    let refused = |error: brique_core::Error| error.to_string();
    if is_image && sizes.len() == 3 {
        let conv = Conv2D::from_parameters(shape, Window::new(1), parameters).map_err(refused)?;
        return Ok(vec![Box::new(conv)]);
    }
    let row = [shape.size() / channels.max(1), channels];
    let conv = Conv1D::from_parameters(row, Window::new(1), parameters).map_err(refused)?;
    if is_image {
        return Ok(vec![Box::new(conv)]);
    }
    let row = shape_of(&row).ok_or("its value has more than four axes")?;
    let behind: Box<dyn Module<T>> = match sizes {
        [] | [_] => Box::new(Flatten),
        _ => Box::new(Reshape::new(shape)),
    };
    Ok(vec![Box::new(Reshape::new(row)), Box::new(conv), behind])
}
