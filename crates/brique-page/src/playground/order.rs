//! The batches of an epoch, in the order of a fit.

use brique_datasets::Dataset;
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array2, ArrayView2, Axis, Slice};
use brique_tensor::{Scalar, aligned_zeros};

/// The batches of a training set in reused buffers. The order of epoch k is that of `Fit::shuffle`: a permutation drawn
/// from `portable(seed + k)`.
#[derive(Debug)]
pub(super) struct Batches<T: Scalar> {
    seed: u64,
    size: usize,
    order: Vec<usize>,
    x: Array2<T>,
    y: Array2<T>,
}

impl<T: Scalar> Batches<T> {
    pub(super) fn new(data: &Dataset<T>, size: usize, seed: u64) -> Self {
        let rows = size.min(data.len());
        Self {
            seed,
            size,
            order: (0..data.len()).collect(),
            x: aligned_zeros((rows, data.inputs().ncols())),
            y: aligned_zeros((rows, data.targets().ncols())),
        }
    }

    /// Returns the number of batches in an epoch.
    pub(super) fn count(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// Draws the order of an epoch.
    pub(super) fn begin(&mut self, epoch: usize) {
        let numbers = self.order.iter_mut().enumerate();
        numbers.for_each(|(index, example)| *example = index);
        portable(self.seed.wrapping_add(epoch as u64)).shuffle(&mut self.order);
    }

    /// Returns inputs and targets of a batch. The last batch contains the remaining examples.
    pub(super) fn batch(
        &mut self,
        data: &Dataset<T>,
        number: usize,
    ) -> (ArrayView2<'_, T>, ArrayView2<'_, T>) {
        let first = number * self.size;
        let last = self.order.len().min(first + self.size);
        for (row, &example) in self.order[first..last].iter().enumerate() {
            self.x.row_mut(row).assign(&data.inputs().row(example));
            self.y.row_mut(row).assign(&data.targets().row(example));
        }
        let rows = Slice::from(0..last - first);
        (self.x.slice_axis(Axis(0), rows), self.y.slice_axis(Axis(0), rows))
    }
}
