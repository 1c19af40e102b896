//! The operands of a product.

use std::sync::atomic::AtomicBool;

use super::block::Block;
use crate::Matrix;
use crate::simd::Vector;

/// The start value of each sum: [`Onto`](super::Onto) in the form that kernels use.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<'a, T> {
    Nothing,
    Itself,
    /// The same row for each row of the result.
    Row(&'a [T]),
    /// The same number for each element of the result.
    Number(T),
}

impl<T> Start<'_, T> {
    /// Returns the start value of a part of the terms, from a column on: what is not the first part is added to the result.
    #[inline(always)]
    pub(crate) fn of_part(self, is_first: bool, column: usize) -> Self {
        match self {
            _ if !is_first => Self::Itself,
            Self::Row(row) => Self::Row(&row[column..]),
            start => start,
        }
    }
}

/// A matrix that is stored in a slice, row by row or column by column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factor<'a, T> {
    pub(super) slice: &'a [T],
    /// The distance from one row to the next.
    pub(super) row_stride: usize,
    /// The distance from one column to the next; one of the two strides is 1.
    pub(super) column_stride: usize,
}

impl<'a, T: Copy> Factor<'a, T> {
    /// Returns the factor, or `None` if the matrix is not contiguous by rows or by columns.
    pub(super) fn of(matrix: &'a Matrix<T>) -> Option<Self> {
        let (rows, columns) = matrix.dim();
        if let Some(slice) = matrix.as_slice() {
            return Some(Self {
                slice,
                row_stride: columns,
                column_stride: 1,
            });
        }
        let is_by_columns = matrix.strides() == [1, isize::try_from(rows).ok()?];
        let slice = matrix.as_slice_memory_order().filter(|_| is_by_columns)?;
        Some(Self {
            slice,
            row_stride: 1,
            column_stride: rows,
        })
    }

    pub(super) fn transposed(self) -> Self {
        Self {
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    #[inline(always)]
    pub(super) fn rows_from(self, row: usize) -> Self {
        Self {
            slice: &self.slice[row * self.row_stride..],
            ..self
        }
    }

    #[inline(always)]
    pub(super) fn columns_from(self, column: usize) -> Self {
        self.transposed().rows_from(column).transposed()
    }

    #[inline(always)]
    pub(super) fn at(self, row: usize, column: usize) -> T {
        self.slice[row * self.row_stride + column * self.column_stride]
    }
}

/// Consecutive terms of each sum, which are added separately. The sums of the groups are added in a binary tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(super) terms: usize,
    /// The number of nodes of the tree that end with this group: as many additions follow it.
    pub(super) additions: usize,
}

/// The product `c = start + a · b` of (rows, depth) and (depth, columns). No dimension is 0.
pub struct Product<'a, T> {
    pub(super) a: Factor<'a, T>,
    pub(super) b: Factor<'a, T>,
    pub(super) start: Start<'a, T>,
    pub(super) c: Block<'a, T>,
    pub(super) depth: usize,
    /// The groups in which the terms of each sum are added; none if they are added one after the other.
    pub(super) groups: &'a [Group],
    /// Set to false if a number of the result is NaN or infinite; `None` if the caller has not asked for it.
    pub(super) is_finite: Option<&'a AtomicBool>,
}

/// Loads `WIDE` vectors, with zeros beyond the end of a slice.
#[inline(always)]
pub(crate) fn load<V: Vector, const WIDE: usize>(simd: V::Simd, numbers: &[V::Number]) -> [V; WIDE] {
    let mut vectors = [V::splat(simd, <V::Number as num_traits::Zero>::zero()); WIDE];
    if let Some(numbers) = numbers.get(..WIDE * V::LANES) {
        for (j, vector) in vectors.iter_mut().enumerate() {
            *vector = V::load(simd, &numbers[j * V::LANES..]);
        }
    } else {
        for (vector, numbers) in vectors.iter_mut().zip(numbers.chunks(V::LANES)) {
            *vector = V::load_some(simd, numbers);
        }
    }
    vectors
}

/// Loads `WIDE` vectors. The slice has as many numbers.
#[inline(always)]
pub(crate) fn load_whole<V: Vector, const WIDE: usize>(simd: V::Simd, numbers: &[V::Number]) -> [V; WIDE] {
    let numbers = &numbers[..WIDE * V::LANES];
    let mut vectors = [V::splat(simd, <V::Number as num_traits::Zero>::zero()); WIDE];
    for (j, vector) in vectors.iter_mut().enumerate() {
        *vector = V::load(simd, &numbers[j * V::LANES..]);
    }
    vectors
}
