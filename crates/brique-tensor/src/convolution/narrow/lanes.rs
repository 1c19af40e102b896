//! The lanes of a vector of channels that every lane of the result needs.

use crate::simd::{MOST_LANES, Vector};

/// The most channels of a narrow group: two groups fit into the widest SIMD vector.
pub(super) const MOST_CHANNELS: usize = MOST_LANES / 2;

/// For each channel of a group, the lanes that hold it: those of the group of every lane.
pub(super) struct Lanes([[u32; MOST_LANES]; MOST_CHANNELS]);

impl Lanes {
    /// The lanes for groups that read `inputs` channels and compute `outputs`.
    #[allow(clippy::cast_possible_truncation, reason = "numbers of lanes are small")]
    pub(super) fn new(inputs: usize, outputs: usize) -> Self {
        let mut of_channels = [[0; MOST_LANES]; MOST_CHANNELS];
        for (channel, lanes) in of_channels.iter_mut().enumerate() {
            for (lane, from) in lanes.iter_mut().enumerate() {
                *from = (lane / outputs * inputs + channel) as u32;
            }
        }
        Self(of_channels)
    }

    /// Returns for every lane the number of one channel of its group. `DEPTHWISE` if that is the lane itself. Two vectors hold
    /// pairs.
    #[inline(always)]
    pub(super) fn of_channel<V: Vector, const DEPTHWISE: bool, const VECTORS: usize>(
        &self,
        simd: V::Simd,
        numbers: [V; VECTORS],
        channel: usize,
    ) -> V {
        match numbers.as_slice() {
            _ if DEPTHWISE => numbers[0],
            &[first, second] => {
                let (even, odd) = first.separate(second);
                if channel == 0 { even } else { odd }
            }
            _ => numbers[0].permute(simd, &self.0[channel]),
        }
    }
}
