//! The numbers of an example, and 0 around them.

#![allow(
    unsafe_code,
    reason = "a check of each element would take as long as the multiplication"
)]

use std::marker::PhantomData;

use super::super::scratch::Numbers;
use crate::Scalar;
use crate::simd::Vector;

/// Some examples. A vector of channels may reach beyond the last channel of a position, where its lanes hold any numbers: there
/// is a copy of the last examples with more numbers behind them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Examples<'a, T> {
    numbers: &'a [T],
    size: usize,
    /// The copy, and the index of its first number in `numbers`.
    copy: &'a [T],
    first: usize,
}

impl<'a, T: Scalar> Examples<'a, T> {
    /// Returns examples of `size` numbers, whose vectors reach beyond a position by `beyond` numbers.
    pub(super) fn new(numbers: &'a [T], size: usize, beyond: usize, buffer: &'a mut Numbers<T>) -> Self {
        let most = beyond.next_multiple_of(size);
        // Space for as many examples as are ever copied, so that no thread allocates when it gets more examples than before.
        let copy = buffer.space(most + beyond);
        let copied = most.min(numbers.len());
        let first = numbers.len() - copied;
        let (examples, zeros) = copy.split_at_mut(copied);
        examples.copy_from_slice(&numbers[first..]);
        zeros.fill(T::zero());
        Self {
            numbers,
            size,
            copy,
            first,
        }
    }

    /// Returns the numbers from the first of an example on.
    #[inline(always)]
    pub(super) fn from(&self, example: usize) -> &'a [T] {
        let index = example * self.size;
        match index.checked_sub(self.first) {
            Some(index) => &self.copy[index..],
            None => &self.numbers[index..],
        }
    }
}

/// An example with its channels last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Image<'a, T> {
    /// The numbers from the first of the example on.
    pub(super) numbers: &'a [T],
    pub(super) height: usize,
    pub(super) width: usize,
    /// The channels of a position.
    pub(super) channels: usize,
}

/// A row of an example, from one channel on. A row outside of the example is empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a, T> {
    numbers: &'a [T],
    width: usize,
    channels: usize,
    /// How many numbers there are from the last position on.
    from_last: usize,
}

impl<'a, T> Line<'a, T> {
    /// Returns the row of `width` positions, each of which has `channels` numbers.
    #[inline(always)]
    pub(super) fn new(numbers: &'a [T], width: usize, channels: usize) -> Self {
        let last = width.saturating_sub(1).checked_mul(channels);
        let from_last = last.map_or(0, |last| numbers.len().saturating_sub(last));
        Self {
            numbers,
            width,
            channels,
            from_last,
        }
    }

    /// Returns the number of positions.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.width
    }
}

impl<'a, T: Scalar> Image<'a, T> {
    /// Returns the row with an index, which may be negative: a number that wrapped around.
    #[inline(always)]
    pub(super) fn line(&self, row: usize, channel: usize) -> Line<'a, T> {
        let (first, width) = if row < self.height {
            (row * self.width * self.channels + channel, self.width)
        } else {
            (self.numbers.len(), 0)
        };
        Line::new(&self.numbers[first..], width, self.channels)
    }
}

impl<T: Scalar> Line<'_, T> {
    /// Loads the vector of a position; it is 0 before the first and after the last.
    #[inline(always)]
    pub(super) fn load<V: Vector<Number = T>>(&self, simd: V::Simd, position: usize) -> V {
        if position >= self.width {
            return V::splat(simd, T::default());
        }
        assert!(self.has_vectors::<V>());
        // SAFETY: the vector of the last position exists, and this one is not behind it.
        let numbers = unsafe {
            std::slice::from_raw_parts(self.numbers.as_ptr().add(position * self.channels), V::LANES)
        };
        V::load(simd, numbers)
    }

    /// Returns whether the vectors of all positions exist.
    #[inline(always)]
    fn has_vectors<V: Vector<Number = T>>(&self) -> bool {
        V::LANES <= self.from_last
    }
}

/// The vectors of several lines that are read together, position after position.
pub(super) trait Columns<V: Vector, const LINES: usize> {
    /// Loads the vectors of the next position.
    fn next(&mut self, simd: V::Simd) -> [V; LINES];
}

/// Columns of which some may be outside of their lines, where they are 0.
pub(super) struct Edge<'a, T, const LINES: usize> {
    pub(super) lines: [Line<'a, T>; LINES],
    pub(super) positions: [usize; LINES],
    /// The distance of positions. Backwards, it is a number that wrapped around.
    pub(super) step: usize,
}

impl<V: Vector<Number: Scalar>, const LINES: usize> Columns<V, LINES> for Edge<'_, V::Number, LINES> {
    #[inline(always)]
    fn next(&mut self, simd: V::Simd) -> [V; LINES] {
        let mut column = [V::splat(simd, V::Number::default()); LINES];
        for ((vector, line), position) in column.iter_mut().zip(&self.lines).zip(&mut self.positions) {
            *vector = line.load(simd, *position);
            *position = position.wrapping_add(self.step);
        }
        column
    }
}

