//! Windows of any kind: those next to each other are computed together, tap by tap.

use super::axis::Grid;
use super::columns::{Columns, Edge};
use super::examples::{Channels, Line};
use super::lanes::Lanes;
use super::target::Target;
use super::windows::Windows;
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The windows that are computed together: eight sums keep the multipliers busy. At the edge, and where fewer than eight are left,
/// there are four.
const MANY: usize = 8;
const FEW: usize = 4;

/// Any number of channels.
pub(super) const ANY: usize = 0;

/// Groups that read `CHANNELS` channels, or any number; if the channels of a group are the lanes of a vector, `DEPTHWISE`. Each
/// position is read as `VECTORS` vectors. If windows slide, the `SLIDE` taps of a row share their elements, and each is loaded once;
/// otherwise `SLIDE` is 0.
pub(super) struct ByTaps<
    'a,
    T,
    const CHANNELS: usize,
    const DEPTHWISE: bool,
    const SLIDE: usize,
    const VECTORS: usize,
>(pub(super) Windows<'a, T>);

impl<T: Scalar, const CHANNELS: usize, const DEPTHWISE: bool, const SLIDE: usize, const VECTORS: usize> Work
    for ByTaps<'_, T, CHANNELS, DEPTHWISE, SLIDE, VECTORS>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let lanes = <T as SimdNumber>::Vector::<S>::LANES;
        let first = self.0.first_channel();
        assert_eq!(self.0.panel.vectors, VECTORS);
        let mut source = [self.0.source.channels(self.0.example, first); VECTORS];
        for (vector, channels) in source.iter_mut().enumerate().skip(1) {
            *channels = self.0.source.channels(self.0.example, first + vector * lanes);
        }
        let Windows {
            grid,
            weights,
            lanes,
            of_group: [inputs, _],
            ..
        } = self.0;
        let mut rows = Rows::<<T as SimdNumber>::Vector<S>, CHANNELS, DEPTHWISE, SLIDE, VECTORS> {
            grid,
            source,
            weights,
            lanes,
            channels: if CHANNELS == ANY { inputs } else { CHANNELS },
            start: self.0.start(simd),
            target: self.0.target(),
        };
        for row in 0..grid.down.windows {
            rows.compute(simd, row);
        }
    }
}

/// The rows of windows of a panel.
struct Rows<
    'a,
    V: Vector,
    const CHANNELS: usize,
    const DEPTHWISE: bool,
    const SLIDE: usize,
    const VECTORS: usize,
