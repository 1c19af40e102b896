//! Groups with as many outputs as inputs: each element is multiplied by δ of the same channel of the group, then by δ rotated by one
//! channel, and so on. Only δ is permuted, for all taps at once.

use std::ops::Range;

use super::super::columns::Columns;
use super::super::lanes::MOST_CHANNELS;
use super::super::rotations::Rotations;
use super::Sums;
use super::runs::Products;
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The gradient of some weight rows of groups of `CHANNELS`, `TAPS` taps at once.
pub(super) struct Rotated<'a, T, const CHANNELS: usize, const TAPS: usize>(pub(super) Sums<'a, T>);

impl<T: Scalar, const CHANNELS: usize, const TAPS: usize> Work for Rotated<'_, T, CHANNELS, TAPS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        // A thread may compute only some of the weight rows of the first tap and of the last.
        let rows = self.0.gradient.len() / self.0.convolution.outputs;
        let mut taps = self.0.first / CHANNELS..(self.0.first + rows).div_ceil(CHANNELS);
        while taps.len() > 1 {
            self.taps::<<T as SimdNumber>::Vector<S>, TAPS>(simd, taps.clone());
            taps.start += TAPS;
        }
        if !taps.is_empty() {
            self.taps::<<T as SimdNumber>::Vector<S>, 1>(simd, taps);
        }
    }
}

impl<T: Scalar, const CHANNELS: usize, const TAPS: usize> Rotated<'_, T, CHANNELS, TAPS> {
    /// Adds the gradient of the first `COUNT` of some taps.
    #[inline(always)]
    fn taps<V: Vector<Number = T>, const COUNT: usize>(&mut self, simd: V::Simd, taps: Range<usize>) {
        let mut of_taps = OfTaps {
            rotations: self.0.rotations,
            sums: [[V::splat(simd, T::default()); CHANNELS]; COUNT],
        };
        self.0.add_taps(simd, &taps, &mut of_taps);
        for (tap, sums) in taps.zip(of_taps.sums) {
            self.add_tap(tap, sums);
        }
    }

    /// Adds the sums of a tap, whose lanes belong to the weight rows of all channels in turn.
    #[inline(always)]
    fn add_tap<V: Vector<Number = T>>(&mut self, tap: usize, sums: [V; CHANNELS]) {
        let mut lanes = [T::zero(); MOST_CHANNELS * MOST_LANES];
        for (lanes, sum) in lanes.chunks_exact_mut(MOST_LANES).zip(sums) {
            sum.store(lanes);
        }
        let outputs = self.0.convolution.outputs;
        let (column, columns) = self.0.columns();
        for channel in 0..CHANNELS {
            let row = (tap * CHANNELS + channel).wrapping_sub(self.0.first);
            if let Some(row) = self.0.gradient.chunks_exact_mut(outputs).nth(row) {
                let indices = self.0.rotations.indices(channel);
                for (target, index) in row[column..][..columns].iter_mut().zip(indices) {
                    *target += lanes[index % lanes.len()];
                }
            }
        }
    }
}

/// The sums of some taps, for each rotation of δ.
struct OfTaps<'a, V, const CHANNELS: usize, const COUNT: usize> {
    rotations: &'a Rotations,
    sums: [[V; CHANNELS]; COUNT],
}

impl<V, const CHANNELS: usize, const COUNT: usize> Products<V, COUNT> for OfTaps<'_, V, CHANNELS, COUNT>
where
    V: Vector<Number: Scalar>,
{
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the rotation is an index of all sums")]
    fn add<E: Columns<V, COUNT>, D: Columns<V, 1>>(
        &mut self,
        simd: V::Simd,
        elements: &mut E,
        delta: &mut D,
        positions: usize,
    ) {
        for _ in 0..positions {
            let of_delta = delta.next(simd);
            let elements = elements.next(simd);
            for rotation in 0..CHANNELS {
                let rotated = if rotation == 0 {
                    of_delta[0]
                } else {
                    self.rotations.rotate(simd, of_delta[0], rotation)
                };
                for tap in 0..COUNT {
                    let sum = &mut self.sums[tap][rotation];
                    *sum = elements[tap].times_plus(rotated, *sum);
                }
            }
        }
    }
}
