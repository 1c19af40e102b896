//! The sizes of a convolution.

use crate::windows::WindowAxis;

/// The sizes of a convolution: the windows along both axes, the channels of input and output, and the groups.
///
/// An example of the input is (height, width, inputs), an example of the output (height of outputs, width of outputs,
/// outputs). Output channel j belongs to group `j / (outputs / groups)` and sees the input channels of the same group
/// only. A convolution along one axis has [`WindowAxis::NONE`] as its first axis.
///
/// ```
/// use brique_tensor::{Convolution, WindowAxis};
///
/// let axis = WindowAxis::new(28, 5, 1, 0, 1).ok_or("no window fits")?;
/// let convolution = Convolution::new([axis, axis], 1, 6, 1).ok_or("wrong groups")?;
/// assert_eq!(convolution.weight_rows(), 25);
/// assert_eq!(convolution.output_size(), 24 * 24 * 6);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Convolution {
    pub(super) axes: [WindowAxis; 2],
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) groups: usize,
}

impl Convolution {
    /// Creates the sizes of a convolution from `inputs` to `outputs` channels.
    ///
    /// Returns `None` if a number of channels is 0 or not divisible by the number of groups, or if there are more
    /// numbers in an example or in the weights than memory can address.
    #[must_use]
    pub fn new(axes: [WindowAxis; 2], inputs: usize, outputs: usize, groups: usize) -> Option<Self> {
        let is_whole = |channels: usize| channels > 0 && groups > 0 && channels.is_multiple_of(groups);
        if !is_whole(inputs) || !is_whole(outputs) {
            return None;
        }
        let product = |sizes: [usize; 4]| sizes.into_iter().try_fold(1_usize, usize::checked_mul);
        let [rows, columns] = axes;
        let widest = inputs.max(outputs);
        // The copies of the input and of δ are at most twice as high and twice as wide as the padded input.
        let padded = product([2 * rows.padded(), 2 * columns.padded(), widest, size_of::<f64>()])?;
        let output = product([rows.outputs(), columns.outputs(), outputs, size_of::<f64>()])?;
        let weights = product([rows.kernel(), columns.kernel(), inputs / groups, outputs])?;
        let largest = padded.max(output).max(weights.checked_mul(size_of::<f64>())?);
        isize::try_from(largest).ok().map(|_| Self {
            axes,
            inputs,
            outputs,
            groups,
        })
    }

    /// Returns the windows along both axes.
    #[must_use]
    pub fn axes(&self) -> [WindowAxis; 2] {
        self.axes
    }

    /// Returns the channels of input and output.
    #[must_use]
    pub fn channels(&self) -> (usize, usize) {
        (self.inputs, self.outputs)
    }

    /// Returns the number of groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Returns the number of weights of one output channel: elements of a window · input channels of a group. They are
    /// the rows of the weights, in the order (row of the window, column of the window, channel).
    #[must_use]
    pub fn weight_rows(&self) -> usize {
        self.taps() * self.group_inputs()
    }

    /// Returns the number of values in an example of the input.
    #[must_use]
    pub fn input_size(&self) -> usize {
        self.axes[0].length() * self.axes[1].length() * self.inputs
    }

    /// Returns the number of values in an example of the output.
    #[must_use]
    pub fn output_size(&self) -> usize {
        self.positions() * self.outputs
    }

    /// Returns the number of elements of a window.
    pub(super) fn taps(&self) -> usize {
        self.axes[0].kernel() * self.axes[1].kernel()
    }

    pub(super) fn group_inputs(&self) -> usize {
        self.inputs / self.groups
    }

    pub(super) fn group_outputs(&self) -> usize {
        self.outputs / self.groups
    }

    /// Returns the number of windows.
    pub(super) fn positions(&self) -> usize {
        self.axes[0].outputs() * self.axes[1].outputs()
    }

    /// Returns the number of multiplications for one example and one pass.
    pub(super) fn multiplications(&self) -> usize {
        self.output_size().saturating_mul(self.weight_rows())
    }
}
