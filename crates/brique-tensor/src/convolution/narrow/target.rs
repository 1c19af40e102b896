//! Where windows are written.

#![allow(
    unsafe_code,
    reason = "a check of each window would take as long as several multiplications"
)]

use std::marker::PhantomData;
use std::ops::Range;

use super::axis::Steps;
use crate::simd::Vector;

/// The groups of a panel in one example.
pub(super) struct Target<'a, V: Vector> {
    /// The numbers from the first column of the panel on.
    pub(super) numbers: &'a mut [V::Number],
    /// The positions of windows along both axes.
    pub(super) steps: [Steps; 2],
    /// The numbers of a row, and of a position.
    pub(super) row: usize,
    pub(super) channels: usize,
    /// The columns of the panel.
    pub(super) columns: usize,
    pub(super) vectors: PhantomData<V>,
}

impl<V: Vector> Target<'_, V> {
    /// Returns windows of a row that are written one after the other.
    ///
    /// # Panics
    ///
    /// If one of them is outside of the target.
    #[inline(always)]
    pub(super) fn windows(&mut self, row: usize, windows: Range<usize>) -> Written<'_, V> {
        let [written] = self.rows(row, windows);
        written
    }

    /// As `windows`, for rows that follow each other.
    #[inline(always)]
    pub(super) fn rows<const ROWS: usize>(
        &mut self,
        first: usize,
        windows: Range<usize>,
    ) -> [Written<'_, V>; ROWS] {
        // One pointer for all rows: to borrow the numbers again for another row would make it invalid.
        let numbers = self.numbers.as_mut_ptr();
        std::array::from_fn(|row| self.row(numbers, first + row, windows.clone()))
    }

    #[inline(always)]
    fn row<'b>(&self, numbers: *mut V::Number, row: usize, windows: Range<usize>) -> Written<'b, V> {
        let [down, right] = self.steps;
        let first = right.at(windows.start).wrapping_mul(self.channels);
        let begin = (down.at(row) * self.row).wrapping_add(first);
        let step = right.step.wrapping_mul(self.channels);
        let steps = windows.len().saturating_sub(1);
        let end = begin.wrapping_add(step.wrapping_mul(steps));
        let distance = step.cast_signed().unsigned_abs().checked_mul(steps);
        let is_inside = self.numbers.len().checked_sub(self.columns).is_some_and(|last| {
            begin <= last && end <= last && distance.is_some_and(|distance| distance <= last)
        });
        assert!(windows.is_empty() || is_inside);
        Written {
            next: numbers.wrapping_add(begin),
            step: step.cast_signed(),
            remaining: windows.len(),
            columns: self.columns,
            numbers: PhantomData,
        }
    }
}

/// Windows that are written one after the other.
pub(super) struct Written<'a, V: Vector> {
    next: *mut V::Number,
    /// The distance of windows.
    step: isize,
    /// The windows that are not written yet.
    remaining: usize,
    /// The numbers of a window.
    columns: usize,
    numbers: PhantomData<&'a mut V::Number>,
}

impl<V: Vector> Written<'_, V> {
    /// Writes the next window.
    #[inline(always)]
    pub(super) fn write(&mut self, vector: V) {
        assert!(self.remaining > 0);
        self.remaining -= 1;
        // SAFETY: the first window is within the target and the last as well, the distance between them does not wrap around, and
        // this one is between them. The target is borrowed for as long as this value, and no other window is a slice now.
        let target = unsafe { std::slice::from_raw_parts_mut(self.next, self.columns) };
        if self.columns == V::LANES {
            vector.store(target);
        } else {
            vector.store_some(target);
        }
        self.next = self.next.wrapping_offset(self.step);
    }
}
