//! Convolutions with narrow groups whose windows slide by one position: windows that are next to each other share most of
//! their elements, and each element is loaded once for all of them.
//!
//! Each sum has the same terms in the same order as in tiles of windows that are loaded one by one.

use super::super::offsets::Offsets;
use super::super::panels::lanes;
use crate::Scalar;
use crate::convolution::Convolution;
use crate::product::operands::{Start, load};
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The windows that are computed together: eight sums keep the multipliers busy.
const AT_ONCE: usize = 8;

/// The positions of δ that are in registers together with nine sums, if there are 32 registers and if there are fewer.
const DELTAS: usize = 4;
const FEWER_DELTAS: usize = 2;

/// Some columns of the output, or of the delta, for one patch.
pub(super) struct Sliding<'a, T> {
    /// The copy of the patch: a SIMD vector or two for each position.
    pub(super) a: &'a [T],
    pub(super) rows: Offsets<'a>,
    /// As many rows are next to each other.
    pub(super) run: usize,
    pub(super) depths: Offsets<'a>,
    pub(super) weights: &'a [T],
    pub(super) start: Start<'a, T>,
    pub(super) c: &'a mut [T],
    pub(super) targets: &'a [usize],
    pub(super) columns: usize,
}

impl Convolution {
    /// Returns whether [`Sliding`] computes so many windows that are next to each other.
    pub(super) fn slides(&self, run: usize) -> bool {
        self.has_sliding_windows() && run >= AT_ONCE
    }

    /// Returns whether [`SlidingGradient`] computes so many rows of the weights.
    pub(super) fn has_sliding_gradient(&self, rows: usize) -> bool {
        let is_all = self.axes[0].kernel() == 3 && rows == self.weight_rows();
        self.has_sliding_windows() && self.axes[1].kernel() == 3 && is_all
    }

    /// Returns whether windows slide by one position, and there is a loop for their length and for the channels of a group.
    pub(super) fn has_sliding_windows(&self) -> bool {
        let right = self.axes[1];
        let sizes = (self.group_inputs(), right.kernel());
        let is_known = matches!(sizes, (1, 3 | 5 | 7) | (2 | 4 | 8, 3));
        is_known && self.inputs == self.outputs && right.stride() == 1 && right.dilation() == 1
    }
}

impl<T: Scalar> Sliding<'_, T> {
    /// Computes all rows. `REVERSED` if later elements of a window come before earlier ones, as in the delta.
    #[inline(always)]
    pub(super) fn compute<S: Simd, const WIDE: usize, const REVERSED: bool>(
        self,
        simd: S,
        convolution: &Convolution,
    ) {
        match (convolution.group_inputs(), convolution.axes[1].kernel()) {
            (1, 3) => simd.run(Windows::<_, 1, 3, WIDE, REVERSED>(self)),
            (1, 5) => simd.run(Windows::<_, 1, 5, WIDE, REVERSED>(self)),
            (1, _) => simd.run(Windows::<_, 1, 7, WIDE, REVERSED>(self)),
            (2, _) if has_lanes::<T, S>(2) => simd.run(Windows::<_, 2, 3, WIDE, REVERSED>(self)),
            (4, _) if has_lanes::<T, S>(4) => simd.run(Windows::<_, 4, 3, WIDE, REVERSED>(self)),
            _ if has_lanes::<T, S>(8) => simd.run(Windows::<_, 8, 3, WIDE, REVERSED>(self)),
            _ => (),
        }
    }
}

/// Returns whether groups with so many channels are narrow.
fn has_lanes<T: Scalar, S: Simd>(channels: usize) -> bool {
    2 * channels <= lanes::<T, S>()
}

/// Windows with rows of `KERNEL` elements of groups with `CHANNELS` channels, in `WIDE` SIMD vectors.
struct Windows<'a, T, const CHANNELS: usize, const KERNEL: usize, const WIDE: usize, const REVERSED: bool>(
    Sliding<'a, T>,
);

