//! Convolutions with groups so narrow that several fit into a SIMD vector: a depthwise convolution is one of them.
//!
//! Each lane needs the inputs of its own group. A vector of channels is loaded from the example itself, its lanes are permuted
//! if a group has several channels, and it is multiplied by a vector of weights. Elements beside the example are replaced by 0
//! when they would be loaded, and the rows above and below it are a row of zeros. Nothing is copied, except the last rows if the
//! last vector of a position reaches beyond them.
//!
//! Whether groups are narrow depends on the instruction set, but no bit of a result may: each element is the same sum in the
//! same order as with wide groups.

mod axis;
mod by_taps;
mod columns;
mod delta;
mod examples;
mod forward;
mod gradient;
mod lanes;
mod rolling;
mod rotations;
mod strided;
mod target;
mod windows;

pub(super) use self::axis::Grid;
pub(super) use self::delta::delta;
pub(super) use self::forward::forward;
pub(super) use self::gradient::gradient;
use super::Convolution;
use super::panels::{CHUNK, lanes};
use crate::Scalar;
use crate::simd::Simd;

impl Convolution {
    /// Returns whether groups are narrow: several fit into a SIMD vector, and a window is added up as one sum.
    #[inline(always)]
    pub(super) fn has_narrow_groups<T: Scalar, S: Simd>(&self) -> bool {
        // Lanes are permuted in registers only in wide vectors; otherwise groups have one channel, and at least four fit.
        let most = if S::HAS_WIDE_VECTORS {
            lanes::<T, S>() / 2
        } else {
            usize::from(lanes::<T, S>() >= 4)
        };
        let is_one_sum = self.taps() * self.widest_side() <= CHUNK;
        // The compiler knows whether `most > 0`, and leaves out the loops for vectors of two numbers.
        most > 0 && self.groups > 1 && self.widest_side() <= most && is_one_sum
    }

    /// Returns the channels of a group of the input or of the output: the larger number.
    fn widest_side(&self) -> usize {
        self.group_inputs().max(self.group_outputs())
    }

    /// Returns the panels of all groups.
    fn group_panels<T: Scalar, S: Simd>(&self) -> GroupPanels {
        GroupPanels {
            groups: self.groups,
            at_once: lanes::<T, S>() / self.widest_side(),
            vectors: 1,
        }
    }

    /// Returns the panels for windows of groups that read and compute these numbers of channels.
    ///
    /// If groups add pairs of channels, two SIMD vectors are read for each one that is computed, which would be half empty otherwise.
    /// Only windows of three taps that slide are compiled for it, the most frequent ones.
    fn panels_of_windows<T: Scalar, S: Simd>(&self, of_group: [usize; 2]) -> GroupPanels {
        let right = self.axes[1];
        let is_one_slide = right.kernel() == 3 && right.stride() == right.dilation();
        if of_group == [2, 1] && is_one_slide {
            GroupPanels {
                groups: self.groups,
                at_once: lanes::<T, S>(),
                vectors: 2,
            }
        } else {
            self.group_panels::<T, S>()
        }
    }
}

/// The panels of all groups.
#[derive(Debug, Clone, Copy)]
struct GroupPanels {
    groups: usize,
    /// The groups of a panel; the last one may have fewer.
    at_once: usize,
    /// The SIMD vectors that are read for a position.
    vectors: usize,
}

impl GroupPanels {
    fn count(self) -> usize {
        self.groups.div_ceil(self.at_once)
    }

    fn panels(self) -> impl Iterator<Item = GroupPanel> + Clone {
        let Self {
            groups,
            at_once,
            vectors,
        } = self;
        (0..groups).step_by(at_once).map(move |first_group| GroupPanel {
            first_group,
            groups: at_once.min(groups - first_group),
            vectors,
        })
    }

    /// Returns by how many numbers the vectors of the last panel reach beyond a position with this number of channels in a group.
    fn beyond<T: Scalar, S: Simd>(self, group_channels: usize) -> usize {
        let first_group = (self.count() - 1) * self.at_once;
        let loaded = self.vectors * lanes::<T, S>();
        (first_group * group_channels + loaded).saturating_sub(self.groups * group_channels)
    }
}

/// Some groups: as many as fit into a SIMD vector with their outputs, and into `vectors` of them with their inputs.
#[derive(Debug, Clone, Copy)]
struct GroupPanel {
    first_group: usize,
    groups: usize,
    vectors: usize,
}
