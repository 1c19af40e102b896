//! Means and deviations of groups of channels.

use brique_tensor::ndarray::ArrayRef1;
use brique_tensor::{Scalar, pairwise_sum};

const EPSILON: f64 = 1e-5;

/// The numbers that are saved for each group: the mean in two parts, as in `LayerNorm`, and 1/√(v + ε).
#[derive(Clone, Copy)]
pub(super) struct Scale<T> {
    pub(super) mean: T,
    pub(super) correction: T,
    pub(super) inverse_deviation: T,
}

/// The numbers of one group in an example: position p and channel c of the group.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) first: usize,
    pub(super) channels: usize,
    pub(super) all_channels: usize,
    pub(super) positions: usize,
}

impl Group {
    /// Returns the index of a channel of the group at a position.
    pub(super) fn index(self, position: usize, channel: usize) -> usize {
        position * self.all_channels + self.first + channel
    }

    /// Returns the mean of `number(index, channel)` by pairwise summation.
    pub(super) fn mean<T: Scalar>(self, number: impl Fn(usize, usize) -> T) -> T {
        let of_position = |position: usize| {
            pairwise_sum(self.channels, |channel| {
                number(self.index(position, channel), self.first + channel)
            })
        };
        pairwise_sum(self.positions, of_position) / T::from_usize(self.positions * self.channels)
    }

    /// Calls `visit` with the index and the channel of each number.
    pub(super) fn each(self, mut visit: impl FnMut(usize, usize)) {
        for position in 0..self.positions {
            for channel in 0..self.channels {
                visit(self.index(position, channel), self.first + channel);
            }
        }
    }
}

impl<T: Scalar> Scale<T> {
    pub(super) fn of(x: &ArrayRef1<T>, group: Group) -> Self {
        let mean = group.mean(|i, _| x[i]);
        let correction = group.mean(|i, _| x[i] - mean);
        let distance = |i: usize| (x[i] - mean) - correction;
        let variance = group.mean(|i, _| distance(i) * distance(i));
        Self {
            mean,
            correction,
            inverse_deviation: (variance + T::from_f64(EPSILON)).sqrt().recip(),
        }
    }

    pub(super) fn saved(row: &ArrayRef1<T>, group: usize) -> Self {
        Self {
            mean: row[3 * group],
            correction: row[3 * group + 1],
            inverse_deviation: row[3 * group + 2],
        }
    }

    pub(super) fn apply(self, x: T) -> T {
        ((x - self.mean) - self.correction) * self.inverse_deviation
    }
}
