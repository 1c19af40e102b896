//! The delta of depthwise convolutions with windows of 3 × 3 elements and a stride of 2: all four phases at once.
//!
//! Along each axis, input `2 · t − padding` is met by element 0 of window t and by element 2 of window t − 1; the input after it by
//! element 1 of window t. So two by two inputs need δ of two by two windows, of which half was needed by the inputs before.

use std::marker::PhantomData;

use super::GroupPanel;
use super::axis::Steps;
use super::columns::{Columns, Edge};
use super::examples::Examples;
use super::target::{Target, Written};
use crate::Scalar;
use crate::convolution::Convolution;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;
use crate::windows::WindowAxis;

/// The groups of a panel in one example.
pub(super) struct Strided<'a, T> {
    pub(super) convolution: &'a Convolution,
    pub(super) panel: GroupPanel,
    pub(super) source: &'a Examples<'a, T>,
    pub(super) example: usize,
    /// A SIMD vector for each tap, phase by phase: (0, 0), (0, 2), (2, 0), (2, 2); (0, 1), (2, 1); (1, 0), (1, 2); (1, 1).
    pub(super) weights: &'a [T],
    pub(super) target: &'a mut [T],
}

impl Convolution {
    /// Returns whether [`Strided`] computes the delta.
    pub(super) fn has_phases_at_once(&self) -> bool {
        let is_strided = |axis: &WindowAxis| axis.kernel() == 3 && axis.stride() == 2 && axis.dilation() == 1;
        self.axes.iter().all(is_strided) && self.group_inputs() == 1 && self.group_outputs() == 1
    }
}

impl<T: Scalar> Work for Strided<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let channels = self.convolution.inputs;
        let [down, right] = self.convolution.axes;
        let column = self.panel.first_group;
        let each = Steps { first: 0, step: 1 };
        let mut target = Target {
            numbers: &mut self.target[column..],
            steps: [each; 2],
            row: right.length() * channels,
            channels,
            columns: self.panel.groups,
            vectors: PhantomData,
        };
        let mut weights = [<T as SimdNumber>::Vector::<S>::splat(simd, T::default()); 9];
        let numbers = self.weights.chunks_exact(<T as SimdNumber>::Vector::<S>::LANES);
        for (weight, numbers) in weights.iter_mut().zip(numbers) {
            *weight = <T as SimdNumber>::Vector::<S>::load(simd, numbers);
        }
        let source = self.source.channels(self.example, column);
        let padding = down.padding();
        for t in padding / 2..(down.length() + padding).div_ceil(2) {
            let row = Row {
                axis: right,
                weights,
                delta: Edge {
                    lines: [source.line(t), source.line(t.wrapping_sub(1))],
                    offsets: [0; 2],
                    position: (right.padding() / 2).wrapping_sub(1),
                    step: 1,
                },
            };
            let first = 2 * t;
            let columns = 0..right.length();
            if first < padding {
                row.compute::<1, 1>(simd, target.rows(first + 1 - padding, columns));
            } else if first + 1 - padding < down.length() {
                row.compute::<0, 2>(simd, target.rows(first - padding, columns));
            } else {
                row.compute::<0, 1>(simd, target.rows(first - padding, columns));
            }
        }
    }
}

/// Two rows of inputs: those that windows t and t − 1 meet, and those that window t meets.
struct Row<'a, V: Vector> {
    axis: WindowAxis,
    weights: [V; 9],
    /// δ of window t and of the one before it.
    delta: Edge<'a, V, 2>,
}

impl<V: Vector<Number: Scalar>> Row<'_, V> {
    /// Computes `ROWS` rows, from phase `FIRST` on.
    #[inline(always)]
    fn compute<const FIRST: usize, const ROWS: usize>(
        mut self,
        simd: V::Simd,
        mut rows: [Written<'_, V>; ROWS],
    ) {
        let padding = self.axis.padding();
        let mut last = self.delta.next(simd);
        let mut t = padding / 2;
        if !padding.is_multiple_of(2) {
            let next = self.delta.next(simd);
            self.write::<FIRST, ROWS, 1, 1>(simd, [last, next], &mut rows);
            (last, t) = (next, t + 1);
        }
        // The last input may be the only one of its pair.
        let end = self.axis.length() + padding;
        let pairs = end / 2;
        let inner = self.axis.outputs().clamp(t, pairs.max(t));
        let mut columns = self.delta.inner(inner - t);
        for _ in t..inner {
            let next = columns.next(simd);
            self.write::<FIRST, ROWS, 0, 2>(simd, [last, next], &mut rows);
            last = next;
        }
        for _ in inner..pairs {
            let next = self.delta.next(simd);
            self.write::<FIRST, ROWS, 0, 2>(simd, [last, next], &mut rows);
            last = next;
        }
        if !end.is_multiple_of(2) {
            let next = self.delta.next(simd);
            self.write::<FIRST, ROWS, 0, 1>(simd, [last, next], &mut rows);
        }
    }

    /// Computes two by two inputs from δ of the last column and of the next, and writes some of them.
    #[inline(always)]
    fn write<const FIRST: usize, const ROWS: usize, const FIRST_COLUMN: usize, const COLUMNS: usize>(
        &self,
        simd: V::Simd,
        [[last, last_above], [next, next_above]]: [[V; 2]; 2],
        rows: &mut [Written<'_, V>; ROWS],
    ) {
        let sums = [
            [
                self.sum(simd, 0, [next, last, next_above, last_above]),
                self.sum(simd, 4, [next, next_above]),
            ],
            [self.sum(simd, 6, [next, last]), self.sum(simd, 8, [next])],
        ];
        for (row, sums) in rows.iter_mut().zip(&sums[FIRST..]) {
            for &sum in &sums[FIRST_COLUMN..][..COLUMNS] {
                row.write(sum);
            }
        }
    }

    /// Adds the products of δ and the weights from one on.
    #[inline(always)]
    fn sum<const TAPS: usize>(&self, simd: V::Simd, first: usize, delta: [V; TAPS]) -> V {
        let mut sum = V::splat(simd, V::Number::default());
        for (delta, weight) in delta.iter().zip(&self.weights[first..]) {
            sum = delta.times_plus(*weight, sum);
        }
        sum
    }
}
