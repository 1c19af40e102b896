//! Depthwise convolutions with windows of 3 × 3 elements, or of at most three in one row: a window begins with elements of the one before it, and
//! only its new columns are loaded. All elements of a window are in registers.

use super::columns::{Columns, Edge};
use super::target::Written;
use super::windows::Windows;
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
        let source = work
            .source
            .channels::<<T as SimdNumber>::Vector<S>>(work.example, work.first_channel());
        let mut window = Window {
            elements: [[<T as SimdNumber>::Vector::<S>::splat(simd, T::default()); WIDTH]; HEIGHT],
            weights,
            start: work.start(simd),
        };
        let mut target = work.target::<<T as SimdNumber>::Vector<S>>();
        for row in 0..down.windows {
            let mut columns = Edge {
                lines: source.lines(down, row, 0),
                offsets: [0; HEIGHT],
                position: right.element(0, 0),
                step,
            };
            for _ in STEP..WIDTH {
                push(&mut window.elements, columns.next(simd));
            }
            let mut written = target.windows(row, 0..right.windows);
            let [before, inner] = [right.inner.start, right.inner.len()];
            window.compute::<_, STEP>(simd, before, &mut columns, &mut written);
            let mut of_inner = columns.inner(inner * STEP);
            window.compute::<_, STEP>(simd, inner, &mut of_inner, &mut written);
            let after = right.windows - right.inner.end;
            window.compute::<_, STEP>(simd, after, &mut columns, &mut written);
        }
    }
}

/// The elements of a window, what they are multiplied by, and what is added.
struct Window<V: Vector, const HEIGHT: usize, const WIDTH: usize> {
    elements: [[V; WIDTH]; HEIGHT],
    weights: [[V; WIDTH]; HEIGHT],
    start: V,
}

impl<V: Vector<Number: Scalar>, const HEIGHT: usize, const WIDTH: usize> Window<V, HEIGHT, WIDTH> {
    /// Computes the next `count` windows.
    #[inline(always)]
    fn compute<C: Columns<V, HEIGHT>, const STEP: usize>(
        &mut self,
        simd: V::Simd,
        count: usize,
        columns: &mut C,
        written: &mut Written<'_, V>,
    ) {
        for _ in 0..count {
            for _ in 0..STEP {
                let column = columns.next(simd);
                push(&mut self.elements, column);
            }
            let mut sum = V::splat(simd, V::Number::default());
            for (elements, weights) in self.elements.iter().zip(&self.weights) {
                for (element, weight) in elements.iter().zip(weights) {
                    sum = element.times_plus(*weight, sum);
                }
            }
            written.write(self.start.plus(sum));
        }
    }
}

/// Adds a column at the end of a window, and removes its first.
#[inline(always)]
pub(super) fn push<V: Copy, const HEIGHT: usize, const WIDTH: usize>(
    window: &mut [[V; WIDTH]; HEIGHT],
    column: [V; HEIGHT],
) {
    for (elements, new) in window.iter_mut().zip(column) {
        for index in 1..WIDTH {
            elements[index - 1] = elements[index];
        }
        elements[WIDTH - 1] = new;
    }
}
