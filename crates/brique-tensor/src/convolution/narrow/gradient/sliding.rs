//! Windows that slide: each element is loaded once for the windows of several positions.

use super::super::axis::Grid;
use super::super::columns::{Block, Columns, Edge};
use super::super::lanes::Lanes;
use super::Sums;
use super::runs::Parts;
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The positions of δ that are in registers together with the sums, if there are 32 registers and if there are fewer.
const DELTAS: usize = 4;
const FEWER_DELTAS: usize = 2;

/// All weight rows of groups that read one channel, with windows of `KERNEL` elements in a row. `ROWS` rows of the windows are added
/// up together.
pub(super) struct Sliding<'a, T, const ROWS: usize, const KERNEL: usize, const DEPTHWISE: bool>(
    pub(super) Sums<'a, T>,
);

impl<T: Scalar, const ROWS: usize, const KERNEL: usize, const DEPTHWISE: bool> Work
    for Sliding<'_, T, ROWS, KERNEL, DEPTHWISE>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        for row in (0..self.0.grid.down.taps).step_by(ROWS) {
            if S::HAS_MANY_REGISTERS {
                self.rows::<<T as SimdNumber>::Vector<S>, DELTAS>(simd, row);
            } else {
                self.rows::<<T as SimdNumber>::Vector<S>, FEWER_DELTAS>(simd, row);
            }
        }
    }
}

impl<T: Scalar, const ROWS: usize, const KERNEL: usize, const DEPTHWISE: bool>
    Sliding<'_, T, ROWS, KERNEL, DEPTHWISE>
{
    /// Adds the gradient of the weights of some rows of the windows, `COUNT` positions at once.
    #[inline(always)]
    fn rows<V: Vector<Number = T>, const COUNT: usize>(&mut self, simd: V::Simd, first: usize) {
        let work = &self.0;
        let Grid { down, right, .. } = work.grid;
        let mut of_rows = SlidingSums {
            lanes: work.lanes,
            sums: [[V::splat(simd, T::default()); KERNEL]; ROWS],
        };
        for (example, positions) in work.examples() {
            let (x, delta) = work.channels::<V>(example);
            for run in work.runs(positions) {
                let elements = Edge {
                    lines: x.lines(down, run.row, first),
                    offsets: [0; ROWS],
                    position: right.element(run.columns.start, 0),
                    step: right.source.step,
                };
                let mut parts = Parts::new(right, &run, elements, delta.line(run.row));
                of_rows.add_each::<DEPTHWISE>(simd, &mut parts.elements, &mut parts.delta, parts.before);
                let blocks = parts.inner / COUNT;
                let positions = blocks * COUNT;
                let columns = if blocks == 0 { 0 } else { positions + KERNEL - 1 };
                // The last windows begin with columns of the next, which are read again.
                let mut elements = parts.elements.clone().inner(columns);
                parts.elements.skip(positions);
                let mut delta = parts.delta.inner(positions);
                for _ in 0..blocks {
                    of_rows.add::<COUNT, DEPTHWISE>(
                        simd,
                        &elements.block(COUNT + KERNEL - 1),
                        &delta.block(COUNT),
                    );
                    elements.skip(COUNT);
                    delta.skip(COUNT);
                }
                let rest = parts.inner - positions + parts.after;
                of_rows.add_each::<DEPTHWISE>(simd, &mut parts.elements, &mut parts.delta, rest);
            }
        }
        let outputs = work.convolution.outputs;
        let (column, columns) = work.columns();
        for row in 0..ROWS {
            for element in 0..KERNEL {
                let weight_row = (first + row) * KERNEL + element;
                let target = &mut self.0.gradient[weight_row * outputs + column..][..columns];
                V::load_some(simd, target)
                    .plus(of_rows.sums[row][element])
                    .store_some(target);
            }
        }
    }
}

/// The sums of the rows of windows that slide.
struct SlidingSums<'a, V, const ROWS: usize, const KERNEL: usize> {
    lanes: &'a Lanes,
    sums: [[V; KERNEL]; ROWS],
}

impl<V, const ROWS: usize, const KERNEL: usize> SlidingSums<'_, V, ROWS, KERNEL>
where
    V: Vector<Number: Scalar>,
{
    /// Adds the products of windows one by one.
    #[inline(always)]
    fn add_each<const DEPTHWISE: bool>(
        &mut self,
        simd: V::Simd,
        elements: &mut Edge<'_, V, ROWS>,
        delta: &mut Edge<'_, V, 1>,
        windows: usize,
    ) {
        for _ in 0..windows {
            let [of_delta]: [V; 1] = delta.next(simd);
            for row in 0..ROWS {
                for element in 0..KERNEL {
                    let position = elements.position.wrapping_add(elements.step * element);
                    let numbers = elements.lines[row].load(simd, position);
                    let number = self.lanes.of_channel::<V, DEPTHWISE, 1>(simd, [numbers], 0);
                    self.sums[row][element] = number.times_plus(of_delta, self.sums[row][element]);
                }
            }
            elements.skip(1);
        }
    }

    /// Adds the products of `COUNT` windows that are next to each other.
    #[inline(always)]
    #[allow(
        clippy::needless_range_loop,
        reason = "row, element and window are indices of the sums and of δ"
    )]
    fn add<const COUNT: usize, const DEPTHWISE: bool>(
        &mut self,
        simd: V::Simd,
        elements: &Block<'_, V, ROWS>,
        delta: &Block<'_, V, 1>,
    ) {
        let mut of_delta = [V::splat(simd, V::Number::default()); COUNT];
        for window in 0..COUNT {
            of_delta[window] = delta.load(simd, 0, window);
        }
        for row in 0..ROWS {
            for index in 0..COUNT + KERNEL - 1 {
                let numbers = elements.load(simd, row, index);
                let number = self.lanes.of_channel::<V, DEPTHWISE, 1>(simd, [numbers], 0);
                for element in 0..KERNEL {
                    if element <= index && index - element < COUNT {
                        let sum = &mut self.sums[row][element];
                        *sum = number.times_plus(of_delta[index - element], *sum);
                    }
                }
            }
        }
    }
}
