//! The constructors of convolutions, which check all sizes.

use brique_core::{Description, Error, Fault, Parameter, Shape};
use brique_random::RandomSource;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Convolution, Scalar};

use super::Conv;
use crate::addressable::check_addressable;
use crate::window::{outputs_of, value};
use crate::{Init, Window};

impl<const N: usize, T: Scalar> Conv<N, T> {
    /// Creates a convolution with `channels` output channels, for examples of the shape `input`: (length, channels) or
    /// (height, width, channels). The initial parameters are drawn from `init` with the generator `rng`.
    ///
    /// # Errors
    ///
    /// If `input` has another number of axes or no values; if `channels`, or a kernel, stride or dilation is 0; if the
    /// kernel is longer than the padded input; if `init` has a bound that is not valid; or if there are more numbers
    /// than memory can address.
    pub fn new(
        input: impl Into<Shape>,
        channels: usize,
        window: impl Into<Window<N>>,
        init: Init,
        rng: &mut dyn RandomSource,
    ) -> Result<Self, Error> {
        Self::grouped(input, channels, window, 1, init, rng)
    }

    /// As [`new`](Self::new), with `groups` groups of channels.
    ///
    /// ```
    /// use brique_layers::{Conv1D, Init};
    /// use brique_random::portable;
    ///
    /// let mut rng = portable(1);
    /// let depthwise: Conv1D = Conv1D::grouped([9, 4], 4, 3, 4, Init::PyTorch, &mut rng)?;
    /// assert_eq!(depthwise.weight().dim(), (3, 4));
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if `groups` is 0 or does not divide the input channels and the output channels.
    pub fn grouped(
        input: impl Into<Shape>,
        channels: usize,
        window: impl Into<Window<N>>,
        groups: usize,
        init: Init,
        rng: &mut dyn RandomSource,
    ) -> Result<Self, Error> {
        let (input, window) = (input.into(), window.into());
        let refuse = |fault| {
            let name = Self::kind();
            Error::new(
                format_args!("{name}({input} → {channels} channels)"),
                "new",
                fault,
            )
        };
        let convolution = convolution(input, &window, channels, groups).map_err(refuse)?;
        let rows = convolution.weight_rows();
        check_addressable::<T>(rows, channels).map_err(refuse)?;
        let fan_out = rows / (convolution.channels().0 / groups) * channels;
        let drawn = init.draw_for_fans(rows, channels, fan_out, rng).map_err(refuse)?;
        Ok(Self::of(input, window, convolution, drawn))
    }

    /// Creates a convolution with these parameters, (kernel · in / groups + 1, out), the bias as the last row. The number
    /// of groups follows from their number of rows.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the number of rows fits no number of groups.
    pub fn from_parameters(
        input: impl Into<Shape>,
        window: impl Into<Window<N>>,
        parameters: Array2<T>,
    ) -> Result<Self, Error> {
        let (input, window) = (input.into(), window.into());
        let refuse = |fault| Error::new(Self::kind(), "from_parameters", fault);
        let (rows, channels) = parameters.dim();
        let whole = convolution(input, &window, channels, 1).map_err(refuse)?;
        let groups = rows
            .checked_sub(1)
            .filter(|&rows| whole.weight_rows().is_multiple_of(rows))
            .map(|rows| whole.weight_rows() / rows);
        let Some(groups) = groups else {
            return Err(refuse(Fault::Shape {
                argument: "parameters",
                found: (rows, channels),
                expected: (whole.weight_rows() + 1, channels),
                reason: "one row for each element of the kernel and input channel of a group, and the bias",
            }));
        };
        let convolution = convolution(input, &window, channels, groups).map_err(refuse)?;
        Ok(Self::of(input, window, convolution, parameters))
    }

    fn of(input: Shape, window: Window<N>, convolution: Convolution, parameters: Array2<T>) -> Self {
        let kernel = Shape::from(window.kernel.0);
        let rows = convolution.weight_rows();
        Self {
            input,
            output: outputs_of::<N>(convolution.axes(), convolution.channels().1),
            window,
            convolution,
            parameters: Parameter::with_weight_rows(parameters, rows).with_kernel(kernel),
        }
    }

    pub(super) fn kind() -> &'static str {
        if N == 1 { "Conv1D" } else { "Conv2D" }
    }

    /// Builds the convolution of a description. The values of its parameters are 0.
    pub(crate) fn described(description: &Description) -> Result<Self, Error> {
        let refuse = |fault| Error::new(description, "build", fault);
        let (input, output) = (description.shape("in")?, description.shape("out")?);
        let (window, groups) = (Window::described(description)?, description.size("groups")?);
        let channels = output.sizes().last().copied().unwrap_or(0);
        let convolution = convolution(input, &window, channels, groups).map_err(refuse)?;
        let expected = outputs_of::<N>(convolution.axes(), channels);
        if output != expected {
            return Err(refuse(Fault::Value {
                argument: "attribute \"out\"".into(),
                found: output.to_string(),
                expected: expected.to_string().into(),
            }));
        }
        let rows = convolution.weight_rows();
        description.check_tensors(&[("weight", (rows, channels)), ("bias", (1, channels))])?;
        check_addressable::<T>(rows, channels).map_err(refuse)?;
        Ok(Self::of(
            input,
            window,
            convolution,
            Array2::zeros((rows + 1, channels)),
        ))
    }
}

/// Returns the sizes of a convolution after checking them.
fn convolution<const N: usize>(
    input: Shape,
    window: &Window<N>,
    channels: usize,
    groups: usize,
) -> Result<Convolution, Fault> {
    let (axes, inputs) = window.axes_in(input)?;
    if channels == 0 {
        return Err(value("the number of output channels", channels, "at least 1"));
    }
    if groups == 0 || !inputs.is_multiple_of(groups) || !channels.is_multiple_of(groups) {
        let expected = format!("a divisor of {inputs} input channels and {channels} output channels");
        return Err(Fault::Value {
            argument: "the number of groups".into(),
            found: groups.to_string(),
            expected: expected.into(),
        });
    }
    Convolution::new(axes, inputs, channels, groups).ok_or_else(|| {
        value(
            "the number of values",
            "too large",
            "as many as memory can address",
        )
    })
}
