//! Sums over windows, in the forward pass and in the delta.

use super::GroupPanel;
use super::axis::{Axis, Grid, Steps};
use super::image::{Image, Line, Taps};
use super::lanes::Lanes;
use super::rolling::Rolling;
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The windows that are computed together: eight sums keep the multipliers busy.
const AT_ONCE: usize = 8;

/// Some groups of one example.
pub(super) struct Windows<'a, T> {
    pub(super) grid: &'a Grid,
    pub(super) panel: GroupPanel,
    /// The channels that a group reads and computes.
    pub(super) of_group: [usize; 2],
    pub(super) lanes: &'a Lanes,
    pub(super) source: Image<'a, T>,
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
            ([1, 1], [2, 2], 1) => simd.run(Rolling::<_, 2, 2, 1>(self)),
            ([1, 1], [1, 2], 1) => simd.run(Rolling::<_, 1, 2, 1>(self)),
            ([1, 1], [2, 1], 1) => simd.run(Rolling::<_, 2, 1, 1>(self)),
            ([1, 1], [1, 1], 1) => simd.run(Rolling::<_, 1, 1, 1>(self)),
            ([1, 1], [_, 5], 1) => simd.run(ByTaps::<_, 1, true, 5>(self)),
            ([1, 1], [_, 7], 1) => simd.run(ByTaps::<_, 1, true, 7>(self)),
            ([1, 1], ..) => simd.run(ByTaps::<_, 1, true, 0>(self)),
            _ if !S::HAS_WIDE_VECTORS => unreachable!("lanes are permuted in wide vectors only"),
            ([1, _], [_, 3], 1) => simd.run(ByTaps::<_, 1, false, 3>(self)),
            ([2, _], [_, 3], 1) => simd.run(ByTaps::<_, 2, false, 3>(self)),
            ([3, _], ..) => simd.run(ByTaps::<_, 3, false, 0>(self)),
            ([4, _], ..) => simd.run(ByTaps::<_, 4, false, 0>(self)),
            _ => simd.run(ByTaps::<_, ANY, false, 0>(self)),
        }
    }

    /// Returns the first channel of the panel in the source.
    #[inline(always)]
    pub(super) fn first_channel(&self) -> usize {
        self.panel.first_group * self.of_group[0]
    }

    /// Returns what is computed.
    #[inline(always)]
    pub(super) fn target<V: Vector<Number = T>>(&mut self, simd: V::Simd) -> Target<'_, V> {
        let outputs = self.of_group[1];
        let (column, columns) = (self.panel.first_group * outputs, self.panel.groups * outputs);
        Target {
            numbers: &mut self.target[column..],
            steps: [&self.grid.down, &self.grid.right].map(|axis| axis.target),
            row: self.target_row,
            channels: self.target_channels,
            columns,
            start: match self.start {
                Some(row) => V::load_some(simd, &row[column..][..columns]),
                // −0 leaves every sum as it is; 0 would turn −0 into 0.
                None => V::splat(simd, -T::default()),
            },
        }
    }
}

/// Where windows are written.
pub(super) struct Target<'a, V: Vector> {
    /// The numbers from the first column of the panel on.
    numbers: &'a mut [V::Number],
    /// The positions of windows along both axes.
    steps: [Steps; 2],
    /// The numbers of a row, and of a position.
    row: usize,
    channels: usize,
    /// The columns of the panel.
    columns: usize,
    start: V,
}

impl<V: Vector> Target<'_, V> {
    /// Writes windows that are next to each other.
    #[inline(always)]
    pub(super) fn store(&mut self, row: usize, first: usize, sums: &[V]) {
        let [down, right] = self.steps;
        let begin = down.at(row) * self.row;
        for (window, &sum) in sums.iter().enumerate() {
            let target = &mut self.numbers[begin + right.at(first + window) * self.channels..];
            if self.columns == V::LANES {
                self.start.plus(sum).store(target);
            } else {
                self.start.plus(sum).store_some(&mut target[..self.columns]);
            }
        }
    }
}

/// Any number of channels.
const ANY: usize = 0;

/// Windows that are next to each other are computed together, tap by tap. If they slide, the `SLIDE` taps of a row share their
/// elements: each is loaded once.
struct ByTaps<'a, T, const CHANNELS: usize, const DEPTHWISE: bool, const SLIDE: usize>(Windows<'a, T>);

impl<T: Scalar, const CHANNELS: usize, const DEPTHWISE: bool, const SLIDE: usize> Work
    for ByTaps<'_, T, CHANNELS, DEPTHWISE, SLIDE>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let Windows {
            grid,
            source,
            weights,
            lanes,
            of_group: [inputs, _],
            ..
        } = self.0;
        let Grid { down, right, .. } = grid;
        let channel = self.0.first_channel();
        let channels = if CHANNELS == ANY { inputs } else { CHANNELS };
        let mut target = self.0.target::<<T as SimdNumber>::Vector<S>>(simd);
        let size = channels * <T as SimdNumber>::Vector::<S>::LANES;
        let steps = [
            down.offsets.step.wrapping_mul(source.width),
            right.offsets.step,
            right.source.step,
        ]
        .map(|step| step.wrapping_mul(source.channels));
        let terms = Terms { lanes, channels };
        let last = right.windows.saturating_sub(AT_ONCE);
        for row in 0..down.windows {
            let is_inner = |first: usize| {
                let inner = &right.inner;
                down.inner.contains(&row) && inner.start <= first && first + AT_ONCE <= inner.end
            };
            for first in (0..right.windows).step_by(AT_ONCE) {
                // The last windows of a row are computed once more rather than one by one.
                let first = first.min(last);
                let taps = if is_inner(first) {
                    let position = down.element(row, 0) * source.width + right.element(first, 0);
                    let index = position * source.channels + channel;
                    Taps::new(source.numbers, index, steps, [down.taps, right.taps])
                } else {
                    None
                };
                let mut sums = [<T as SimdNumber>::Vector::<S>::splat(simd, T::default()); AT_ONCE];
                let of_rows = weights.chunks_exact(right.taps * size).take(down.taps);
                if let Some(taps) = taps {
                    for (row, weights) in of_rows.enumerate() {
                        let elements = Inside { taps: &taps, row };
                        terms.add::<_, _, CHANNELS, DEPTHWISE, SLIDE>(simd, &elements, weights, &mut sums);
                    }
                } else {
                    for (tap, weights) in of_rows.enumerate() {
                        let elements = AtEdge {
                            line: source.line(down.element(row, tap), channel),
                            axis: right,
                            first,
                        };
                        terms.add::<_, _, CHANNELS, DEPTHWISE, SLIDE>(simd, &elements, weights, &mut sums);
                    }
                }
                target.store(row, first, &sums[..AT_ONCE.min(right.windows - first)]);
            }
        }
    }
}

