//! Windows of any kind: for each position, the elements of several weight rows are loaded one by one.

use super::super::axis::Grid;
use super::super::image::Columns;
use super::super::lanes::Lanes;
use super::Sums;
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The weight rows that are added up together: as many as in a window of 3 × 3 elements, three, or one.
const MANY: usize = 9;
const FEW: usize = 3;

/// The gradient of some weight rows, several of them together.
pub(super) struct ByRows<'a, T, const DEPTHWISE: bool>(pub(super) Sums<'a, T>);

impl<T: Scalar, const DEPTHWISE: bool> Work for ByRows<'_, T, DEPTHWISE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let rows = self.0.gradient.len() / self.0.convolution.outputs;
        let mut first = 0;
        while first < rows {
            first += match rows - first {
                MANY.. => self.rows::<<T as SimdNumber>::Vector<S>, MANY>(simd, first),
                FEW.. => self.rows::<<T as SimdNumber>::Vector<S>, FEW>(simd, first),
                _ => self.rows::<<T as SimdNumber>::Vector<S>, 1>(simd, first),
            };
        }
    }
}

impl<T: Scalar, const DEPTHWISE: bool> ByRows<'_, T, DEPTHWISE> {
    /// Adds the gradient of `COUNT` weight rows, and returns their number.
    #[inline(always)]
    fn rows<V: Vector<Number = T>, const COUNT: usize>(&mut self, simd: V::Simd, first: usize) -> usize {
        let work = &self.0;
        let Grid { down, right, .. } = work.grid;
        let inputs = work.convolution.group_inputs();
        let mut of_rows = OfRows {
            lanes: work.lanes,
            channels: [0; COUNT],
            sums: [V::splat(simd, T::default()); COUNT],
        };
        let mut taps = [(0, 0); COUNT];
        for (index, tap) in taps.iter_mut().enumerate() {
            let row = work.first + first + index;
            of_rows.channels[index] = row % inputs;
            *tap = (row / inputs / right.taps, row / inputs % right.taps);
        }
        for run in work.runs() {
            let mut lines = [run.delta; COUNT];
            let mut elements = [0; COUNT];
            for (index, &(below, beside)) in taps.iter().enumerate() {
                let row = down.element(run.row, below);
                lines[index] = run.image.line(row, work.panel.first_group * inputs);
                elements[index] = right.element(run.column, beside);
            }
            let mut parts = run.parts(right, lines, elements, right.source.step);
            of_rows.add::<_, _, DEPTHWISE>(simd, &mut parts.elements, &mut parts.delta, parts.before);
            let inner = parts.inner;
            if let Some((mut elements, mut delta)) = parts.inner_columns::<V>(inner, inner) {
                of_rows.add::<_, _, DEPTHWISE>(simd, &mut elements, &mut delta, inner);
                parts.skip(inner, inner);
            } else {
                of_rows.add::<_, _, DEPTHWISE>(simd, &mut parts.elements, &mut parts.delta, inner);
            }
            of_rows.add::<_, _, DEPTHWISE>(simd, &mut parts.elements, &mut parts.delta, parts.after);
        }
        let outputs = work.convolution.outputs;
        let (column, columns) = work.columns();
        let targets = self.0.gradient[first * outputs..].chunks_mut(outputs);
        for (sum, target) in of_rows.sums.into_iter().zip(targets) {
            let target = &mut target[column..][..columns];
            V::load_some(simd, target).plus(sum).store_some(target);
        }
        COUNT
    }
}

/// The sums of some weight rows.
struct OfRows<'a, V, const COUNT: usize> {
    lanes: &'a Lanes,
    /// The channel of each weight row in its group.
    channels: [usize; COUNT],
    sums: [V; COUNT],
}

impl<V: Vector<Number: Scalar>, const COUNT: usize> OfRows<'_, V, COUNT> {
    /// Adds the products of positions that follow each other.
    #[inline(always)]
    fn add<E: Columns<V, COUNT>, D: Columns<V, 1>, const DEPTHWISE: bool>(
        &mut self,
        simd: V::Simd,
        elements: &mut E,
        delta: &mut D,
        positions: usize,
    ) {
        for _ in 0..positions {
            let [of_delta] = delta.next(simd);
            let numbers = elements.next(simd);
            for (index, number) in numbers.into_iter().enumerate() {
                let number = self
                    .lanes
                    .of_channel::<V, DEPTHWISE>(simd, number, self.channels[index]);
                self.sums[index] = number.times_plus(of_delta, self.sums[index]);
            }
        }
    }
}
