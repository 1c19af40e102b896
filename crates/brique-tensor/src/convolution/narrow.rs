//! Convolutions with groups so narrow that several fit into a SIMD vector: a depthwise convolution is one of them.
//!
//! Each lane needs the inputs of its own group. A vector of channels is loaded from the example itself, its lanes are permuted
//! if a group has several channels, and it is multiplied by a vector of weights. Elements beyond the edge are replaced by 0 when
//! they would be loaded. Nothing is copied, except the last examples if the last vector of a position reaches beyond it.
//!
//! Whether groups are narrow depends on the instruction set, but no bit of a result may: each element is the same sum in the
//! same order as with wide groups.

mod axis;
mod delta;
mod forward;
mod gradient;
mod image;
mod lanes;
mod rolling;
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
    fn group_panels<T: Scalar, S: Simd>(&self) -> impl Iterator<Item = GroupPanel> + Clone + use<T, S> {
        let (groups, at_once) = (self.groups, lanes::<T, S>() / self.widest_side());
        (0..groups).step_by(at_once).map(move |first_group| GroupPanel {
            first_group,
            groups: at_once.min(groups - first_group),
        })
    }

    /// Returns by how many numbers the vectors of the last panel reach beyond a position with this number of channels in a group.
    fn beyond<T: Scalar, S: Simd>(&self, group_channels: usize) -> usize {
        let last = self
            .group_panels::<T, S>()
            .last()
            .map_or(0, |panel| panel.first_group);
        (last * group_channels + lanes::<T, S>()).saturating_sub(self.groups * group_channels)
    }
}

/// Some groups: as many as fit into a SIMD vector with their inputs and with their outputs.
#[derive(Debug, Clone, Copy)]
struct GroupPanel {
    first_group: usize,
    groups: usize,
}
