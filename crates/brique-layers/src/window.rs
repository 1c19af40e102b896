//! The windows of a convolution or a pool, and the shapes that follow from them.

use brique_core::{AttributeValue, Description, Error, Fault, Shape};
use brique_tensor::WindowAxis;

use crate::PerAxis;

/// The windows of a convolution along `N` axes: kernel, stride, padding and dilation, each a number for all axes or one
/// for each.
///
/// Element k of window p is element `p · stride + k · dilation − padding` of the input; outside of it, the input is 0.
/// There are `(length + 2 · padding − dilation · (kernel − 1) − 1) / stride + 1` windows, rounded down. A kernel alone is
/// a window too: `3` and `[3, 5]` have stride 1, no padding and dilation 1.
///
/// ```
/// use brique_layers::Window;
///
/// let window: Window<2> = Window::new([3, 5]).stride(2).padding([1, 2]);
/// assert_ne!(window, Window::from([3, 5]));
/// ```
///
/// Source: PyTorch's `nn.Conv2d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window<const N: usize> {
    pub(crate) kernel: PerAxis<N>,
    pub(crate) stride: PerAxis<N>,
    pub(crate) padding: PerAxis<N>,
    pub(crate) dilation: PerAxis<N>,
}

impl<const N: usize> Window<N> {
    /// Creates windows of this many elements, with stride 1, no padding and dilation 1.
    #[must_use]
    pub fn new(kernel: impl Into<PerAxis<N>>) -> Self {
        Self {
            kernel: kernel.into(),
            stride: 1.into(),
            padding: 0.into(),
            dilation: 1.into(),
        }
    }

    /// Sets the distance from one window to the next.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis<N>>) -> Self {
        let stride = stride.into();
        Self { stride, ..self }
    }

    /// Sets the number of zeros before and after the input.
    #[must_use]
    pub fn padding(self, padding: impl Into<PerAxis<N>>) -> Self {
        let padding = padding.into();
        Self { padding, ..self }
    }

    /// Sets the distance from one element of a window to the next.
    #[must_use]
    pub fn dilation(self, dilation: impl Into<PerAxis<N>>) -> Self {
        let dilation = dilation.into();
        Self { dilation, ..self }
    }

    /// Returns the windows in an input of the shape (length, channels) or (height, width, channels), and the channels.
    pub(crate) fn axes_in(&self, input: Shape) -> Result<([WindowAxis; 2], usize), Fault> {
        let (lengths, channels) = lengths_and_channels::<N>(input)?;
        if input.size() > LARGEST {
            return Err(value(
                "the shape of the input",
                input,
                "no more values than memory can address",
            ));
        }
        for (argument, numbers) in [
            ("kernel", self.kernel),
            ("stride", self.stride),
            ("dilation", self.dilation),
        ] {
            if numbers.0.contains(&0) {
                return Err(value(argument, numbers, "at least 1 along each axis"));
            }
        }
        let mut axes = [WindowAxis::NONE; 2];
        for axis in 0..N {
            let found = WindowAxis::new(
                lengths[axis],
                self.kernel.0[axis],
                self.stride.0[axis],
                self.padding.0[axis],
                self.dilation.0[axis],
            );
            axes[axis + 2 - N] = found.ok_or_else(|| self.too_large(input))?;
        }
        Ok((axes, channels))
    }

    #[cold]
    fn too_large(&self, input: Shape) -> Fault {
        let Self {
            kernel,
            padding,
            dilation,
            ..
        } = self;
        let expected = format!(
            "no longer than the input {input} with padding {padding}, counted with dilation {dilation}"
        );
        Fault::Value {
            argument: "kernel".into(),
            found: kernel.to_string(),
            expected: expected.into(),
        }
    }

    /// Adds the attributes to a description. The one-line text shows those that are not the defaults.
    pub(crate) fn describe(&self, mut description: Description, stride: PerAxis<N>) -> Description {
        description = description.attribute("kernel", sizes(self.kernel));
        for (name, numbers, default) in [
            ("stride", self.stride, stride),
            ("padding", self.padding, 0.into()),
            ("dilation", self.dilation, 1.into()),
        ] {
            description = if numbers == default {
                description.detail(name, sizes(numbers))
            } else {
                description.attribute(name, sizes(numbers))
            };
        }
        description
    }

    /// Returns the windows of a description.
    pub(crate) fn described(description: &Description) -> Result<Self, Error> {
        let numbers = |name| per_axis(description, name);
        Ok(Self {
            kernel: numbers("kernel")?,
            stride: numbers("stride")?,
            padding: numbers("padding")?,
            dilation: numbers("dilation")?,
        })
    }
}

impl<const N: usize> From<usize> for Window<N> {
    fn from(kernel: usize) -> Self {
        Self::new(kernel)
    }
}

impl<const N: usize> From<[usize; N]> for Window<N> {
    fn from(kernel: [usize; N]) -> Self {
        Self::new(kernel)
    }
}

/// More values than this fill more than half of the memory that can be addressed.
const LARGEST: usize = usize::MAX / 32;

/// Returns the lengths along `N` axes and the channels of an example, which come last.
pub(crate) fn lengths_and_channels<const N: usize>(input: Shape) -> Result<([usize; N], usize), Fault> {
    const { assert!(N == 1 || N == 2, "windows along one or two axes") }
    let found = input.sizes().split_last();
    let lengths = found.and_then(|(&channels, lengths)| Some((lengths.try_into().ok()?, channels)));
    match lengths {
        Some((lengths, channels)) if input.size() > 0 => Ok((lengths, channels)),
        _ => Err(Fault::example_shape(
            input,
            if N == 1 {
                "(length, channels)"
            } else {
                "(height, width, channels)"
            },
            "windows along the axes, at least one value along each, the channels last",
        )),
    }
}

/// Returns the shape (length, channels) or (height, width, channels) of the outputs.
pub(crate) fn outputs_of<const N: usize>([rows, columns]: [WindowAxis; 2], channels: usize) -> Shape {
    if N == 1 {
        Shape::from([columns.outputs(), channels])
    } else {
        Shape::from([rows.outputs(), columns.outputs(), channels])
    }
}

/// Returns the output shape of a module that was created for examples of the shape `expected`, or of as many values.
pub(crate) fn output_for(input: Shape, expected: Shape, output: Shape) -> Result<Shape, Fault> {
    if input == expected || input == Shape::from(expected.size()) {
        return Ok(output);
    }
    Err(Fault::example_shape(
        input,
        expected,
        "the shape for which the module was created",
    ))
}

#[cold]
pub(crate) fn value(argument: &'static str, found: impl std::fmt::Display, expected: &'static str) -> Fault {
    Fault::Value {
        argument: argument.into(),
        found: found.to_string(),
        expected: expected.into(),
    }
}

pub(crate) fn sizes<const N: usize>(numbers: PerAxis<N>) -> AttributeValue {
    AttributeValue::Sizes(numbers.0.to_vec())
}

/// Returns an attribute with one number for each axis.
pub(crate) fn per_axis<const N: usize>(description: &Description, name: &str) -> Result<PerAxis<N>, Error> {
    let shape = description.shape(name)?;
    let numbers = shape.sizes().try_into().map(PerAxis);
    numbers.map_err(|_| {
        let fault = Fault::Value {
            argument: format!("attribute {name:?}").into(),
            found: shape.to_string(),
            expected: format!("{N} numbers").into(),
        };
        Error::new(description, "build", fault)
    })
}
