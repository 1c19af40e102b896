//! Convolutions with groups so narrow that several fit into a SIMD vector: a depthwise convolution is one of them.
//!
//! Each lane needs the inputs of its own group. A patch of the input is copied so that the numbers that the lanes of a vector
//! need are next to each other; a vector of them is then multiplied by a vector of weights. The copy of a depthwise
//! convolution stays in the nearest cache. Whether groups are narrow depends on the instruction set, but no bit of a result
//! may: each element is the same sum in the same order as with wide groups.

mod axis;
mod delta;
mod forward;
mod gradient;
mod patch;
mod sliding;
mod spread;

use std::ops::Range;

use self::axis::Axis;
pub(super) use self::delta::delta;
pub(super) use self::forward::forward;
pub(super) use self::gradient::gradient;
use self::patch::{Layout, patches};
use super::Convolution;
use super::panels::lanes;
use super::scratch::Scratch;
use crate::Scalar;
use crate::aligned::LINE_BYTES;
use crate::simd::Simd;

impl Convolution {
    /// Returns whether groups with this number of channels are narrow: at least four fit into a SIMD vector, or two if windows
    /// slide and lanes can be permuted in registers. Otherwise half a vector of one group is as fast.
    pub(super) fn has_narrow_groups<T: Scalar, S: Simd>(&self, group_channels: usize) -> bool {
        let lanes = lanes::<T, S>();
        let slide = S::HAS_WIDE_VECTORS && self.has_sliding_windows();
        let fit = 4 * group_channels <= lanes || 2 * group_channels <= lanes && slide;
        self.groups > 1 && fit
    }
}

/// Returns whether a SIMD vector fills a cache line. Then a panel of one vector reads and writes whole lines, and its patch
/// takes the least space; otherwise a panel has two vectors.
fn fills_a_line<T: Scalar, S: Simd>() -> bool {
    lanes::<T, S>() * size_of::<T>() >= LINE_BYTES
}

/// Some columns of a pass: whole groups, as many as fit into the vectors of a panel.
#[derive(Debug, Clone, Copy)]
struct GroupPanel {
    first_group: usize,
    groups: usize,
    /// The lanes of the panel. Those beyond the last group hold any numbers, and reach no result.
    width: usize,
}

/// Returns the panels of this width for groups with this many channels.
fn panels(groups: usize, group_channels: usize, width: usize) -> impl Iterator<Item = GroupPanel> + Clone {
    let at_once = width / group_channels;
    (0..groups).step_by(at_once).map(move |first_group| GroupPanel {
        first_group,
        groups: at_once.min(groups - first_group),
        width,
    })
}

impl<T: Scalar> Scratch<T> {
    /// Reserves memory for the copies and the tables of any patch, so that no thread allocates when it gets more examples than
    /// before. `numbers` are copied for each element, and each window belongs to `of_window` positions: several in the phases
    /// of the delta.
    fn reserve(&mut self, axes: &[Axis; 2], examples: usize, numbers: usize, of_window: usize) {
        self.clear_tables();
        // No patch is larger than the first.
        if let Some(patch) = patches(axes).next() {
            self.source
                .space(Layout::new(&patch, examples, 1, numbers).size());
            let windows = patch.windows.iter().map(Range::len).product::<usize>();
            let positions = examples * windows * of_window;
            self.rows.reserve(positions);
            self.targets.reserve(positions);
        }
    }

    fn clear_tables(&mut self) {
        self.rows.clear();
        self.depths.clear();
        self.targets.clear();
        self.phases.clear();
    }
}

fn overlap(range: Range<usize>, other: Range<usize>) -> Range<usize> {
    range.start.max(other.start)..range.end.min(other.end)
}
