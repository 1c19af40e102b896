//! Normalisations.

use brique_core::Module;
use brique_layers::{GroupNorm, LayerNorm};
use brique_tensor::Scalar;

use super::steps::{Affine, Kind, shape_of};
use super::translate::{Refusal, Translator, example_axis};
use super::values::{Activation, Value};
use crate::export::{EPSILON, epsilon_scale};
use crate::layout::{Layout, channels_last};
use crate::proto::Node;

/// Computes the affine map that a batch normalisation is with the statistics of a training:
/// `(x − mean) / √(variance + ε) · scale + bias`, for each channel.
pub(super) fn batch_norm<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let is_training =
        node.integer("training_mode", 0)? != 0 || it.opset < 7 && node.integer("is_test", 0)? == 0;
    if is_training || node.integer("spatial", 1)? != 1 {
        return Err("it takes its statistics from the batch, or for each position".to_owned());
    }
    let tensors = [1, 2, 3, 4].map(|number| it.floats(node, number));
    let [scale, bias, mean, variance] = tensors;
    let (scale, bias, mean, variance) = (scale?, bias?, mean?, variance?);
    let channels = value.layout.sizes.first().copied().unwrap_or(0);
    let lists = [&scale, &bias, &mean, &variance].map(|tensor| tensor.floats().unwrap_or_default());
    if lists.iter().any(|list| list.len() != channels) {
        return Err(format!(
            "its statistics do not have one number for each of {channels} channels"
        ));
    }
    let [scale, bias, mean, variance] = lists;
    let epsilon = f64::from(node.float("epsilon", EPSILON)?);
    let factors: Vec<f64> = (0..channels)
        .map(|c| scale[c] / (variance[c] + epsilon).sqrt())
        .collect();
    let shift = (0..channels).map(|c| bias[c] - mean[c] * factors[c]).collect();
    it.name_after(node, 1);
    per_channel(
        it,
        value,
        &Affine {
            scale: factors,
            shift,
        },
    )
}

/// Applies a number for each channel.
fn per_channel<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    value: Activation,
    affine: &Affine,
) -> Result<Value<'f>, Refusal> {
    if value.layout.size() == 0 {
        return Err("its input has no values".to_owned());
    }
    let positions: usize = value.layout.sizes.iter().skip(1).product();
    it.spend(value.layout.size())?;
    let number = |list: &[f64], column: usize| list[value.layout.order.index(column) / positions];
    let image = Layout::image(value.layout.sizes.clone());
    let affine = if image.order == value.layout.order {
        // The channels alternate from column to column.
        affine.clone()
    } else {
        let size = value.layout.size();
        Affine {
            scale: (0..size).map(|column| number(&affine.scale, column)).collect(),
            shift: (0..size).map(|column| number(&affine.shift, column)).collect(),
        }
    };
    let step = it.affine(value.step, affine);
    Ok(Value::Batch(Activation { step, ..value }))
}

/// Returns the input of a normalisation, without the factor that this library puts in front of one in f64.
fn input<T: Scalar>(it: &Translator<'_, T>, node: &Node) -> Result<Activation, Refusal> {
    let value = it.batch(node, 0)?;
    let step = &it.steps.0[value.step];
    match &step.kind {
        Kind::Affine(affine) if *affine == Affine::uniform(epsilon_scale(), 0.0) => Ok(Activation {
            step: step.inputs[0],
            ..value
        }),
        _ => Ok(value),
    }
}

fn check_epsilon(node: &Node) -> Result<(), Refusal> {
    let epsilon = node.float("epsilon", EPSILON)?;
    #[allow(clippy::float_cmp, reason = "another number is another function")]
    if epsilon == EPSILON {
        return Ok(());
    }
    Err(format!("its epsilon is {epsilon}, expected {EPSILON}"))
}

