//! The vectors of several lines that are read together.

#![allow(
    unsafe_code,
    reason = "a check of each element would take as long as the multiplication"
)]

use std::marker::PhantomData;

use super::examples::Line;
use crate::Scalar;
use crate::simd::Vector;

/// The vectors of several lines, position after position.
pub(super) trait Columns<V: Vector, const LINES: usize> {
    /// Loads the vectors of the next position.
    fn next(&mut self, simd: V::Simd) -> [V; LINES];
}

/// Columns of which some may be outside of their lines, where they are 0.
#[derive(Clone, Copy)]
pub(super) struct Edge<'a, V: Vector, const LINES: usize> {
    pub(super) lines: [Line<'a, V>; LINES],
    /// The next position of each line is this far from `position`. Distances backwards are numbers that wrapped around.
    pub(super) offsets: [usize; LINES],
    pub(super) position: usize,
    pub(super) step: usize,
}

impl<V: Vector<Number: Scalar>, const LINES: usize> Columns<V, LINES> for Edge<'_, V, LINES> {
    #[inline(always)]
    fn next(&mut self, simd: V::Simd) -> [V; LINES] {
        let mut column = [V::splat(simd, V::Number::default()); LINES];
        for ((vector, line), offset) in column.iter_mut().zip(&self.lines).zip(self.offsets) {
            *vector = line.load(simd, self.position.wrapping_add(offset));
        }
        self.position = self.position.wrapping_add(self.step);
        column
    }
}

impl<'a, V: Vector<Number: Scalar>, const LINES: usize> Edge<'a, V, LINES> {
    /// Takes the next `count` columns, which are loaded without the checks of this type.
    ///
    /// # Panics
    ///
    /// If one of them is outside of its line.
    #[inline(always)]
    pub(super) fn inner(&mut self, count: usize) -> Inner<'a, V, LINES> {
        let steps = count.saturating_sub(1);
        let last = self.position.wrapping_add(self.step.wrapping_mul(steps));
        let mut inner = Inner {
            first: [std::ptr::null(); LINES],
            index: 0,
            step: self.step.wrapping_mul(self.lines[0].channels()).cast_signed(),
            remaining: count,
            numbers: PhantomData,
        };
        if count == 0 {
            return inner;
        }
        let distance = self.step.cast_signed().unsigned_abs().checked_mul(steps);
        assert!(distance.is_some_and(|distance| distance < self.lines[0].width()));
        for ((first, line), offset) in inner.first.iter_mut().zip(&self.lines).zip(self.offsets) {
            let position = self.position.wrapping_add(offset);
            assert!(position < line.width() && last.wrapping_add(offset) < line.width());
            assert!(line.width() == self.lines[0].width() && line.channels() == self.lines[0].channels());
            *first = line.first().wrapping_add(position * line.channels());
        }
        self.position = self.position.wrapping_add(self.step.wrapping_mul(count));
        inner
    }

    /// Passes over columns.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: usize) {
        self.position = self.position.wrapping_add(self.step.wrapping_mul(count));
    }
}

/// Columns that are within their lines.
pub(super) struct Inner<'a, V: Vector, const LINES: usize> {
    first: [*const V::Number; LINES],
    /// The distance of the next vector from the first, and of the vectors from each other.
    index: isize,
    step: isize,
    /// The columns that are not loaded yet.
    remaining: usize,
    numbers: PhantomData<&'a V::Number>,
}

impl<V: Vector<Number: Scalar>, const LINES: usize> Columns<V, LINES> for Inner<'_, V, LINES> {
    #[inline(always)]
    fn next(&mut self, simd: V::Simd) -> [V; LINES] {
        assert!(self.remaining > 0);
        self.remaining -= 1;
        let mut column = [V::splat(simd, V::Number::default()); LINES];
        for (vector, first) in column.iter_mut().zip(self.first) {
            // SAFETY: the first vector of each line exists and the last as well, the distance between them does not wrap
            // around, and this one is between them. All lines have as many channels.
            let numbers = unsafe { std::slice::from_raw_parts(first.offset(self.index), V::LANES) };
            *vector = V::load(simd, numbers);
        }
        self.index = self.index.wrapping_add(self.step);
        column
    }
}

impl<V: Vector<Number: Scalar>, const LINES: usize> Inner<'_, V, LINES> {
    /// Returns the next `count` columns.
    #[inline(always)]
    pub(super) fn block(&self, count: usize) -> Block<'_, V, LINES> {
        assert!(count <= self.remaining);
        Block { columns: self, count }
    }

    /// Passes over columns.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: usize) {
        assert!(count <= self.remaining);
        self.remaining -= count;
        self.index = self
            .index
            .wrapping_add(self.step.wrapping_mul(count.cast_signed()));
    }
}

/// The next columns, which are loaded in any order.
pub(super) struct Block<'a, V: Vector, const LINES: usize> {
    columns: &'a Inner<'a, V, LINES>,
    count: usize,
}

impl<V: Vector<Number: Scalar>, const LINES: usize> Block<'_, V, LINES> {
    #[inline(always)]
    pub(super) fn load(&self, simd: V::Simd, line: usize, column: usize) -> V {
        assert!(column < self.count);
        let Inner {
            first, index, step, ..
        } = self.columns;
        let index = index.wrapping_add(step.wrapping_mul(column.cast_signed()));
        // SAFETY: as for the next column; at least `count` columns remain.
        let numbers = unsafe { std::slice::from_raw_parts(first[line].offset(index), V::LANES) };
        V::load(simd, numbers)
    }
}
