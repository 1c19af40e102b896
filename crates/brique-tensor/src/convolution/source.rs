//! The numbers from which windows are gathered: the examples themselves, or a copy with a border of zeros.

use super::scratch::Numbers;
use crate::Scalar;

/// The examples from which windows are gathered, and how they are stored. The pass decides what they are: for the delta,
/// the outputs of the convolution are the channels here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// The channels of all groups.
    pub(super) channels: usize,
    pub(super) group_channels: usize,
    /// Height and width of an example.
    pub(super) sizes: [usize; 2],
    /// The zeros before and after it, along each axis.
    pub(super) border: [(usize, usize); 2],
}

impl Source {
    /// Returns the number of numbers in a row of positions.
    pub(super) fn row_stride(&self) -> usize {
        let (before, after) = self.border[1];
        (before + self.sizes[1] + after) * self.channels
    }

    /// Returns the number of numbers stored for one example.
    pub(super) fn example_stride(&self) -> usize {
        let (before, after) = self.border[0];
        (before + self.sizes[0] + after) * self.row_stride()
    }

    /// Returns the stored form of these examples: themselves, or a copy in `buffer`, which is large enough for `most` of them.
    pub(super) fn stored<'a, T: Scalar>(
        &self,
        examples: &'a [T],
        most: usize,
        buffer: &'a mut Numbers<T>,
    ) -> &'a [T] {
        if self.border == [(0, 0); 2] {
            return examples;
        }
        let (size, stride) = (
            self.sizes[0] * self.sizes[1] * self.channels,
            self.example_stride(),
        );
        let copy = buffer.space(most * stride);
        for (example, copy) in examples.chunks_exact(size).zip(copy.chunks_exact_mut(stride)) {
            self.copy(example, copy);
        }
        &copy[..examples.len() / size * stride]
    }

    /// Copies one example between the zeros of its border.
    fn copy<T: Scalar>(&self, example: &[T], copy: &mut [T]) {
        let [(above, _), (before, _)] = self.border;
        let (above, rows) = copy.split_at_mut(above * self.row_stride());
        let (rows, below) = rows.split_at_mut(self.sizes[0] * self.row_stride());
        above.fill(T::zero());
        below.fill(T::zero());
        let from = example.chunks_exact(self.sizes[1] * self.channels);
        for (row, copy) in from.zip(rows.chunks_exact_mut(self.row_stride())) {
            let (before, copy) = copy.split_at_mut(before * self.channels);
            let (copy, after) = copy.split_at_mut(row.len());
            before.fill(T::zero());
            copy.copy_from_slice(row);
            after.fill(T::zero());
        }
    }
}
