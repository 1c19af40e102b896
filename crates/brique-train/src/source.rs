//! Where the examples of a training come from.

use std::ops::Range;

use brique_datasets::Dataset;
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array1, Array2, ArrayView1, Axis, Slice};
use brique_tensor::{Scalar, aligned_zeros, copy_rows};

use crate::{Error, Examples};

/// Gives the examples of a training in batches, for [`Fit::run_on`](crate::Fit::run_on).
///
/// [`Fit::run`](crate::Fit::run) trains on a [`Dataset`] in memory. A source can read each batch from a file that is larger
/// than memory.
pub trait ExampleSource<T: Scalar = f64> {
    /// Returns the sizes of the whole set.
    fn sizes(&self) -> SourceSizes;

    /// Begins an epoch: with a seed, its order is drawn from the seed; without one, it is the order of the set. An order
    /// depends on the seed and the number of examples only.
    fn begin_epoch(&mut self, seed: Option<u64>);

    /// Returns examples of a batch. `batch` is its range in the order of the epoch. The result must contain the examples
    /// `needed`, a range within `batch`, and may contain more of the batch.
    ///
    /// # Errors
    ///
    /// If the examples cannot be read.
    fn batch(&mut self, batch: Range<usize>, needed: Range<usize>) -> Result<Examples<'_, T>, Error>;
}

/// The sizes of a set of examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceSizes {
    /// The number of examples.
    pub examples: usize,
    /// The number of inputs of an example.
    pub inputs: usize,
    /// The number of targets of an example.
    pub targets: usize,
    /// Whether the examples have weights.
    pub are_weighted: bool,
}

impl SourceSizes {
    pub(crate) fn of<T: Scalar>(data: &Dataset<T>) -> Self {
        Self {
            examples: data.len(),
            inputs: data.inputs().ncols(),
            targets: data.targets().ncols(),
            are_weighted: data.example_weights().is_some(),
        }
    }
}

/// The examples of a data set in memory, copied into reused buffers if their order is drawn.
pub(crate) struct InMemory<'a, T: Scalar> {
    data: &'a Dataset<T>,
    shuffled: Option<Shuffled<T>>,
}

#[derive(Default)]
struct Shuffled<T: Scalar> {
    order: Vec<usize>,
    x: Array2<T>,
    y: Array2<T>,
    weights: Array1<T>,
}

impl<'a, T: Scalar> InMemory<'a, T> {
    pub(crate) fn new(data: &'a Dataset<T>) -> Self {
        Self { data, shuffled: None }
    }
}

impl<T: Scalar> ExampleSource<T> for InMemory<'_, T> {
    fn sizes(&self) -> SourceSizes {
        SourceSizes::of(self.data)
    }

    fn begin_epoch(&mut self, seed: Option<u64>) {
        let Some(seed) = seed else {
            self.shuffled = None;
            return;
        };
        let order = &mut self.shuffled.get_or_insert_default().order;
        order.clear();
        order.extend(0..self.data.len());
        portable(seed).shuffle(order);
    }

    fn batch(&mut self, batch: Range<usize>, _needed: Range<usize>) -> Result<Examples<'_, T>, Error> {
        let rows = Slice::from(batch.clone());
        let (inputs, targets) = (self.data.inputs(), self.data.targets());
        let weights = self.data.example_weights();
        let Some(shuffled) = &mut self.shuffled else {
            let x = inputs.slice_axis(Axis(0), rows);
            let y = targets.slice_axis(Axis(0), rows);
            return Ok(Examples::whole(
                x,
                y,
                weights.map(|weights| ArrayView1::from(&weights[batch])),
            ));
        };
        shuffled.resize(batch.len(), (inputs.ncols(), targets.ncols()), weights.is_some());
        let Shuffled {
            order,
            x,
            y,
            weights: drawn,
        } = shuffled;
        let rows = Slice::from(0..batch.len());
        let examples = &order[batch];
        copy_rows(inputs, examples, x);
        copy_rows(targets, examples, y);
        if let Some(weights) = weights {
            for (drawn, &example) in drawn.iter_mut().zip(examples) {
                *drawn = weights[example];
            }
        }
        Ok(Examples::whole(
            x.slice_axis(Axis(0), rows),
            y.slice_axis(Axis(0), rows),
            weights.map(|_| drawn.slice_axis(Axis(0), rows)),
        ))
    }
}

impl<T: Scalar> Shuffled<T> {
    /// Makes the buffers as large as a batch needs.
    fn resize(&mut self, rows: usize, (inputs, targets): (usize, usize), are_weighted: bool) {
        if self.x.nrows() < rows || self.x.ncols() != inputs || self.y.ncols() != targets {
            self.x = aligned_zeros((rows, inputs));
            self.y = aligned_zeros((rows, targets));
            self.weights = Array1::zeros(if are_weighted { rows } else { 0 });
        }
    }
}
