//! Depthwise convolutions with windows of at most 3 × 3 elements: a window begins with elements of the one before it, and
//! only its new columns are loaded. All elements of a window are in registers.

use std::ops::Range;

use super::image::{Columns, Edge};
use super::windows::{Target, Windows};
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// Windows of `HEIGHT` × `WIDTH` elements, each `STEP` taps after the one before it.
pub(super) struct Rolling<'a, T, const HEIGHT: usize, const WIDTH: usize, const STEP: usize>(
    pub(super) Windows<'a, T>,
);

impl<T: Scalar, const HEIGHT: usize, const WIDTH: usize, const STEP: usize> Work
    for Rolling<'_, T, HEIGHT, WIDTH, STEP>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let mut work = self.0;
        let grid = work.grid;
        let (down, right) = (&grid.down, &grid.right);
        let step = if WIDTH == 1 {
            right.source.step
        } else {
            right.offsets.step
        };
        let mut weights = [[<T as SimdNumber>::Vector::<S>::splat(simd, T::default()); WIDTH]; HEIGHT];
        let numbers = work.weights.chunks_exact(<T as SimdNumber>::Vector::<S>::LANES);
        for (weight, numbers) in weights.iter_mut().flatten().zip(numbers) {
            *weight = <T as SimdNumber>::Vector::<S>::load(simd, numbers);
        }
        let (source, channel) = (work.source, work.first_channel());
        let mut roll = Roll {
            elements: [[<T as SimdNumber>::Vector::<S>::splat(simd, T::default()); WIDTH]; HEIGHT],
            weights,
            target: work.target(simd),
        };
        for row in 0..down.windows {
            let mut columns = Edge {
                lines: [source.line(0, 0); HEIGHT],
                positions: [right.element(0, 0); HEIGHT],
                step,
            };
            for (tap, line) in columns.lines.iter_mut().enumerate() {
                *line = source.line(down.element(row, tap), channel);
            }
            for _ in STEP..WIDTH {
                roll.push(columns.next(simd));
            }
            let inner = right.inner.clone();
            roll.windows::<_, STEP>(simd, &mut columns, row, 0..inner.start);
            if let Some(mut of_inner) = columns.inner::<<T as SimdNumber>::Vector<S>>(inner.len() * STEP) {
                roll.windows::<_, STEP>(simd, &mut of_inner, row, inner.clone());
                columns.skip(inner.len() * STEP);
            } else {
                roll.windows::<_, STEP>(simd, &mut columns, row, inner.clone());
            }
            roll.windows::<_, STEP>(simd, &mut columns, row, inner.end..right.windows);
        }
    }
}

/// The elements of a window, and the row that is computed.
struct Roll<'a, V: Vector, const HEIGHT: usize, const WIDTH: usize> {
    elements: [[V; WIDTH]; HEIGHT],
    weights: [[V; WIDTH]; HEIGHT],
    target: Target<'a, V>,
}

impl<V: Vector<Number: Scalar>, const HEIGHT: usize, const WIDTH: usize> Roll<'_, V, HEIGHT, WIDTH> {
    /// Adds a column at the end of the window, and removes its first.
    #[inline(always)]
    fn push(&mut self, column: [V; HEIGHT]) {
        for (elements, new) in self.elements.iter_mut().zip(column) {
            for index in 1..WIDTH {
                elements[index - 1] = elements[index];
            }
            elements[WIDTH - 1] = new;
        }
    }

    /// Computes windows that follow each other.
    #[inline(always)]
    fn windows<C: Columns<V, HEIGHT>, const STEP: usize>(
        &mut self,
        simd: V::Simd,
        columns: &mut C,
        row: usize,
        windows: Range<usize>,
    ) {
        for window in windows {
            for _ in 0..STEP {
                self.push(columns.next(simd));
            }
            let mut sum = V::splat(simd, V::Number::default());
            for (elements, weights) in self.elements.iter().zip(&self.weights) {
                for (element, weight) in elements.iter().zip(weights) {
                    sum = element.times_plus(*weight, sum);
                }
            }
            self.target.store(row, window, &[sum]);
        }
    }
}
