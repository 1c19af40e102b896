//! The channels of groups, each moved on within its group.

use super::lanes::MOST_CHANNELS;
use crate::simd::{MOST_LANES, Vector};

/// The rotations of groups of some channels: rotation r moves channel c + r to channel c.
pub(super) struct Rotations {
    /// For each rotation, the lane from which every lane comes.
    lanes: [[u32; MOST_LANES]; MOST_CHANNELS],
    /// For each channel of a group, where the products of this channel with the channel of every lane are: which of the rotations,
    /// times `MOST_LANES`, plus the lane.
    indices: [[usize; MOST_LANES]; MOST_CHANNELS],
}

impl Rotations {
    #[allow(clippy::cast_possible_truncation, reason = "numbers of lanes are small")]
    pub(super) fn new(channels: usize) -> Self {
        let mut rotations = Self {
            lanes: [[0; MOST_LANES]; MOST_CHANNELS],
            indices: [[0; MOST_LANES]; MOST_CHANNELS],
        };
        for index in 0..channels.min(MOST_CHANNELS) {
            for lane in 0..MOST_LANES {
                let (first, channel) = (lane - lane % channels, lane % channels);
                rotations.lanes[index][lane] = (first + (channel + index) % channels) as u32;
                let rotation = (channel + channels - index) % channels;
                rotations.indices[index][lane] = rotation * MOST_LANES + first + index;
            }
        }
        rotations
    }

    #[inline(always)]
    pub(super) fn rotate<V: Vector>(&self, simd: V::Simd, numbers: V, rotation: usize) -> V {
        numbers.permute(simd, &self.lanes[rotation])
    }

    #[inline(always)]
    pub(super) fn indices(&self, channel: usize) -> &[usize; MOST_LANES] {
        &self.indices[channel]
    }
}
