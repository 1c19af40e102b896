//! The numbers from which windows are gathered: the examples themselves, or a copy with a border of zeros.

use super::scratch::Numbers;
use crate::Scalar;
use crate::simd::MOST_LANES;

/// How the channels of a convolution are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// SIMD vectors hold output channels of one group. All of them see the same input channels, one after the other:
    /// each number of the input is multiplied by a vector of weights.
    Shared,
    /// SIMD vectors hold output channels of several groups. The copy has the input channels that they see side by side:
    /// each vector of the input is multiplied by a vector of weights. A depthwise convolution needs no reordering.
    Each,
}

/// One example from which windows are gathered, and how it is stored.
///
/// Channel c of group g is the input of the `group_outputs` outputs of the group. The pass decides what inputs and
/// outputs are: for the delta, the outputs of the convolution are the inputs here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) mode: Mode,
    pub(super) groups: usize,
    pub(super) group_inputs: usize,
    pub(super) group_outputs: usize,
    /// Height and width of an example.
    pub(super) sizes: [usize; 2],
    /// The zeros before and after it, along each axis.
    pub(super) border: [(usize, usize); 2],
}

impl Mode {
    /// Returns the faster mode. Each element of a result is the same sum in the same order in both.
    ///
    /// With more outputs in a group, the copy would be several times as large as the example, and slower than vectors
    /// that are not full.
    pub(super) fn of(groups: usize, group_outputs: usize) -> Self {
        if groups > 1 && group_outputs <= 2 {
            Self::Each
        } else {
            Self::Shared
        }
    }
}

impl Source {
    /// Returns the number of numbers stored for one position.
    pub(super) fn position_stride(&self) -> usize {
        match self.mode {
            Mode::Shared => self.groups * self.group_inputs,
            Mode::Each => self.group_inputs * self.columns(),
        }
    }

    /// Returns the distance between the input channels of a group.
    pub(super) fn channel_stride(&self) -> usize {
        match self.mode {
            Mode::Shared => 1,
            Mode::Each => self.columns(),
        }
    }

    pub(super) fn row_stride(&self) -> usize {
        let (before, after) = self.border[1];
        (before + self.sizes[1] + after) * self.position_stride()
    }

    /// Returns the number of numbers stored for one example.
    pub(super) fn example_stride(&self) -> usize {
        let (before, after) = self.border[0];
        (before + self.sizes[0] + after) * self.row_stride()
    }

    fn columns(&self) -> usize {
        self.groups * self.group_outputs
    }

    /// Returns the number of values in an example that is not copied.
    pub(super) fn example_size(&self) -> usize {
        self.sizes[0] * self.sizes[1] * self.groups * self.group_inputs
    }

    /// Returns whether the examples need not be copied.
    fn is_direct(&self, panel_columns: usize) -> bool {
        let has_border = self.border != [(0, 0); 2];
        let is_in_order = match self.mode {
            Mode::Shared => true,
            // The vectors of a partial panel would be loaded from beyond the last example.
            Mode::Each => self.group_inputs * self.group_outputs == 1 && self.columns() == panel_columns,
        };
        !has_border && is_in_order
    }

    /// Returns the stored form of these examples: themselves, or a copy in `buffer`. `panel_columns` are the columns of
    /// all panels, with padding.
    pub(super) fn stored<'a, T: Scalar>(
        &self,
        examples: &'a [T],
        panel_columns: usize,
        buffer: &'a mut Numbers<T>,
    ) -> &'a [T] {
        if self.is_direct(panel_columns) {
            return examples;
        }
        let (size, stride) = (self.example_size(), self.example_stride());
        let count = examples.len() / size.max(1);
        // SIMD vectors that begin at the last position may end beyond it.
        let copy = buffer.space(count * stride + 4 * MOST_LANES);
        let (numbers, beyond) = copy.split_at_mut(count * stride);
        beyond.fill(T::zero());
        for (example, copy) in examples.chunks_exact(size).zip(numbers.chunks_exact_mut(stride)) {
            self.copy(example, copy);
        }
        copy
    }

    /// Copies one example between the zeros of its border.
    fn copy<T: Scalar>(&self, example: &[T], copy: &mut [T]) {
        let channels = self.groups * self.group_inputs;
        let [(above, _), (before, _)] = self.border;
        let (above, rows) = copy.split_at_mut(above * self.row_stride());
        let (rows, below) = rows.split_at_mut(self.sizes[0] * self.row_stride());
        above.fill(T::zero());
        below.fill(T::zero());
        let from = example.chunks_exact(self.sizes[1] * channels);
        for (row, copy) in from.zip(rows.chunks_exact_mut(self.row_stride())) {
            let (before, copy) = copy.split_at_mut(before * self.position_stride());
            let (copy, after) = copy.split_at_mut(self.sizes[1] * self.position_stride());
            before.fill(T::zero());
            after.fill(T::zero());
            if self.mode == Mode::Shared || self.group_inputs * self.group_outputs == 1 {
                copy.copy_from_slice(row);
            } else {
                self.spread(row, copy);
            }
        }
    }

    /// Copies each input channel to all outputs of its group.
    fn spread<T: Scalar>(&self, row: &[T], copy: &mut [T]) {
        let columns = self.columns();
        let positions = row.chunks_exact(self.groups * self.group_inputs);
        for (position, copy) in positions.zip(copy.chunks_exact_mut(self.position_stride())) {
            for (channel, copy) in copy.chunks_exact_mut(columns).enumerate() {
                for (group, copy) in copy.chunks_exact_mut(self.group_outputs).enumerate() {
                    for number in copy {
                        *number = position[group * self.group_inputs + channel];
                    }
                }
            }
        }
    }
}
