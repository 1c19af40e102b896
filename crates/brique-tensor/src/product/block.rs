//! A mutable part of a matrix that can be cut in two along either axis.

#![allow(
    unsafe_code,
    reason = "the columns of two blocks alternate in memory, and slices cannot express this"
)]

use std::marker::PhantomData;

/// Rows of `columns` numbers, `stride` apart, to which the block has exclusive access.
#[derive(Debug)]
pub(super) struct Block<'a, T> {
    first: *mut T,
    rows: usize,
    columns: usize,
    stride: usize,
    owner: PhantomData<&'a mut [T]>,
}

// SAFETY: a block has exclusive access to its numbers, as a mutable slice has.
unsafe impl<T: Send> Send for Block<'_, T> {}

impl<'a, T> Block<'a, T> {
    /// Returns a block for a whole matrix that is stored row by row without gaps.
    pub(super) fn new(numbers: &'a mut [T], rows: usize, columns: usize) -> Self {
        assert!(
            rows.checked_mul(columns) == Some(numbers.len()),
            "a block has rows · columns numbers"
        );
        Self {
            first: numbers.as_mut_ptr(),
            rows,
            columns,
            stride: columns,
            owner: PhantomData,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the numbers of one row from `column` on.
    #[inline(always)]
    pub(super) fn row_mut(&mut self, row: usize, column: usize) -> &mut [T] {
        assert!(row < self.rows && column <= self.columns);
        // SAFETY: the row belongs to this block, its numbers are contiguous from `first + row · stride` on, and
        // `&mut self` prevents any other access to them.
        unsafe {
            let start = self.first.add(row * self.stride + column);
            std::slice::from_raw_parts_mut(start, self.columns - column)
        }
    }

    /// Returns the numbers of the only column of a block without gaps.
    #[inline(always)]
    pub(super) fn column_mut(&mut self) -> &mut [T] {
        assert!(self.columns == 1 && self.stride == 1);
        // SAFETY: `rows` contiguous numbers begin at `first`, and `&mut self` prevents any other access to them.
        unsafe { std::slice::from_raw_parts_mut(self.first, self.rows) }
    }

    /// Turns a single column without gaps into a row. Returns any other block unchanged, as an error.
    pub(super) fn transposed(self) -> Result<Self, Self> {
        if self.columns != 1 || self.stride != 1 {
            return Err(self);
        }
        Ok(Self {
            rows: 1,
            columns: self.rows,
            stride: self.rows,
            ..self
        })
    }

    /// Returns the first `row` rows and the remaining rows.
    pub(super) fn split_at_row(self, row: usize) -> (Self, Self) {
        assert!(row <= self.rows);
        let upper = Self { rows: row, ..self };
        // SAFETY: the pointer is only moved if rows remain, and then it stays within the matrix.
        let first = if row < self.rows {
            unsafe { self.first.add(row * self.stride) }
        } else {
            self.first
        };
        (
            upper,
            Self {
                first,
                rows: self.rows - row,
                ..self
            },
        )
    }

    /// Returns the first `column` columns and the remaining columns.
    pub(super) fn split_at_column(self, column: usize) -> (Self, Self) {
        assert!(column <= self.columns);
        let left = Self {
            columns: column,
            ..self
        };
        // SAFETY: the pointer stays within the first row, or is one past its end if no column remains.
        let first = unsafe { self.first.add(column) };
        (
            left,
            Self {
                first,
                columns: self.columns - column,
                ..self
            },
        )
    }
}
