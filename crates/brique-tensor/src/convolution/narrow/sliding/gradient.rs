//! The gradient of the weights of windows that slide by one position.

use super::super::super::offsets::Offsets;
use super::super::super::panels::lanes;
use super::{has_lanes, lanes_of_channels, of_group};
use crate::Scalar;
use crate::product::operands::load;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The positions of δ that are in registers together with nine sums, if there are 32 registers and if there are fewer.
const DELTAS: usize = 4;
const FEWER_DELTAS: usize = 2;

/// The gradient of the weights of 3 × 3 windows, from positions in rows of the output.
pub(in super::super) struct SlidingGradient<'a, T, const WIDE: usize> {
    /// The copy of the patch: `WIDE` SIMD vectors for each position.
    pub(in super::super) a: &'a [T],
    /// The windows, of which `run` are next to each other.
    pub(in super::super) windows: Offsets<'a>,
    pub(in super::super) run: usize,
    /// The elements of a window.
    pub(in super::super) elements: Offsets<'a>,
    /// δ from the first window on.
    pub(in super::super) delta: &'a [T],
    pub(in super::super) outputs: usize,
    pub(in super::super) gradient: &'a mut [T],
    pub(in super::super) columns: usize,
}

impl<T: Scalar, const WIDE: usize> SlidingGradient<'_, T, WIDE> {
    /// Adds the gradient of all rows of the weights.
    #[inline(always)]
    pub(in super::super) fn compute<S: Simd>(self, simd: S, channels: usize) {
        match channels {
            1 => simd.run(Gradient::<_, 1, 3, WIDE>(self)),
            2 if has_lanes::<T, S>(2) => simd.run(Gradient::<_, 2, 1, WIDE>(self)),
            4 if has_lanes::<T, S>(4) => simd.run(Gradient::<_, 4, 1, WIDE>(self)),
            _ if has_lanes::<T, S>(8) => simd.run(Gradient::<_, 8, 1, WIDE>(self)),
            _ => unreachable!("no other windows slide"),
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
            for index in 0..COUNT + 2 {
                let numbers = V::load(simd, &line[index * width + column..]);
                for channel in 0..CHANNELS {
                    let number = of_group(simd, numbers, &lanes, channel);
                    for element in 0..3 {
                        if element <= index && index - element < COUNT {
                            let sum = &mut sums[row][element][channel];
                            *sum = number.times_plus(of_delta[index - element], *sum);
                        }
                    }
                }
            }
        }
    }
}
