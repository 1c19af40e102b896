//! Depthwise convolutions with small windows: a window begins with elements of the one before it, and only its new columns are
//! loaded.

use super::super::axis::Grid;
use super::super::image::Columns;
use super::Sums;
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// All weight rows of depthwise windows of `HEIGHT` × `WIDTH` elements, each `STEP` taps after the one before it: only its new
/// columns are loaded.
pub(super) struct Rolling<'a, T, const HEIGHT: usize, const WIDTH: usize, const STEP: usize>(
    pub(super) Sums<'a, T>,
);

impl<T: Scalar, const HEIGHT: usize, const WIDTH: usize, const STEP: usize> Work
    for Rolling<'_, T, HEIGHT, WIDTH, STEP>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let work = self.0;
        let Grid { down, right, .. } = work.grid;
        let zero = <T as SimdNumber>::Vector::<S>::splat(simd, T::default());
        let mut window = Window {
            elements: [[zero; WIDTH]; HEIGHT],
            sums: [[zero; WIDTH]; HEIGHT],
        };
        for run in work.runs() {
            let mut lines = [run.delta; HEIGHT];
            for (tap, line) in lines.iter_mut().enumerate() {
                *line = run.image.line(down.element(run.row, tap), work.panel.first_group);
            }
            let mut parts = run.parts(
                right,
                lines,
                [right.element(run.column, 0); HEIGHT],
                right.offsets.step,
            );
            for _ in STEP..WIDTH {
                window.push(parts.elements.next(simd));
            }
            window.add::<_, _, STEP>(simd, &mut parts.elements, &mut parts.delta, parts.before);
            let (columns, inner) = (parts.inner * STEP, parts.inner);
            if let Some((mut elements, mut delta)) =
                parts.inner_columns::<<T as SimdNumber>::Vector<S>>(columns, inner)
            {
                window.add::<_, _, STEP>(simd, &mut elements, &mut delta, inner);
                parts.skip(columns, inner);
            } else {
                window.add::<_, _, STEP>(simd, &mut parts.elements, &mut parts.delta, inner);
            }
            window.add::<_, _, STEP>(simd, &mut parts.elements, &mut parts.delta, parts.after);
        }
        let (column, columns) = work.columns();
        let targets = work.gradient.chunks_mut(work.convolution.outputs);
        for (sum, target) in window.sums.into_iter().flatten().zip(targets) {
            let target = &mut target[column..][..columns];
            <T as SimdNumber>::Vector::<S>::load_some(simd, target)
                .plus(sum)
                .store_some(target);
        }
    }
}

/// The elements of a window, and the sums of their products with δ.
struct Window<V, const HEIGHT: usize, const WIDTH: usize> {
    elements: [[V; WIDTH]; HEIGHT],
    sums: [[V; WIDTH]; HEIGHT],
}

impl<V: Vector<Number: Scalar>, const HEIGHT: usize, const WIDTH: usize> Window<V, HEIGHT, WIDTH> {
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

    /// Adds the products of windows that follow each other.
    #[inline(always)]
    fn add<E: Columns<V, HEIGHT>, D: Columns<V, 1>, const STEP: usize>(
        &mut self,
        simd: V::Simd,
        elements: &mut E,
        delta: &mut D,
        windows: usize,
    ) {
        for _ in 0..windows {
            for _ in 0..STEP {
                self.push(elements.next(simd));
            }
            let [of_delta] = delta.next(simd);
            for (elements, sums) in self.elements.iter().zip(&mut self.sums) {
                for (element, sum) in elements.iter().zip(sums) {
                    *sum = element.times_plus(of_delta, *sum);
                }
            }
        }
    }
}