/// Supports a normalisation over all values of an example.
pub(super) fn layer_norm<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let value = input(it, node)?;
    check_epsilon(node)?;
    let first = example_axis(node.integer("axis", -1)?, &value.layout)?;
    if value.layout.sizes[..first].iter().any(|&size| size != 1) {
        return Err(
            "it normalises each position of an example alone, expected all values of an example".to_owned(),
        );
    }
    let size = value.layout.size();
    let gain = it.floats(node, 1)?;
    let bias = if it.argument(node, 2).is_some() {
        Some(it.floats(node, 2)?)
    } else {
        None
    };
    let gain = gain.floats().unwrap_or_default();
    let bias = bias.as_ref().map(|tensor| tensor.floats().unwrap_or_default());
    if gain.len() != size || bias.is_some_and(|bias| bias.len() != size) {
        return Err(format!("its gains or biases do not have {size} numbers"));
    }
    let order = value.layout.order.clone();
    let number = |row: usize, column: usize| match (row, bias) {
        (0, _) => gain[order.index(column)],
        (_, Some(bias)) => bias[order.index(column)],
        (_, None) => 0.0,
    };
    let mut norm = LayerNorm::<T>::new(size).map_err(|error| error.to_string())?;
    it.spend(2 * size)?;
    fill(&mut norm, number);
    it.name_after(node, 1);
    let value = it.shaped(value, &[size])?;
    let step = it.apply(value.step, norm)?;
    Ok(Value::Batch(Activation { step, ..value }))
}

/// Sets gains, row 0, and biases, row 1.
fn fill<T: Scalar>(norm: &mut dyn Module<T>, number: impl Fn(usize, usize) -> f64) {
    norm.own_parameters_mut(&mut |parameter| {
        for ((row, column), value) in parameter.value_mut().indexed_iter_mut() {
            *value = T::from_f64(number(row, column));
        }
    });
}

pub(super) fn group_norm<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let value = input(it, node)?;
    check_epsilon(node)?;
    let groups = usize::try_from(node.integer("num_groups", 0)?).unwrap_or(0);
    let channels = value.layout.sizes.first().copied().unwrap_or(0);
    it.name_after(node, 1);
    let value = it.image(value)?;
    grouped(it, node, value, channels, groups)
}

/// Supports a normalisation of each channel, also of channels that are groups of those of an image: PyTorch writes a
/// `GroupNorm` as a Reshape to as many channels as there are groups, and the normalisation of each.
pub(super) fn instance_norm<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let value = input(it, node)?;
    check_epsilon(node)?;
    let groups = value.layout.sizes.first().copied().unwrap_or(0);
    let shape = it.steps.shape(value.step);
    let channels = shape.sizes().last().copied().unwrap_or(0);
    let image = Layout::image(crate::layout::channels_first(shape.sizes()));
    if groups > 0 && channels.is_multiple_of(groups) && image.order == value.layout.order {
        return grouped(it, node, value, channels, groups);
    }
    if shape_of(&channels_last(&value.layout.sizes)).is_none() {
        return Err("an example of its input has more than four axes".to_owned());
    }
    let value = it.image(value)?;
    grouped(it, node, value, groups, groups)
}

fn grouped<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
    value: Activation,
    channels: usize,
    groups: usize,
) -> Result<Value<'f>, Refusal> {
    let (gain, bias) = (it.floats(node, 1)?, it.floats(node, 2)?);
    let lists = [&gain, &bias].map(|tensor| tensor.floats().unwrap_or_default());
    // In older versions of the operators there is one number for each group.
    let lengths = [channels, groups];
    if lists
        .iter()
        .any(|list| !lengths.contains(&list.len()) || list.is_empty())
    {
        return Err(format!("its gains or biases do not have {channels} numbers"));
    }
    let mut norm =
        GroupNorm::<T>::new(it.steps.shape(value.step), groups).map_err(|error| error.to_string())?;
    it.spend(2 * channels)?;
    fill(&mut norm, |row, column| {
        let list = lists[row];
        list[column * list.len() / channels]
    });
    let step = it.apply(value.step, norm)?;
    Ok(Value::Batch(Activation { step, ..value }))
}
