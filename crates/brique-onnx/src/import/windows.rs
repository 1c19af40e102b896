//! Convolutions, and the windows of convolutions and pools.

use brique_layers::{Conv, PerAxis, Window};
use brique_tensor::Scalar;

use super::linear::parameters;
use super::translate::{Refusal, Translator};
use super::values::{Activation, Value};
use crate::layout::{Layout, channels_first};
use crate::proto::Node;

/// The windows of a node along its axes.
pub(super) struct Windows {
    pub(super) kernel: Vec<usize>,
    pub(super) stride: Vec<usize>,
    pub(super) padding: Vec<usize>,
    pub(super) dilation: Vec<usize>,
}

impl Windows {
    pub(super) fn new(node: &Node, kernel: Vec<usize>, lengths: &[usize]) -> Result<Self, Refusal> {
        let axes = lengths.len();
        if kernel.len() != axes || kernel.contains(&0) {
            return Err(format!(
                "its kernel is {kernel:?}, expected a size along each of {axes} axes"
            ));
        }
        let stride = numbers(node, "strides", axes)?;
        let dilation = numbers(node, "dilations", axes)?;
        let extent = |axis: usize| dilation[axis].saturating_mul(kernel[axis] - 1).saturating_add(1);
        let padding = padding(node, lengths, &stride, extent)?;
        let ceil_mode = node.integer("ceil_mode", 0)? != 0;
        for axis in 0..axes {
            let free = (lengths[axis] + 2 * padding[axis]).checked_sub(extent(axis));
            let free =
                free.ok_or_else(|| format!("its kernel {kernel:?} is longer than its input {lengths:?}"))?;
            if ceil_mode && !free.is_multiple_of(stride[axis]) {
                return Err("ceil_mode adds a window that is longer than its input".to_owned());
            }
        }
        Ok(Self {
            kernel,
            stride,
            padding,
            dilation,
        })
    }

    /// Returns the windows with a fixed number of axes.
    fn window<const N: usize>(&self) -> Option<Window<N>> {
        let per_axis = |list: &[usize]| <[usize; N]>::try_from(list).ok().map(PerAxis);
        let window = Window::new(per_axis(&self.kernel)?).stride(per_axis(&self.stride)?);
        Some(
            window
                .padding(per_axis(&self.padding)?)
                .dilation(per_axis(&self.dilation)?),
        )
    }
}

/// Returns an attribute with a number for each axis, 1 by default.
fn numbers(node: &Node, name: &str, axes: usize) -> Result<Vec<usize>, Refusal> {
    let Some(list) = node.integers(name)? else {
        return Ok(vec![1; axes]);
    };
    let numbers: Option<Vec<usize>> = list.iter().map(|&number| sized(number)).collect();
    let fits = |numbers: &Vec<usize>| numbers.len() == axes && !numbers.contains(&0);
    numbers
        .filter(fits)
        .ok_or_else(|| format!("{name} is {list:?}, expected a number above 0 for each of {axes} axes"))
}

/// The largest size along an axis: larger ones do not fit into memory, and their sums would overflow.
const LARGEST: usize = 1 << (usize::BITS * 5 / 8);

pub(super) fn sized(number: i64) -> Option<usize> {
    usize::try_from(number).ok().filter(|&number| number <= LARGEST)
}

/// Returns the padding along each axis, which is the same at both ends.
fn padding(
    node: &Node,
    lengths: &[usize],
    stride: &[usize],
    extent: impl Fn(usize) -> usize,
) -> Result<Vec<usize>, Refusal> {
    let axes = lengths.len();
    let unequal = |begin: &[usize], end: &[usize]| {
        format!("its padding is {begin:?} at the beginning and {end:?} at the end, expected the same")
    };
    match &*node.text("auto_pad", "NOTSET")? {
        "NOTSET" | "" => {
            let Some(list) = node.integers("pads")? else {
                return Ok(vec![0; axes]);
            };
            let pads: Option<Vec<usize>> = list.iter().map(|&number| sized(number)).collect();
            let pads = pads.filter(|pads| pads.len() == 2 * axes);
            let pads = pads.ok_or_else(|| {
                format!("pads is {list:?}, expected two numbers of at least 0 for each axis")
            })?;
            let (begin, end) = pads.split_at(axes);
            if begin == end {
                Ok(begin.to_vec())
            } else {
                Err(unequal(begin, end))
            }
        }
        "VALID" => Ok(vec![0; axes]),
        "SAME_UPPER" | "SAME_LOWER" => {
            let total = |axis: usize| {
                let windows = lengths[axis].div_ceil(stride[axis]);
                ((windows.max(1) - 1) * stride[axis] + extent(axis)).saturating_sub(lengths[axis])
            };
            let total: Vec<usize> = (0..axes).map(total).collect();
            let (begin, end): (Vec<_>, Vec<_>) =
                total.iter().map(|total| (total / 2, total.div_ceil(2))).unzip();
            if begin == end {
                Ok(begin)
            } else {
                Err(unequal(&begin, &end))
            }
        }
        other => Err(format!("auto_pad is {other:?}")),
    }
}