impl<T: Scalar, const CHANNELS: usize, const KERNEL: usize, const WIDE: usize, const REVERSED: bool> Work
    for Windows<'_, T, CHANNELS, KERNEL, WIDE, REVERSED>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let run = self.0.run;
        let mut sliding = self.0;
        for first_of_run in (0..sliding.targets.len()).step_by(run) {
            for first in (0..run).step_by(AT_ONCE) {
                // The last windows of a run are computed once more rather than one by one.
                let first = first_of_run + first.min(run - AT_ONCE);
                for vector in 0..WIDE {
                    windows::<<T as SimdNumber>::Vector<S>, CHANNELS, KERNEL, WIDE, REVERSED>(
                        simd,
                        &mut sliding,
                        first,
                        vector,
                    );
                }
            }
        }
    }
}

/// The lanes of the input that every lane of the output needs: those of the channels of its group.
#[inline(always)]
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

/// Computes one SIMD vector of some windows.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "tap, channel and window are indices of the weights and of the sums"
)]
fn windows<V, const CHANNELS: usize, const KERNEL: usize, const WIDE: usize, const REVERSED: bool>(
    simd: V::Simd,
    sliding: &mut Sliding<'_, V::Number>,
    first: usize,
    vector: usize,
) where
    V: Vector<Number: Scalar>,
{
    let (width, column) = (WIDE * V::LANES, vector * V::LANES);
    if column >= sliding.columns {
        return;
    }
    let mut sums = [V::splat(simd, V::Number::default()); AT_ONCE];
    let lanes = lanes_of_channels::<CHANNELS>();
    let elements = AT_ONCE + KERNEL - 1;
    let weights = sliding.weights.chunks_exact(KERNEL * CHANNELS * width);
    for (depths, weights) in sliding.depths.numbers().chunks_exact(KERNEL).zip(weights) {
        let lowest = if REVERSED { depths[KERNEL - 1] } else { depths[0] };
        let line = &sliding.a[sliding.rows.numbers()[first] + lowest..][..elements * width];
        let mut of_taps = [[V::splat(simd, V::Number::default()); CHANNELS]; KERNEL];
        for tap in 0..KERNEL {
            for channel in 0..CHANNELS {
                of_taps[tap][channel] =
                    V::load(simd, &weights[(tap * CHANNELS + channel) * width + column..]);
            }
        }
        for element in 0..elements {
            let place = if REVERSED { elements - 1 - element } else { element };
            let numbers = V::load(simd, &line[place * width + column..]);
            for channel in 0..CHANNELS {
                let number = of_group(simd, numbers, &lanes, channel);
                for tap in 0..KERNEL {
                    if tap <= element && element - tap < AT_ONCE {
                        let window = element - tap;
                        sums[window] = number.times_plus(of_taps[tap][channel], sums[window]);
                    }
                }
            }
        }
    }
    let columns = V::LANES.min(sliding.columns - column);
    let start = match sliding.start {
        Start::Row(row) => V::load_some(simd, &row[column..][..columns]),
        // −0 leaves every sum as it is; 0 would turn −0 into 0.
        _ => V::splat(simd, -V::Number::default()),
    };
    for window in 0..AT_ONCE {
        let place = if REVERSED { AT_ONCE - 1 - window } else { window };
        let target = sliding.targets[first + place] + column;
        start
            .plus(sums[window])
            .store_some(&mut sliding.c[target..][..columns]);
    }
}

/// The gradient of the weights of 3 × 3 windows, from positions in rows of the output.
pub(super) struct SlidingGradient<'a, T, const WIDE: usize> {
    /// The copy of the patch: `WIDE` SIMD vectors for each position.
    pub(super) a: &'a [T],
    /// The windows, of which `run` are next to each other.
    pub(super) windows: Offsets<'a>,
    pub(super) run: usize,
    /// The elements of a window.
    pub(super) elements: Offsets<'a>,
    /// δ from the first window on.
    pub(super) delta: &'a [T],
    pub(super) outputs: usize,
    pub(super) gradient: &'a mut [T],
    pub(super) columns: usize,
}

impl<T: Scalar, const WIDE: usize> SlidingGradient<'_, T, WIDE> {
    /// Adds the gradient of all rows of the weights.
    #[inline(always)]
    pub(super) fn compute<S: Simd>(self, simd: S, channels: usize) {
        match channels {
            1 => simd.run(Gradient::<_, 1, 3, WIDE>(self)),
            2 if has_lanes::<T, S>(2) => simd.run(Gradient::<_, 2, 1, WIDE>(self)),
            4 if has_lanes::<T, S>(4) => simd.run(Gradient::<_, 4, 1, WIDE>(self)),
            _ if has_lanes::<T, S>(8) => simd.run(Gradient::<_, 8, 1, WIDE>(self)),
            _ => (),
        }
    }
}