impl<'a, T: Scalar, const LINES: usize> Edge<'a, T, LINES> {
    /// Returns the next `count` columns without the checks of this type; nothing if one is outside of its line.
    #[inline(always)]
    pub(super) fn inner<V: Vector<Number = T>>(&self, count: usize) -> Option<Inner<'a, T, LINES>> {
        let steps = count.checked_sub(1)?;
        let distance = self.step.cast_signed().unsigned_abs().checked_mul(steps)?;
        let last = self.step.wrapping_mul(steps);
        let mut first = [std::ptr::null(); LINES];
        let channels = self.lines.first()?.channels;
        for ((first, line), &position) in first.iter_mut().zip(&self.lines).zip(&self.positions) {
            let last = position.wrapping_add(last);
            if position >= line.width
                || last >= line.width
                || distance >= line.width
                || !line.has_vectors::<V>()
            {
                return None;
            }
            *first = line.numbers.as_ptr().wrapping_add(position * channels);
        }
        Some(Inner {
            first,
            lanes: V::LANES,
            index: 0,
            step: self.step.wrapping_mul(channels).cast_signed(),
            remaining: count,
            numbers: PhantomData,
        })
    }
}

impl<T, const LINES: usize> Edge<'_, T, LINES> {
    /// Passes over columns.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: usize) {
        for position in &mut self.positions {
            *position = position.wrapping_add(self.step.wrapping_mul(count));
        }
    }
}

/// Columns that are within their lines.
pub(super) struct Inner<'a, T, const LINES: usize> {
    first: [*const T; LINES],
    /// The numbers of a vector.
    lanes: usize,
    /// The distance of the next vector from the first, and of the vectors from each other.
    index: isize,
    step: isize,
    /// The columns that are not loaded yet.
    remaining: usize,
    numbers: PhantomData<&'a T>,
}

impl<V: Vector<Number: Scalar>, const LINES: usize> Columns<V, LINES> for Inner<'_, V::Number, LINES> {
    #[inline(always)]
    fn next(&mut self, simd: V::Simd) -> [V; LINES] {
        assert!(self.remaining > 0 && V::LANES <= self.lanes);
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

impl<T: Scalar, const LINES: usize> Inner<'_, T, LINES> {
    /// Returns the next `count` columns.
    #[inline(always)]
    pub(super) fn block<V: Vector<Number = T>>(&self, count: usize) -> Block<'_, V, LINES> {
        assert!(count <= self.remaining && V::LANES <= self.lanes);
        Block {
            columns: self,
            count,
            vectors: PhantomData,
        }
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
    columns: &'a Inner<'a, V::Number, LINES>,
    count: usize,
    vectors: PhantomData<V>,
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

/// The vectors of all taps of `COUNT` windows that are next to each other, all of which exist.
pub(super) struct Taps<'a, V: Vector, const COUNT: usize> {
    first: *const V::Number,
    /// The distances from row to row of a window, from tap to tap, and from window to window.
    steps: [isize; 3],
    rows: usize,
    columns: usize,
    numbers: PhantomData<&'a V::Number>,
}

impl<'a, V: Vector<Number: Scalar>, const COUNT: usize> Taps<'a, V, COUNT> {
    /// Returns the vectors of windows of `rows` × `columns` taps, the first of which is at an index; nothing if one of them
    /// does not exist. Steps backwards are numbers that wrapped around.
    #[inline(always)]
    pub(super) fn new(
        numbers: &'a [V::Number],
        first: usize,
        steps: [usize; 3],
        [rows, columns]: [usize; 2],
    ) -> Option<Self> {
        let last = numbers.len().checked_sub(V::LANES)?.cast_signed();
        let (mut lowest, mut highest) = (first.cast_signed(), first.cast_signed());
        let steps = steps.map(usize::cast_signed);
        for (step, count) in steps.into_iter().zip([rows, columns, COUNT]) {
            let distance = step.checked_mul(isize::try_from(count.checked_sub(1)?).ok()?)?;
            lowest = lowest.checked_add(distance.min(0))?;
            highest = highest.checked_add(distance.max(0))?;
        }
        (lowest >= 0 && highest <= last).then(|| Self {
            first: numbers.as_ptr().wrapping_add(first),
            steps,
            rows,
            columns,
            numbers: PhantomData,
        })
    }

    #[inline(always)]
    pub(super) fn load(&self, simd: V::Simd, row: usize, column: usize, window: usize) -> V {
        assert!(row < self.rows && column < self.columns && window < COUNT);
        let [of_rows, of_columns, of_windows] = self.steps;
        let index = of_rows * row.cast_signed()
            + of_columns * column.cast_signed()
            + of_windows * window.cast_signed();
        // SAFETY: the index is between the lowest and the highest, and vectors exist at both of them.
        let numbers = unsafe { std::slice::from_raw_parts(self.first.offset(index), V::LANES) };
        V::load(simd, numbers)
    }
}
