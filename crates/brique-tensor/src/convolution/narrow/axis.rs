//! The windows that a pass computes.

use std::ops::Range;

use super::super::Convolution;
use super::super::delta::shift;
use crate::windows::WindowAxis;

/// Indices at equal distances. Those before the first element, and steps backwards, are negative: numbers that wrapped
/// around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub(super) first: usize,
    pub(super) step: usize,
}

impl Steps {
    #[inline(always)]
    pub(super) fn at(self, index: usize) -> usize {
        self.first.wrapping_add(index.wrapping_mul(self.step))
    }
}

/// Windows along one axis: tap k of window i reads element `source.at(i) + offsets.at(k)`, and the window computes element
/// `target.at(i)`.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) windows: usize,
    pub(super) taps: usize,
    pub(super) source: Steps,
    pub(super) offsets: Steps,
    pub(super) target: Steps,
    /// The windows that do not reach beyond the source.
    pub(super) inner: Range<usize>,
}

impl Axis {
    /// The windows of the input.
    fn of_inputs(axis: WindowAxis) -> Self {
        Self {
            windows: axis.outputs(),
            taps: axis.kernel(),
            source: Steps {
                first: 0,
                step: axis.stride(),
            },
            offsets: Steps {
                first: axis.padding().wrapping_neg(),
                step: axis.dilation(),
            },
            target: Steps { first: 0, step: 1 },
            inner: 0..0,
        }
        .with_inner(axis.length())
    }

    /// The windows of δ in a phase. The last comes first: then windows follow each other in the direction of their taps.
    fn of_delta(axis: WindowAxis, phase: usize) -> Self {
        let mut shifts = axis.taps(phase).map(|tap| shift(axis, phase, tap));
        let first = shifts.next().unwrap_or(0);
        let step = shifts.next().map_or(1, |second| second - first);
        let inputs = axis.inputs(phase);
        let last = inputs.end.wrapping_sub(1);
        let input = last.wrapping_mul(axis.stride()).wrapping_add(phase);
        Self {
            windows: inputs.len(),
            taps: axis.taps(phase).count(),
            source: Steps {
                first: last,
                step: 1_usize.wrapping_neg(),
            },
            offsets: Steps {
                first: first.wrapping_neg(),
                step: step.wrapping_neg(),
            },
            target: Steps {
                first: input.wrapping_sub(axis.padding()),
                step: axis.stride().wrapping_neg(),
            },
            inner: 0..0,
        }
        .with_inner(axis.outputs())
    }

    fn with_inner(mut self, length: usize) -> Self {
        let is_inner = |&window: &usize| {
            let element = |tap: usize| self.element(window, tap);
            // The taps between the first and the last are between them in the source, too.
            element(0) < length && element(self.taps - 1) < length
        };
        let first = (0..self.windows).find(is_inner).unwrap_or(self.windows);
        let end = (first..self.windows).find(|window| !is_inner(window));
        self.inner = first..end.unwrap_or(self.windows);
        self
    }

    /// Returns the element of the source that a tap of a window reads, which may be outside of it.
    #[inline(always)]
    pub(super) fn element(&self, window: usize, tap: usize) -> usize {
        self.source.at(window).wrapping_add(self.offsets.at(tap))
    }
}

/// Windows along both axes.
#[derive(Debug, Clone)]
pub(in super::super) struct Grid {
    pub(super) down: Axis,
    pub(super) right: Axis,
    /// The taps of the grids before this one.
    pub(super) first_tap: usize,
}

impl Grid {
    /// The windows of the input.
    pub(super) fn of_inputs(convolution: &Convolution) -> Self {
        let [down, right] = convolution.axes.map(Axis::of_inputs);
        Self {
            down,
            right,
            first_tap: 0,
        }
    }

    /// Writes the windows of δ, phase by phase.
    pub(super) fn of_delta(convolution: &Convolution, grids: &mut Vec<Self>) {
        grids.clear();
        let mut first_tap = 0;
        for phase in convolution.phases() {
            let [down, right] = [0, 1].map(|axis| Axis::of_delta(convolution.axes[axis], phase[axis]));
            let grid = Self {
                down,
                right,
                first_tap,
            };
            first_tap += grid.taps();
            grids.push(grid);
        }
    }

    /// Returns whether some windows reach above the first row of the source or below its last.
    pub(super) fn reads_outside(&self) -> bool {
        self.down.inner != (0..self.down.windows)
    }

    /// Returns the number of taps.
    #[inline(always)]
    pub(super) fn taps(&self) -> usize {
        self.down.taps * self.right.taps
    }
}
