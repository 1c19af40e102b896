//! Sums over windows, in the forward pass and in the delta.

use std::marker::PhantomData;

use super::GroupPanel;
use super::axis::Grid;
use super::by_taps::{ANY, ByTaps};
use super::examples::Examples;
use super::lanes::Lanes;
use super::rolling::Rolling;
use super::target::Target;
use crate::Scalar;
use crate::simd::{Simd, Vector};

/// Some groups of one example.
pub(super) struct Windows<'a, T> {
    pub(super) grid: &'a Grid,
    pub(super) panel: GroupPanel,
    /// The channels that a group reads and computes.
    pub(super) of_group: [usize; 2],
    pub(super) lanes: &'a Lanes,
    pub(super) source: &'a Examples<'a, T>,
    pub(super) example: usize,
    /// For each tap and each channel that a group reads, a SIMD vector.
    pub(super) weights: &'a [T],
    /// The start value of each column, or none.
    pub(super) start: Option<&'a [T]>,
    pub(super) target: &'a mut [T],
    /// The numbers of a row of the target, and of a position.
    pub(super) target_row: usize,
    pub(super) target_channels: usize,
}

impl<T: Scalar> Windows<'_, T> {
    /// Computes all windows.
    #[inline(always)]
    pub(super) fn compute<S: Simd>(self, simd: S) {
        let Grid { down, right, .. } = self.grid;
        let (tap, step) = (right.offsets.step, right.source.step);
        // How many taps a window is after the one before it, if it shares elements with it.
        let steps = match () {
            () if right.taps == 1 || step == tap => 1,
            () if step == tap.wrapping_mul(2) => 2,
            () => 0,
        };
        match (self.of_group, [down.taps, right.taps], steps) {
            ([1, 1], [3, 3], 1) => simd.run(Rolling::<_, 3, 3, 1>(self)),
            ([1, 1], [3, 3], 2) => simd.run(Rolling::<_, 3, 3, 2>(self)),
            ([1, 1], [1, 3], 1) => simd.run(Rolling::<_, 1, 3, 1>(self)),
            ([1, 1], [1, 2], 1) => simd.run(Rolling::<_, 1, 2, 1>(self)),
            ([1, 1], [1, 1], 1) => simd.run(Rolling::<_, 1, 1, 1>(self)),
            ([1, 1], [_, 5], 1) => simd.run(ByTaps::<_, 1, true, 5, 1>(self)),
            ([1, 1], [_, 7], 1) => simd.run(ByTaps::<_, 1, true, 7, 1>(self)),
            ([1, 1], ..) => simd.run(ByTaps::<_, 1, true, 0, 1>(self)),
            _ if !S::HAS_WIDE_VECTORS => unreachable!("lanes are permuted in wide vectors only"),
            ([1, _], [_, 3], 1) => simd.run(ByTaps::<_, 1, false, 3, 1>(self)),
            ([2, 1], [_, 3], 1) if self.panel.vectors == 2 => simd.run(ByTaps::<_, 2, false, 3, 2>(self)),
            ([2, _], [_, 3], 1) => simd.run(ByTaps::<_, 2, false, 3, 1>(self)),
            ([3, _], [_, 3], 1) => simd.run(ByTaps::<_, 3, false, 3, 1>(self)),
            ([4, _], ..) => simd.run(ByTaps::<_, 4, false, 0, 1>(self)),
            _ => simd.run(ByTaps::<_, ANY, false, 0, 1>(self)),
        }
    }

    /// Returns the first channel of the panel in the source.
    #[inline(always)]
    pub(super) fn first_channel(&self) -> usize {
        self.panel.first_group * self.of_group[0]
    }

    /// Returns the start values of the columns of the panel.
    #[inline(always)]
    pub(super) fn start<V: Vector<Number = T>>(&self, simd: V::Simd) -> V {
        let (column, columns) = self.columns();
        match self.start {
            Some(row) => V::load_some(simd, &row[column..][..columns]),
            // −0 leaves every sum as it is; 0 would turn −0 into 0.
            None => V::splat(simd, -T::default()),
        }
    }

    /// Returns what is computed.
    #[inline(always)]
    pub(super) fn target<V: Vector<Number = T>>(&mut self) -> Target<'_, V> {
        let (column, columns) = self.columns();
        Target {
            numbers: &mut self.target[column..],
            steps: [&self.grid.down, &self.grid.right].map(|axis| axis.target),
            row: self.target_row,
            channels: self.target_channels,
            columns,
            vectors: PhantomData,
        }
    }

    /// Returns the first column of the panel, and their number.
    #[inline(always)]
    fn columns(&self) -> (usize, usize) {
        let outputs = self.of_group[1];
        (self.panel.first_group * outputs, self.panel.groups * outputs)
    }
}