/// The gradient for groups with `CHANNELS` channels. `ROWS` rows of the window are added up together.
struct Gradient<'a, T, const CHANNELS: usize, const ROWS: usize, const WIDE: usize>(
    SlidingGradient<'a, T, WIDE>,
);

impl<T: Scalar, const CHANNELS: usize, const ROWS: usize, const WIDE: usize> Work
    for Gradient<'_, T, CHANNELS, ROWS, WIDE>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        for vector in 0..WIDE {
            for row in (0..3).step_by(ROWS) {
                self.rows::<<T as SimdNumber>::Vector<S>>(simd, row, vector * lanes::<T, S>());
            }
        }
    }
}

impl<T: Scalar, const CHANNELS: usize, const ROWS: usize, const WIDE: usize>
    Gradient<'_, T, CHANNELS, ROWS, WIDE>
{
    #[inline(always)]
    fn rows<V: Vector<Number = T>>(&mut self, simd: V::Simd, row: usize, column: usize) {
        let SlidingGradient {
            windows,
            run,
            delta,
            outputs,
            columns,
            ..
        } = self.0;
        if column >= columns {
            return;
        }
        let columns = V::LANES.min(columns - column);
        let mut sums = [[[V::splat(simd, T::default()); CHANNELS]; 3]; ROWS];
        let mut lines = [0; ROWS];
        for (index, line) in lines.iter_mut().enumerate() {
            *line = self.0.elements.numbers()[(row + index) * 3];
        }
        let at_once = if V::Simd::REGISTERS >= 32 {
            DELTAS
        } else {
            FEWER_DELTAS
        };
        let many = run - run % at_once;
        for (windows, delta) in windows
            .numbers()
            .chunks_exact(run)
            .zip(delta.chunks(run * outputs))
        {
            for first in (0..many).step_by(at_once) {
                let delta = &delta[first * outputs + column..];
                if at_once == DELTAS {
                    self.add::<V, DELTAS>(simd, (windows[first], lines), delta, columns, column, &mut sums);
                } else {
                    self.add::<V, FEWER_DELTAS>(
                        simd,
                        (windows[first], lines),
                        delta,
                        columns,
                        column,
                        &mut sums,
                    );
                }
            }
            for first in many..run {
                let delta = &delta[first * outputs + column..];
                self.add::<V, 1>(simd, (windows[first], lines), delta, columns, column, &mut sums);
            }
        }
        let targets = self.0.gradient[row * 3 * CHANNELS * outputs..].chunks_mut(outputs);
        for (sum, target) in sums.into_iter().flatten().flatten().zip(targets) {
            let target = &mut target[column..][..columns];
            V::load_some(simd, target).plus(sum).store_some(target);
        }
    }

    /// Adds the products of `COUNT` positions that are next to each other.
    #[inline(always)]
    #[allow(
        clippy::needless_range_loop,
        reason = "row, element and position are indices of the sums and of δ"
    )]
    fn add<V: Vector<Number = T>, const COUNT: usize>(
        &self,
        simd: V::Simd,
        (window, lines): (usize, [usize; ROWS]),
        delta: &[T],
        columns: usize,
        column: usize,
        sums: &mut [[[V; CHANNELS]; 3]; ROWS],
    ) {
        let width = WIDE * V::LANES;
        let mut of_delta = [V::splat(simd, T::default()); COUNT];
        for position in 0..COUNT {
            [of_delta[position]] = load::<V, 1>(simd, &delta[position * self.0.outputs..][..columns]);
        }
        let lanes = lanes_of_channels::<CHANNELS>();
        for row in 0..ROWS {
            let line = &self.0.a[window + lines[row]..][..(COUNT + 2) * width];
            for place in 0..COUNT + 2 {
                let numbers = V::load(simd, &line[place * width + column..]);
                for channel in 0..CHANNELS {
                    let number = of_group(simd, numbers, &lanes, channel);
                    for element in 0..3 {
                        if element <= place && place - element < COUNT {
                            let sum = &mut sums[row][element][channel];
                            *sum = number.times_plus(of_delta[place - element], *sum);
                        }
                    }
                }
            }
        }
    }
}