/// Returns the value with the channels last, and its channels and lengths.
pub(super) fn channels_and_lengths<T: Scalar>(
    it: &mut Translator<'_, T>,
    node: &Node,
) -> Result<(Activation, usize, Vec<usize>), Refusal> {
    let value = it.batch(node, 0)?;
    let Some((&channels, lengths)) = value.layout.sizes.split_first() else {
        return Err("an example of its input has no axes".to_owned());
    };
    let lengths = lengths.to_vec();
    if !matches!(lengths.len(), 1 | 2) {
        return Err(format!("it works along {} axes, expected 1 or 2", lengths.len()));
    }
    if value.layout.size() == 0 || lengths.iter().any(|&length| length > LARGEST) {
        return Err("its input has no values, or too many".to_owned());
    }
    Ok((it.image(value)?, channels, lengths))
}

pub(super) fn convolution<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    it.name_after(node, 1);
    let (value, channels, lengths) = channels_and_lengths(it, node)?;
    let tensor = it.floats(node, 1)?;
    let sizes = tensor.sizes();
    let groups = sized(node.integer("group", 1)?).unwrap_or(0);
    let per_group = match sizes {
        [_, per_group, kernel @ ..]
            if kernel.len() == lengths.len() && per_group.checked_mul(groups) == Some(channels) =>
        {
            *per_group
        }
        _ => {
            return Err(format!(
                "its weights have the sizes {sizes:?}, which do not fit {channels} channels"
            ));
        }
    };
    if let Some(kernel) = node.integers("kernel_shape")?
        && !kernel
            .iter()
            .map(|&size| sized(size))
            .eq(sizes[2..].iter().copied().map(Some))
    {
        return Err(format!(
            "kernel_shape is {kernel:?}, but its weights have the sizes {sizes:?}"
        ));
    }
    let windows = Windows::new(node, sizes[2..].to_vec(), &lengths)?;
    let weights = tensor.floats().unwrap_or_default();
    let (outputs, taps) = (sizes[0], sizes[2..].iter().product::<usize>());
    let bias_tensor = if it.argument(node, 2).is_some() {
        Some(it.floats(node, 2)?)
    } else {
        None
    };
    let bias = bias_tensor.as_ref().and_then(|tensor| tensor.floats());
    if bias.is_some_and(|bias| bias.len() != outputs) {
        return Err(format!("its bias does not have {outputs} numbers"));
    }
    let rows = taps * per_group;
    let number = |(row, out): (usize, usize)| {
        if row == rows {
            return bias.map_or(0.0, |bias| bias[out]);
        }
        let (tap, channel) = (row / per_group, row % per_group);
        weights[(out * per_group + channel) * taps + tap]
    };
    let parameters = parameters::<T>(it, rows, outputs, number)?;
    let shape = it.steps.shape(value.step);
    let step = if let Some(window) = windows.window::<1>() {
        let conv = Conv::from_parameters(shape, window, parameters);
        it.apply(value.step, conv.map_err(|error| error.to_string())?)?
    } else {
        let window: Window<2> = windows.window().ok_or("it has more than two axes")?;
        let conv = Conv::from_parameters(shape, window, parameters);
        it.apply(value.step, conv.map_err(|error| error.to_string())?)?
    };
    Ok(output(it, step))
}

/// Returns the value of a step whose output has the channels last.
pub(super) fn output<'f, T: Scalar>(it: &Translator<'f, T>, step: usize) -> Value<'f> {
    let layout = Layout::image(channels_first(it.steps.shape(step).sizes()));
    Value::Batch(Activation { step, layout })
}
