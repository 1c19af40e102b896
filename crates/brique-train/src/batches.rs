//! Mini-batches in reused buffers.

use brique_datasets::Dataset;
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array1, Array2, ArrayView1, Axis, Slice};
use brique_tensor::{Scalar, aligned_zeros};

use crate::Examples;

/// The examples of a data set in batches of `size`, either in order or in an order drawn for each epoch.
pub(crate) struct Batches<'a, T: Scalar> {
    data: &'a Dataset<T>,
    size: usize,
    shuffle: Option<Shuffle<T>>,
}

struct Shuffle<T: Scalar> {
    seed: u64,
    order: Vec<usize>,
    x: Array2<T>,
    y: Array2<T>,
    weights: Option<Array1<T>>,
}

impl<'a, T: Scalar> Batches<'a, T> {
    pub(crate) fn new(data: &'a Dataset<T>, size: usize, seed: Option<u64>) -> Self {
        let rows = size.min(data.len());
        let shuffle = seed.map(|seed| Shuffle {
            seed,
            order: (0..data.len()).collect(),
            x: aligned_zeros((rows, data.inputs().ncols())),
            y: aligned_zeros((rows, data.targets().ncols())),
            weights: data.example_weights().map(|_| Array1::zeros(rows)),
        });
        Self { data, size, shuffle }
    }

    /// Begins an epoch: draws its order, which depends only on the seed and the number of the epoch.
    pub(crate) fn begin(&mut self, epoch: usize) {
        if let Some(Shuffle { seed, order, .. }) = &mut self.shuffle {
            order
                .iter_mut()
                .enumerate()
                .for_each(|(index, example)| *example = index);
            portable(seed.wrapping_add(epoch as u64)).shuffle(order);
        }
    }

    /// Returns the number of batches in an epoch.
    pub(crate) fn count(&self) -> usize {
        self.data.len().div_ceil(self.size)
    }

    /// Returns inputs, targets and weights of a batch of the epoch. The last batch contains the remaining examples and may be
    /// shorter.
    pub(crate) fn batch(&mut self, number: usize) -> Examples<'_, T> {
        let first = number * self.size;
        let last = self.data.len().min(first + self.size);
        let (inputs, targets) = (self.data.inputs(), self.data.targets());
        let all_weights = self.data.example_weights();
        let Some(Shuffle {
            order, x, y, weights, ..
        }) = &mut self.shuffle
        else {
            let rows = Slice::from(first..last);
            return Examples {
                x: inputs.slice_axis(Axis(0), rows),
                y: targets.slice_axis(Axis(0), rows),
                weights: all_weights.map(|weights| ArrayView1::from(&weights[first..last])),
            };
        };
        for (row, &example) in order[first..last].iter().enumerate() {
            x.row_mut(row).assign(&inputs.row(example));
            y.row_mut(row).assign(&targets.row(example));
            if let (Some(weights), Some(all)) = (&mut *weights, all_weights) {
                weights[row] = all[example];
            }
        }
        let rows = Slice::from(0..last - first);
        Examples {
            x: x.slice_axis(Axis(0), rows),
            y: y.slice_axis(Axis(0), rows),
            weights: weights.as_ref().map(|weights| weights.slice_axis(Axis(0), rows)),
        }
    }
}
