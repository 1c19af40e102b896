//! Pools, and what is computed over all positions.

use brique_layers::{AvgPool, GlobalAvgPool, MaxPool, PerAxis};
use brique_tensor::Scalar;

use super::steps::shape_of;
use super::translate::{Refusal, Translator, example_axis};
use super::values::{Activation, Value};
use super::windows::{Windows, channels_and_lengths, output, sized};
use crate::layout::Layout;
use crate::proto::Node;

pub(super) fn pool<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let (value, _, lengths) = channels_and_lengths(it, node)?;
    let kernel = node.integers("kernel_shape")?.ok_or("it has no kernel_shape")?;
    let kernel: Option<Vec<usize>> = kernel.iter().map(|&size| sized(size)).collect();
    let windows = Windows::new(node, kernel.ok_or("its kernel is negative")?, &lengths)?;
    if windows.padding.iter().any(|&padding| padding != 0) {
        return Err(format!(
            "its padding is {:?}, expected none: pools have no padding",
            windows.padding
        ));
    }
    if windows.dilation.iter().any(|&dilation| dilation != 1) {
        return Err(format!("its dilation is {:?}, expected 1", windows.dilation));
    }
    let is_max = node.operator == "MaxPool";
    let step = match windows.kernel.len() {
        1 => windowed::<1, T>(it, value.step, &windows, is_max)?,
        _ => windowed::<2, T>(it, value.step, &windows, is_max)?,
    };
    Ok(output(it, step))
}

fn windowed<const N: usize, T: Scalar>(
    it: &mut Translator<'_, T>,
    step: usize,
    windows: &Windows,
    is_max: bool,
) -> Result<usize, Refusal> {
    let per_axis = |list: &[usize]| {
        <[usize; N]>::try_from(list)
            .map(PerAxis)
            .map_err(|_| "its axes do not fit")
    };
    let (shape, kernel, stride) = (
        it.steps.shape(step),
        per_axis(&windows.kernel)?,
        per_axis(&windows.stride)?,
    );
    if is_max {
        let pool = MaxPool::<N>::new(shape, kernel).and_then(|pool| pool.stride(stride));
        return it.apply(step, pool.map_err(|error| error.to_string())?);
    }
    let pool = AvgPool::<N>::new(shape, kernel).and_then(|pool| pool.stride(stride));
    it.apply(step, pool.map_err(|error| error.to_string())?)
}

pub(super) fn global_pool<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    if node.operator == "GlobalMaxPool" {
        return largest_of_positions(it, node, true);
    }
    let value = it.batch(node, 0)?;
    mean_of_positions(it, value, true)
}

/// Computes the largest number over all axes behind the channels.
fn largest_of_positions<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
    keeps_axes: bool,
) -> Result<Value<'f>, Refusal> {
    let (value, channels, lengths) = channels_and_lengths(it, node)?;
    let axes = lengths.len();
    let windows = Windows {
        stride: lengths.clone(),
        padding: vec![0; axes],
        dilation: vec![1; axes],
        kernel: lengths,
    };
    let step = match axes {
        1 => windowed::<1, T>(it, value.step, &windows, true)?,
        _ => windowed::<2, T>(it, value.step, &windows, true)?,
    };
    let ones = if keeps_axes { axes } else { 0 };
    let layout = Layout::same([vec![channels], vec![1; ones]].concat());
    it.settled(Activation { step, layout })
}

/// Computes the mean over all axes behind the channels.
fn mean_of_positions<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    value: Activation,
    keeps_axes: bool,
) -> Result<Value<'f>, Refusal> {
    let mut sizes = value.layout.sizes.clone();
    if sizes.len() < 2 || shape_of(&sizes).is_none() {
        return Err(format!(
            "an example of its input has {} axes, expected 2 to 4",
            sizes.len()
        ));
    }
    let value = it.image(value)?;
    let pool = GlobalAvgPool::new(it.steps.shape(value.step)).map_err(|error| error.to_string())?;
    let step = it.apply(value.step, pool)?;
    sizes[1..].fill(1);
    if !keeps_axes {
        sizes.truncate(1);
    }
    Ok(Value::Batch(Activation {
        step,
        layout: Layout::same(sizes),
    }))
}

pub(super) fn reduce<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let axes = it
        .integers(node, "axes", 1)?
        .ok_or("it works along all axes, that of the rows among them")?;
    let axes: Vec<usize> = axes
        .iter()
        .map(|&axis| example_axis(axis, &value.layout))
        .collect::<Result<_, _>>()?;
    let mut sorted = axes;
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(1..value.layout.sizes.len()) {
        return Err("it works along other axes than all behind the channels".to_owned());
    }
    let keeps_axes = node.integer("keepdims", 1)? != 0;
    if node.operator == "ReduceMax" {
        return largest_of_positions(it, node, keeps_axes);
    }
    mean_of_positions(it, value, keeps_axes)
}
