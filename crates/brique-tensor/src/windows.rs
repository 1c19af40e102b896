//! The windows of convolutions and pools.

use std::ops::Range;

/// Windows along one axis: `outputs` windows of `kernel` elements each, in an input of `length` elements with `padding`
/// zeros at either end.
///
/// Element k of window p is element `p · stride + k · dilation − padding` of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WindowAxis {
    length: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    outputs: usize,
}

impl WindowAxis {
    /// An axis that is not there: one window of one element.
    pub const NONE: Self = Self {
        length: 1,
        kernel: 1,
        stride: 1,
        padding: 0,
        dilation: 1,
        outputs: 1,
    };

    /// Creates the windows: `(length + 2 · padding − dilation · (kernel − 1) − 1) / stride + 1` of them, rounded down.
    ///
    /// Returns `None` if no window fits into the padded input, if `length`, `kernel`, `stride` or `dilation` is 0, or if a
    /// number is larger than memory can address.
    ///
    /// ```
    /// use brique_tensor::WindowAxis;
    ///
    /// let axis = WindowAxis::new(28, 5, 2, 1, 1).ok_or("no window fits")?;
    /// assert_eq!(axis.outputs(), 13);
    /// assert_eq!(WindowAxis::new(4, 5, 1, 0, 1), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn new(length: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Option<Self> {
        let padded = padding.checked_mul(2)?.checked_add(length)?;
        let reach = kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)?;
        let free = padded.checked_sub(reach)?;
        if length == 0 || dilation == 0 || isize::try_from(padded.checked_mul(2)?).is_err() {
            return None;
        }
        Some(Self {
            length,
            kernel,
            stride,
            padding,
            dilation,
            outputs: free.checked_div(stride)? + 1,
        })
    }

    /// Returns the number of elements of the input.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Returns the number of elements of a window.
    #[must_use]
    pub fn kernel(&self) -> usize {
        self.kernel
    }

    /// Returns the distance from one window to the next.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Returns the number of zeros at either end of the input.
    #[must_use]
    pub fn padding(&self) -> usize {
        self.padding
    }

    /// Returns the distance from one element of a window to the next.
    #[must_use]
    pub fn dilation(&self) -> usize {
        self.dilation
    }

    /// Returns the number of windows.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Returns the length with padding.
    pub(crate) fn padded(&self) -> usize {
        self.length + 2 * self.padding
    }

    /// Returns the zeros that have to be before and after the output, so that every window that an element of the input
    /// could be in exists.
    pub(crate) fn border_of_outputs(&self) -> (usize, usize) {
        let before = ((self.kernel - 1) * self.dilation).saturating_sub(self.padding) / self.stride;
        let last = (self.length + self.padding).saturating_sub(1) / self.stride;
        (before, (last + 1).saturating_sub(self.outputs))
    }

    /// Returns the phases that have elements of a window: the remainders of `k · dilation` when divided by the stride.
    pub(crate) fn phases(&self) -> impl Iterator<Item = usize> + use<> {
        let Self {
            kernel,
            stride,
            dilation,
            ..
        } = *self;
        // The remainders of the first elements differ, then they repeat.
        let first_repeated = stride / greatest_common_divisor(stride, dilation);
        (0..kernel.min(first_repeated)).map(move |tap| tap * dilation % stride)
    }

    /// Returns the elements k of a window that meet the inputs q of a phase: `k · dilation` and `q + padding` have the
    /// remainder `phase` when divided by the stride.
    pub(crate) fn taps(&self, phase: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let Self {
            kernel,
            stride,
            dilation,
            ..
        } = *self;
        (0..kernel).filter(move |tap| tap * dilation % stride == phase)
    }

    /// Returns the quotients t of the inputs of a phase: the inputs are `phase + stride · t − padding`.
    pub(crate) fn inputs(&self, phase: usize) -> Range<usize> {
        let quotients = |end: usize| end.saturating_sub(phase).div_ceil(self.stride);
        quotients(self.padding)..quotients(self.length + self.padding)
    }
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}
