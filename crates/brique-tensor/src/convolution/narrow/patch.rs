//! Patches: positions that are computed together, because what they read fits into the nearest cache.

use std::ops::Range;

use super::super::BLOCK_POSITIONS;
use super::axis::Axis;

/// The windows of a patch along both axes.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    pub(super) windows: [Range<usize>; 2],
    /// The elements of the source along both axes, counted from the first of the border.
    pub(super) elements: [Range<usize>; 2],
}

/// The rows of a patch if there are as many. With fewer rows, more of its copy would belong to the patches beside it.
const ROWS: usize = 4;

/// Divides the windows of both axes into patches of [`BLOCK_POSITIONS`]: several whole rows, or pieces of several long rows.
///
/// Along each axis, a patch has enough windows that at most as much again is copied for their reach. The division depends
/// neither on the type nor on the instruction set, as the gradient is added up patch by patch.
pub(super) fn patches(axes: &[Axis; 2]) -> impl Iterator<Item = Patch> {
    let [down, right] = axes;
    let most = BLOCK_POSITIONS / ROWS.min(down.windows.len()).max(1);
    let width = right.windows.len();
    let most = most.max(right.reach.div_ceil(right.stride));
    let columns = width.div_ceil(width.div_ceil(most).max(1)).max(1);
    let rows = (BLOCK_POSITIONS / columns)
        .max(down.reach.div_ceil(down.stride))
        .max(1);
    parts(&down.windows, rows).flat_map(move |y| {
        parts(&right.windows, columns).map(move |x| Patch {
            elements: [down.elements(&y), right.elements(&x)],
            windows: [y.clone(), x],
        })
    })
}

fn parts(range: &Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let end = range.end;
    range
        .clone()
        .step_by(length)
        .map(move |first| first..end.min(first + length))
}

/// The copies of a patch of some examples: for each position, the lanes of a panel for each channel of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) examples: usize,
    /// Height and width in elements of the source.
    pub(super) height: usize,
    pub(super) width: usize,
    /// The channels of a group that are copied to lanes of their own; 1 if the lanes hold them all.
    pub(super) channels: usize,
    /// The lanes of a panel.
    pub(super) lanes: usize,
}

impl Layout {
    pub(super) fn new(patch: &Patch, examples: usize, channels: usize, lanes: usize) -> Self {
        let [height, width] = patch.elements.clone().map(|elements| elements.len());
        Self {
            examples,
            height,
            width,
            channels,
            lanes,
        }
    }

    /// Returns the number of numbers.
    pub(super) fn size(&self) -> usize {
        self.at(self.examples, 0, 0, 0)
    }

    /// Returns where the lanes of an element are.
    pub(super) fn at(&self, example: usize, y: usize, channel: usize, x: usize) -> usize {
        (((example * self.height + y) * self.width + x) * self.channels + channel) * self.lanes
    }
}
