//! Depthwise convolutions with small windows: a window begins with elements of the one before it, and only its new columns are
//! loaded.

use super::super::axis::Grid;
use super::super::columns::{Columns, Edge};
use super::super::rolling::push;
use super::Sums;
use super::runs::{Parts, Products};
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
        let mut window = Window::<_, HEIGHT, WIDTH, STEP> {
            elements: [[zero; WIDTH]; HEIGHT],
            sums: [[zero; WIDTH]; HEIGHT],
        };
        for (example, positions) in work.examples() {
            let (x, delta) = work.channels::<<T as SimdNumber>::Vector<S>>(example);
            for run in work.runs(positions) {
                let elements = Edge {
                    lines: x.lines(down, run.row, 0),
                    offsets: [0; HEIGHT],
                    position: right.element(run.columns.start, 0),
                    step: right.offsets.step,
                };
                let mut parts = Parts::new(right, &run, elements, delta.line(run.row));
                for _ in STEP..WIDTH {
                    push(&mut window.elements, parts.elements.next(simd));
                }
                parts.add_to(simd, STEP, &mut window);
            }
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
struct Window<V, const HEIGHT: usize, const WIDTH: usize, const STEP: usize> {
    elements: [[V; WIDTH]; HEIGHT],
    sums: [[V; WIDTH]; HEIGHT],
}

impl<V, const HEIGHT: usize, const WIDTH: usize, const STEP: usize> Products<V, HEIGHT>
    for Window<V, HEIGHT, WIDTH, STEP>
where
    V: Vector<Number: Scalar>,
{
    #[inline(always)]
    fn add<E: Columns<V, HEIGHT>, D: Columns<V, 1>>(
        &mut self,
        simd: V::Simd,
        elements: &mut E,
        delta: &mut D,
        positions: usize,
    ) {
        for _ in 0..positions {
            for _ in 0..STEP {
                push(&mut self.elements, elements.next(simd));
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
