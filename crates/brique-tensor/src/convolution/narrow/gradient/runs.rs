//! Output positions that are added up, row by row.

use std::ops::Range;

use super::super::axis::Axis;
use super::super::columns::{Columns, Edge};
use super::super::examples::Line;
use crate::Scalar;
use crate::simd::Vector;

/// Output positions of one row, which are next to each other.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) row: usize,
    pub(super) columns: Range<usize>,
}

/// Runs that follow each other. The columns of `next` reach to the last position of all.
pub(super) struct Runs {
    next: Run,
    width: usize,
}

impl Runs {
    /// Returns runs of positions in rows of `width`.
    #[inline(always)]
    pub(super) fn new(positions: Range<usize>, width: usize) -> Self {
        let row = positions.start / width;
        Self {
            next: Run {
                row,
                columns: positions.start - row * width..positions.end - row * width,
            },
            width,
        }
    }
}

impl Iterator for Runs {
    type Item = Run;

    #[inline(always)]
    fn next(&mut self) -> Option<Run> {
        let Run { row, columns } = self.next.clone();
        if columns.is_empty() {
            return None;
        }
        self.next = Run {
            row: row + 1,
            columns: 0..columns.end.saturating_sub(self.width),
        };
        Some(Run {
            row,
            columns: columns.start..columns.end.min(self.width),
        })
    }
}

/// The positions of a run: those whose windows reach beyond the edge, those whose windows do not, and again the former.
pub(super) struct Parts<'a, V: Vector, const LINES: usize> {
    pub(super) elements: Edge<'a, V, LINES>,
    pub(super) delta: Edge<'a, V, 1>,
    pub(super) before: usize,
    pub(super) inner: usize,
    pub(super) after: usize,
}

impl<'a, V: Vector<Number: Scalar>, const LINES: usize> Parts<'a, V, LINES> {
    /// Returns the parts of a run of δ. `elements` begins with the elements of its first position.
    #[inline(always)]
    pub(super) fn new(axis: &Axis, run: &Run, elements: Edge<'a, V, LINES>, delta: Line<'a, V>) -> Self {
        let Range { start, end } = run.columns;
        let inner = [axis.inner.start, axis.inner.end].map(|window| window.clamp(start, end));
        Self {
            elements,
            delta: Edge {
                lines: [delta],
                offsets: [0],
                position: start,
                step: 1,
            },
            before: inner[0] - start,
            inner: inner[1] - inner[0],
            after: end - inner[1],
        }
    }

    /// Adds all products. A position has `step` columns of elements more than the one before it.
    #[inline(always)]
    pub(super) fn add_to<P: Products<V, LINES>>(mut self, simd: V::Simd, step: usize, products: &mut P) {
        products.add(simd, &mut self.elements, &mut self.delta, self.before);
        let mut elements = self.elements.inner(self.inner * step);
        let mut delta = self.delta.inner(self.inner);
        products.add(simd, &mut elements, &mut delta, self.inner);
        products.add(simd, &mut self.elements, &mut self.delta, self.after);
    }
}

/// Sums of products of elements and δ.
pub(super) trait Products<V: Vector, const LINES: usize> {
    /// Adds the products of positions that follow each other.
    fn add<E: Columns<V, LINES>, D: Columns<V, 1>>(
        &mut self,
        simd: V::Simd,
        elements: &mut E,
        delta: &mut D,
        positions: usize,
    );
}
