//! Convolutions with narrow groups whose windows slide by one position: windows that are next to each other share most of
//! their elements, and each element is loaded once for all of them.
//!
//! Each sum has the same terms in the same order as in tiles of windows that are loaded one by one.

mod gradient;
mod windows;

pub(super) use self::gradient::SlidingGradient;
pub(super) use self::windows::Sliding;
use super::super::panels::{CHUNK, lanes};
use crate::Scalar;
use crate::convolution::Convolution;
use crate::simd::{MOST_LANES, Simd, Vector};

/// The windows that are computed together: eight sums keep the multipliers busy.
const AT_ONCE: usize = 8;

impl Convolution {
    /// Returns whether [`Sliding`] computes windows of which this number are next to each other.
    pub(super) fn slides(&self, run: usize) -> bool {
        self.has_sliding_windows() && run >= AT_ONCE
    }

    /// Returns whether [`SlidingGradient`] computes this number of rows of the weights.
    pub(super) fn has_sliding_gradient(&self, rows: usize) -> bool {
        let is_all = self.axes[0].kernel() == 3 && rows == self.weight_rows();
        self.has_sliding_windows() && self.axes[1].kernel() == 3 && is_all
    }

    /// Returns whether windows slide by one position, and there is a loop for their length and for the channels of a group.
    pub(super) fn has_sliding_windows(&self) -> bool {
        let right = self.axes[1];
        let sizes = (self.group_inputs(), right.kernel());
        let is_known = matches!(sizes, (1, 3 | 5 | 7) | (2 | 4 | 8, 3));
        // A deeper sum has several parts.
        let is_one_sum = self.weight_rows() <= CHUNK;
        is_known && is_one_sum && self.inputs == self.outputs && right.stride() == 1 && right.dilation() == 1
    }
}

/// Returns whether several channels of a group slide: two groups fit into a SIMD vector, whose lanes can be permuted in
/// registers.
fn has_lanes<T: Scalar, S: Simd>(channels: usize) -> bool {
    S::HAS_WIDE_VECTORS && 2 * channels <= lanes::<T, S>()
}

/// The lanes of the input that every lane of the output needs: those of the channels of its group.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "numbers of lanes are small")]
fn lanes_of_channels<const CHANNELS: usize>() -> [[u32; MOST_LANES]; CHANNELS] {
    let mut lanes = [[0; MOST_LANES]; CHANNELS];
    for (channel, lanes) in lanes.iter_mut().enumerate() {
        for (lane, from) in lanes.iter_mut().enumerate() {
            *from = (lane / CHANNELS * CHANNELS + channel) as u32;
        }
    }
    lanes
}

/// Returns for every lane the number of one channel of its group.
#[inline(always)]
fn of_group<V: Vector, const CHANNELS: usize>(
    simd: V::Simd,
    numbers: V,
    lanes: &[[u32; MOST_LANES]; CHANNELS],
    channel: usize,
) -> V {
    if CHANNELS == 1 {
        numbers
    } else {
        numbers.permute(simd, &lanes[channel])
    }
}