/// The elements that some windows have in one row of the source.
trait Elements<V: Vector> {
    /// Loads the element of a tap of a window.
    fn load(&self, simd: V::Simd, tap: usize, window: usize) -> V;
}

/// Elements that all exist.
struct Inside<'a, V: Vector> {
    taps: &'a Taps<'a, V, AT_ONCE>,
    row: usize,
}

impl<V: Vector<Number: Scalar>> Elements<V> for Inside<'_, V> {
    #[inline(always)]
    fn load(&self, simd: V::Simd, tap: usize, window: usize) -> V {
        self.taps.load(simd, self.row, tap, window)
    }
}

/// Elements of which some may be beyond the edge.
struct AtEdge<'a, T> {
    line: Line<'a, T>,
    axis: &'a Axis,
    first: usize,
}

impl<V: Vector<Number: Scalar>> Elements<V> for AtEdge<'_, V::Number> {
    #[inline(always)]
    fn load(&self, simd: V::Simd, tap: usize, window: usize) -> V {
        self.line.load(simd, self.axis.element(self.first + window, tap))
    }
}

/// How the products of one row of the windows are added.
#[derive(Clone, Copy)]
struct Terms<'a> {
    lanes: &'a Lanes,
    /// The channels that a group reads.
    channels: usize,
}

impl Terms<'_> {
    #[inline(always)]
    fn add<V, E, const CHANNELS: usize, const DEPTHWISE: bool, const SLIDE: usize>(
        self,
        simd: V::Simd,
        elements: &E,
        weights: &[V::Number],
        sums: &mut [V; AT_ONCE],
    ) where
        V: Vector<Number: Scalar>,
        E: Elements<V>,
    {
        if SLIDE == 0 {
            self.tap_by_tap::<V, E, DEPTHWISE>(simd, elements, weights, sums);
        } else {
            self.slide::<V, E, CHANNELS, DEPTHWISE, SLIDE>(simd, elements, weights, sums);
        }
    }

    #[inline(always)]
    fn tap_by_tap<V, E, const DEPTHWISE: bool>(
        self,
        simd: V::Simd,
        elements: &E,
        weights: &[V::Number],
        sums: &mut [V; AT_ONCE],
    ) where
        V: Vector<Number: Scalar>,
        E: Elements<V>,
    {
        let of_taps = weights.chunks_exact(self.channels * V::LANES);
        for (tap, weights) in of_taps.enumerate() {
            let mut of_tap = [V::splat(simd, V::Number::default()); AT_ONCE];
            for (window, element) in of_tap.iter_mut().enumerate() {
                *element = elements.load(simd, tap, window);
            }
            for (channel, weight) in weights.chunks_exact(V::LANES).enumerate() {
                let weight = V::load(simd, weight);
                for (element, sum) in of_tap.iter().zip(&mut *sums) {
                    let number = self.lanes.of_channel::<V, DEPTHWISE>(simd, *element, channel);
                    *sum = number.times_plus(weight, *sum);
                }
            }
        }
    }

    /// As `tap_by_tap`, for windows that slide: each element is loaded once for the windows that have it.
    #[inline(always)]
    #[allow(
        clippy::needless_range_loop,
        reason = "tap, channel and window are indices of the weights and of the sums"
    )]
    fn slide<V, E, const CHANNELS: usize, const DEPTHWISE: bool, const SLIDE: usize>(
        self,
        simd: V::Simd,
        elements: &E,
        weights: &[V::Number],
        sums: &mut [V; AT_ONCE],
    ) where
        V: Vector<Number: Scalar>,
        E: Elements<V>,
    {
        let weights = &weights[..SLIDE * CHANNELS * V::LANES];
        let mut of_taps = [[V::splat(simd, V::Number::default()); CHANNELS]; SLIDE];
        for tap in 0..SLIDE {
            for channel in 0..CHANNELS {
                of_taps[tap][channel] = V::load(simd, &weights[(tap * CHANNELS + channel) * V::LANES..]);
            }
        }
        for position in 0..AT_ONCE + SLIDE - 1 {
            let window = position.min(AT_ONCE - 1);
            let numbers = elements.load(simd, position - window, window);
            for channel in 0..CHANNELS {
                let number = self.lanes.of_channel::<V, DEPTHWISE>(simd, numbers, channel);
                for tap in 0..SLIDE {
                    if tap <= position && position - tap < AT_ONCE {
                        let sum = &mut sums[position - tap];
                        *sum = number.times_plus(of_taps[tap][channel], *sum);
                    }
                }
            }
        }
    }
}
