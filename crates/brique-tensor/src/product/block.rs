//! A part of a matrix to write to, which can be cut in two along either axis.

#![allow(
    unsafe_code,
    reason = "columns of a matrix lie between those of another, which no slice can say"
)]

use std::marker::PhantomData;

/// Rows of `columns` numbers, `stride` apart, that nobody else can reach.
#[derive(Debug)]
pub(super) struct Block<'a, T> {
    first: *mut T,
    rows: usize,
    columns: usize,
    stride: usize,
    owner: PhantomData<&'a mut [T]>,
}

// SAFETY: a block is the only way to its numbers, as a mutable slice would be.
unsafe impl<T: Send> Send for Block<'_, T> {}

impl<'a, T> Block<'a, T> {
    /// A whole matrix, row by row without gaps.
    pub(super) fn new(numbers: &'a mut [T], rows: usize, columns: usize) -> Self {
        assert!(
            rows.checked_mul(columns) == Some(numbers.len()),
            "as many numbers as places"
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

    /// The numbers from `column` on of one row.
    #[inline(always)]
    pub(super) fn row_mut(&mut self, row: usize, column: usize) -> &mut [T] {
        assert!(row < self.rows && column <= self.columns);
        // SAFETY: the row is one of this block, its numbers are in one piece of memory from `first + row · stride` on, and
        // `&mut self` keeps everybody else from them.
        unsafe {
            let start = self.first.add(row * self.stride + column);
            std::slice::from_raw_parts_mut(start, self.columns - column)
        }
    }

    /// The numbers of the only column of a matrix without gaps.
    #[inline(always)]
    pub(super) fn column_mut(&mut self) -> &mut [T] {
        assert!(self.columns == 1 && self.stride == 1);
        // SAFETY: `rows` numbers without gaps begin at `first`, and `&mut self` keeps everybody else from them.
        unsafe { std::slice::from_raw_parts_mut(self.first, self.rows) }
    }

    /// A column without gaps as a row; any other block as it was.
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

    /// The first rows, and the others.
    pub(super) fn split_at_row(self, row: usize) -> (Self, Self) {
        assert!(row <= self.rows);
        let upper = Self { rows: row, ..self };
        // SAFETY: within the matrix, or one past its end where no row is left.
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

    /// The first columns, and the others.
    pub(super) fn split_at_column(self, column: usize) -> (Self, Self) {
        assert!(column <= self.columns);
        let left = Self {
            columns: column,
            ..self
        };
        // SAFETY: within the first row, or one past its end where no column is left.
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
