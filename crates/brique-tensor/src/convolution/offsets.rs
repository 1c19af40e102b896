//! Tables of offsets into the numbers that a product gathers.

use std::ops::Range;

/// A part of a table of offsets. Every number is at most `largest`; only this file can create a part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offsets<'a> {
    numbers: &'a [usize],
    largest: usize,
}

impl<'a> Offsets<'a> {
    pub(super) fn of(numbers: &'a [usize]) -> Self {
        Self {
            numbers,
            largest: numbers.iter().fold(0, |largest, &number| largest.max(number)),
        }
    }

    #[inline(always)]
    pub(super) fn numbers(self) -> &'a [usize] {
        self.numbers
    }

    #[inline(always)]
    pub(super) fn largest(self) -> usize {
        self.largest
    }

    #[inline(always)]
    pub(super) fn part(self, range: Range<usize>) -> Self {
        Self {
            numbers: &self.numbers[range],
            ..self
        }
    }
}