> {
    grid: &'a Grid,
    source: [Channels<'a, V>; VECTORS],
    weights: &'a [V::Number],
    lanes: &'a Lanes,
    /// The channels that a group reads.
    channels: usize,
    start: V,
    target: Target<'a, V>,
}

impl<
    V: Vector<Number: Scalar>,
    const CHANNELS: usize,
    const DEPTHWISE: bool,
    const SLIDE: usize,
    const VECTORS: usize,
> Rows<'_, V, CHANNELS, DEPTHWISE, SLIDE, VECTORS>
{
    /// Computes the windows of a row.
    #[inline(always)]
    fn compute(&mut self, simd: V::Simd, row: usize) {
        let right = &self.grid.right;
        let mut first = 0;
        while first < right.windows {
            if right.inner.start <= first && first + MANY <= right.inner.end {
                self.windows::<MANY, true>(simd, row, first);
                first += MANY;
            } else {
                // The last windows are computed once more rather than one by one.
                self.windows::<FEW, false>(simd, row, first.min(right.windows.saturating_sub(FEW)));
                first += FEW;
            }
        }
    }

    /// Computes windows that are next to each other. `INSIDE` if none of them reaches beyond a row of the source.
    #[inline(always)]
    fn windows<const COUNT: usize, const INSIDE: bool>(&mut self, simd: V::Simd, row: usize, first: usize) {
        let Grid { down, right, .. } = self.grid;
        let size = right.taps * self.channels * V::LANES;
        let mut sums = [V::splat(simd, V::Number::default()); COUNT];
        for tap in 0..down.taps {
            let mut lines = [self.source[0].line(down.element(row, tap)); VECTORS];
            for (line, source) in lines.iter_mut().zip(&self.source).skip(1) {
                *line = source.line(down.element(row, tap));
            }
            let weights = &self.weights[tap * size..][..size];
            if SLIDE == 0 {
                self.add_tap_by_tap::<COUNT, INSIDE>(simd, lines, first, weights, &mut sums);
            } else {
                let mut columns = Edge {
                    lines,
                    offsets: [0; VECTORS],
                    position: right.element(first, 0),
                    step: right.offsets.step,
                };
                if INSIDE {
                    let mut columns = columns.inner(COUNT + SLIDE - 1);
                    self.slide(simd, &mut columns, weights, &mut sums);
                } else {
                    self.slide(simd, &mut columns, weights, &mut sums);
                }
            }
        }
        let end = right.windows.min(first + COUNT);
        let mut written = self.target.windows(row, first..end);
        for (window, sum) in sums.into_iter().enumerate() {
            if INSIDE || first + window < end {
                written.write(self.start.plus(sum));
            }
        }
    }

    /// Adds the products of one row of the windows.
    #[inline(always)]
    fn add_tap_by_tap<const COUNT: usize, const INSIDE: bool>(
        &self,
        simd: V::Simd,
        lines: [Line<'_, V>; VECTORS],
        first: usize,
        weights: &[V::Number],
        sums: &mut [V; COUNT],
    ) {
        let right = &self.grid.right;
        let of_taps = weights.chunks_exact(self.channels * V::LANES);
        for (tap, weights) in (0..right.taps).zip(of_taps) {
            let mut columns = Edge {
                lines,
                offsets: [0; VECTORS],
                position: right.element(first, tap),
                step: right.source.step,
            };
            if INSIDE {
                let mut columns = columns.inner(COUNT);
                self.add_tap(simd, &mut columns, weights, sums);
            } else {
                self.add_tap(simd, &mut columns, weights, sums);
            }
        }
    }

    /// Adds the products of one tap.
    #[inline(always)]
    fn add_tap<C: Columns<V, VECTORS>, const COUNT: usize>(
        &self,
        simd: V::Simd,
        columns: &mut C,
        weights: &[V::Number],
        sums: &mut [V; COUNT],
    ) {
        let mut elements = [[V::splat(simd, V::Number::default()); VECTORS]; COUNT];
        for element in &mut elements {
            *element = columns.next(simd);
        }
        for (channel, weight) in weights.chunks_exact(V::LANES).enumerate() {
            let weight = V::load(simd, weight);
            for (element, sum) in elements.iter().zip(&mut *sums) {
                let number = self
                    .lanes
                    .of_channel::<V, DEPTHWISE, VECTORS>(simd, *element, channel);
                *sum = number.times_plus(weight, *sum);
            }
        }
    }

    /// Adds the products of one row of windows that slide: each element is loaded once for the windows that have it.
    #[inline(always)]
    #[allow(
        clippy::needless_range_loop,
        reason = "tap, channel and window are indices of the weights and of the sums"
    )]
    fn slide<C: Columns<V, VECTORS>, const COUNT: usize>(
        &self,
        simd: V::Simd,
        columns: &mut C,
        weights: &[V::Number],
        sums: &mut [V; COUNT],
    ) {
        let weights = &weights[..SLIDE * CHANNELS * V::LANES];
        let mut of_taps = [[V::splat(simd, V::Number::default()); CHANNELS]; SLIDE];
        for tap in 0..SLIDE {
            for channel in 0..CHANNELS {
                of_taps[tap][channel] = V::load(simd, &weights[(tap * CHANNELS + channel) * V::LANES..]);
            }
        }
        for position in 0..COUNT + SLIDE - 1 {
            let numbers = columns.next(simd);
            for channel in 0..CHANNELS {
                let number = self
                    .lanes
                    .of_channel::<V, DEPTHWISE, VECTORS>(simd, numbers, channel);
                for tap in 0..SLIDE {
                    if tap <= position && position - tap < COUNT {
                        let sum = &mut sums[position - tap];
                        *sum = number.times_plus(of_taps[tap][channel], *sum);
                    }
                }
            }
        }
    }
}
