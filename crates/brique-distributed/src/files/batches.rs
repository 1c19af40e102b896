//! The buffers of the examples that a process needs of a batch.

use std::ops::Range;

use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_tensor::{Scalar, aligned_zeros, is_allocatable};
use brique_train::{Examples, SourceSizes};

use crate::{FileError, Order};

/// The order of an epoch, and the examples of the last batch. The buffers grow with the largest batch.
#[derive(Debug)]
pub(crate) struct Batches<T: Scalar> {
    sizes: SourceSizes,
    order: Order,
    /// The examples that are needed of the batch, in its order.
    pub(crate) examples: Vec<usize>,
    pub(crate) x: Array2<T>,
    pub(crate) y: Array2<T>,
}

impl<T: Scalar> Batches<T> {
    pub(crate) fn new(examples: usize, inputs: usize, targets: usize) -> Self {
        Self {
            sizes: SourceSizes {
                examples,
                inputs,
                targets,
                are_weighted: false,
            },
            order: Order::new(examples, None),
            examples: Vec::new(),
            x: Array2::default((0, 0)),
            y: Array2::default((0, 0)),
        }
    }

    pub(crate) fn sizes(&self) -> SourceSizes {
        self.sizes
    }

    pub(crate) fn begin_epoch(&mut self, seed: Option<u64>) {
        self.order = Order::new(self.sizes.examples, seed);
    }

    /// Lists the examples that are needed, and makes the buffers large enough for them.
    pub(crate) fn begin(&mut self, batch: &Range<usize>, needed: &Range<usize>) -> Result<(), FileError> {
        check_within(batch, &(0..self.sizes.examples))?;
        check_within(needed, batch)?;
        let SourceSizes { inputs, targets, .. } = self.sizes;
        let rows = needed.len();
        if self.x.nrows() < rows || self.x.ncols() != inputs || self.y.ncols() != targets {
            let columns = inputs.saturating_add(targets);
            if !is_allocatable::<T>((rows, columns), 1) {
                return Err(FileError::Memory { rows, columns });
            }
            // The old buffers are freed first.
            (self.x, self.y) = (Array2::default((0, 0)), Array2::default((0, 0)));
            self.x = aligned_zeros((rows, inputs));
            self.y = aligned_zeros((rows, targets));
        }
        self.examples.clear();
        let order = &self.order;
        self.examples
            .extend(needed.clone().filter_map(|position| order.get(position)));
        Ok(())
    }

    /// Returns the examples in the buffers.
    pub(crate) fn examples(&self, batch: &Range<usize>, needed: &Range<usize>) -> Examples<'_, T> {
        let rows = Slice::from(0..needed.len());
        Examples::part(
            self.x.slice_axis(Axis(0), rows),
            self.y.slice_axis(Axis(0), rows),
            None,
            needed.start - batch.start,
            batch.len(),
        )
    }
}

fn check_within(range: &Range<usize>, whole: &Range<usize>) -> Result<(), FileError> {
    if whole.start <= range.start && range.start <= range.end && range.end <= whole.end {
        return Ok(());
    }
    Err(FileError::Range {
        start: range.start,
        end: range.end,
        first: whole.start,
        last: whole.end,
    })
}
