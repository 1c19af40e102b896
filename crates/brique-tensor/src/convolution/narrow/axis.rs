//! One axis of the positions that a pass computes, and of the elements that it reads.

use std::ops::Range;

use super::super::Convolution;
use super::super::delta::largest_shift;
use crate::windows::WindowAxis;

/// The windows of a pass along one axis. Window t begins at element `t · stride − border` of the source, and its taps are
/// at most `reach` elements after that.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// The elements of the source; beyond them, it is 0.
    pub(super) length: usize,
    pub(super) border: usize,
    pub(super) stride: usize,
    pub(super) reach: usize,
    pub(super) windows: Range<usize>,
}

impl Axis {
    /// The windows of the input, which are the outputs of the convolution.
    pub(super) fn of_inputs(axis: WindowAxis) -> Self {
        Self {
            length: axis.length(),
            border: axis.padding(),
            stride: axis.stride(),
            reach: (axis.kernel() - 1) * axis.dilation(),
            windows: 0..axis.outputs(),
        }
    }

    /// The windows of δ, which are the inputs of the convolution: those of all phases, one stride apart.
    pub(super) fn of_delta(axis: WindowAxis) -> Self {
        let inputs = || axis.phases().map(|phase| axis.inputs(phase));
        let reach = axis
            .phases()
            .map(|phase| largest_shift(axis, phase))
            .max()
            .unwrap_or(0);
        let first = inputs().map(|inputs| inputs.start).min().unwrap_or(0);
        let end = inputs().map(|inputs| inputs.end).max().unwrap_or(0);
        Self {
            length: axis.outputs(),
            border: reach,
            stride: 1,
            reach,
            windows: first..end,
        }
    }

    /// Returns the elements of the source that these windows span, counted from the first of its border.
    pub(super) fn elements(&self, windows: &Range<usize>) -> Range<usize> {
        let first = windows.start * self.stride;
        first..first + (windows.len().max(1) - 1) * self.stride + self.reach + 1
    }
}

impl Convolution {
    pub(super) fn axes_of_inputs(&self) -> [Axis; 2] {
        self.axes.map(Axis::of_inputs)
    }

    pub(super) fn axes_of_delta(&self) -> [Axis; 2] {
        self.axes.map(Axis::of_delta)
    }
}
