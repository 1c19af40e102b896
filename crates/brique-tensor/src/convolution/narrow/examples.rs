//! The examples that narrow groups read, row by row.

#![allow(
    unsafe_code,
    reason = "a check of each element would take as long as the multiplication"
)]

use std::marker::PhantomData;

use super::super::scratch::Numbers;
use super::axis::Axis;
use crate::Scalar;
use crate::convolution::Convolution;
use crate::simd::Vector;

/// Some examples with their channels last, and zeros around them.
///
/// A vector of channels may reach beyond the last channel of a position, where its lanes hold any numbers: there is a copy of the
/// last rows with more numbers behind them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Examples<'a, T> {
    numbers: &'a [T],
    /// The copy, and the index of its first number in `numbers`.
    copy: &'a [T],
    first_copied: usize,
    /// The row above the first and below the last.
    zeros: &'a [T],
    reads_outside: bool,
    sizes: Sizes,
}

/// The sizes of an example.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) height: usize,
    pub(super) width: usize,
    /// The channels of a position.
    pub(super) channels: usize,
}

impl Sizes {
    pub(super) fn of_inputs(convolution: &Convolution) -> Self {
        let [height, width] = convolution.axes.map(|axis| axis.length());
        Self {
            height,
            width,
            channels: convolution.inputs,
        }
    }

    pub(super) fn of_outputs(convolution: &Convolution) -> Self {
        let [height, width] = convolution.axes.map(|axis| axis.outputs());
        Self {
            height,
            width,
            channels: convolution.outputs,
        }
    }
}

impl<'a, T: Scalar> Examples<'a, T> {
    /// Returns examples whose vectors reach beyond a position by `beyond` numbers. Rows outside of them are only read if
    /// `reads_outside`.
    pub(super) fn new(
        numbers: &'a [T],
        sizes: Sizes,
        beyond: usize,
        reads_outside: bool,
        buffer: &'a mut Numbers<T>,
    ) -> Self {
        let row = sizes.width * sizes.channels;
        let most = beyond.next_multiple_of(row);
        let zeros = beyond + if reads_outside { row } else { 0 };
        // Space for as many rows as are ever copied, so that no thread allocates when it gets more examples than before.
        let buffer = buffer.space(most + zeros);
        let copied = most.min(numbers.len());
        let first_copied = numbers.len() - copied;
        buffer[..copied].copy_from_slice(&numbers[first_copied..]);
        buffer[copied..].fill(T::zero());
        let copy = &buffer[..copied + zeros];
        Self {
            numbers,
            copy,
            first_copied,
            zeros: &copy[copied..],
            reads_outside,
            sizes,
        }
    }

    /// Returns the vectors of an example that begin with one channel.
    ///
    /// # Panics
    ///
    /// If they reach further beyond a position than the examples allow.
    #[inline(always)]
    pub(super) fn channels<V: Vector<Number = T>>(&self, example: usize, channel: usize) -> Channels<'a, V> {
        let Sizes {
            height,
            width,
            channels,
        } = self.sizes;
        let row = width * channels;
        let first_row = example * height;
        let first_copied = self.first_copied / row;
        let in_numbers = first_copied.saturating_sub(first_row).min(height);
        // The end of the last vector of a row.
        let end = row - channels + channel + V::LANES;
        let end_of_rows = |rows: usize| rows.saturating_sub(1) * row + end;
        assert!(in_numbers == 0 || end_of_rows(first_row + in_numbers) <= self.numbers.len());
        assert!(in_numbers == height || end_of_rows(first_row + height - first_copied) <= self.copy.len());
        assert!(!self.reads_outside || end <= self.zeros.len());
        let index = first_row * row + channel;
        Channels {
            numbers: self.numbers.as_ptr().wrapping_add(index),
            in_numbers,
            copy: self
                .copy
                .as_ptr()
                .wrapping_add(index)
                .wrapping_sub(first_copied * row),
            height,
            zeros: self.zeros.as_ptr().wrapping_add(channel),
            reads_outside: self.reads_outside,
            row,
            width,
            position: channels,
            lifetime: PhantomData,
        }
    }
}

/// The vectors of an example that begin with one channel.
#[derive(Clone, Copy)]
pub(super) struct Channels<'a, V: Vector> {
    /// The first row, if it is one of the first `in_numbers`.
    numbers: *const V::Number,
    in_numbers: usize,
    /// The first row, if it was in the copy, where the others of the `height` rows are.
    copy: *const V::Number,
    height: usize,
    /// The rows outside of the example.
    zeros: *const V::Number,
    reads_outside: bool,
    /// The numbers of a row.
    row: usize,
    width: usize,
    /// The numbers of a position.
    position: usize,
    lifetime: PhantomData<&'a V::Number>,
}

impl<'a, V: Vector> Channels<'a, V> {
    /// Returns a row. Its index may be negative: a number that wrapped around.
    ///
    /// # Panics
    ///
    /// If there is no such row, and the examples have no zeros.
    #[inline(always)]
    pub(super) fn line(&self, row: usize) -> Line<'a, V> {
        let first = if row < self.in_numbers {
            self.numbers.wrapping_add(row * self.row)
        } else if row < self.height {
            self.copy.wrapping_add(row * self.row)
        } else {
            assert!(self.reads_outside);
            self.zeros
        };
        Line {
            first,
            width: self.width,
            channels: self.position,
            numbers: PhantomData,
        }
    }

    /// Returns the rows of the taps of a window, from one tap on.
    #[inline(always)]
    pub(super) fn lines<const LINES: usize>(
        &self,
        down: &Axis,
        window: usize,
        first: usize,
    ) -> [Line<'a, V>; LINES] {
        let mut lines = [self.line(down.element(window, first)); LINES];
        for (tap, line) in lines.iter_mut().enumerate().skip(1) {
            *line = self.line(down.element(window, first + tap));
        }
        lines
    }
}

/// A row of an example, from one channel on.
#[derive(Clone, Copy)]
pub(super) struct Line<'a, V: Vector> {
    /// The vectors of all positions from here on exist.
    first: *const V::Number,
    width: usize,
    /// The channels of a position.
    channels: usize,
    numbers: PhantomData<&'a V::Number>,
}

impl<V: Vector<Number: Scalar>> Line<'_, V> {
    /// Returns where the vector of the first position begins.
    #[inline(always)]
    pub(super) fn first(&self) -> *const V::Number {
        self.first
    }

    /// Returns the number of positions.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Returns the numbers of a position.
    #[inline(always)]
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// Loads the vector of a position; it is 0 before the first and after the last.
    #[inline(always)]
    pub(super) fn load(&self, simd: V::Simd, position: usize) -> V {
        if position >= self.width {
            return V::splat(simd, V::Number::default());
        }
        // SAFETY: the vector of the position exists.
        let numbers =
            unsafe { std::slice::from_raw_parts(self.first.add(position * self.channels), V::LANES) };
        V::load(simd, numbers)
    }
}
