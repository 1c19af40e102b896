//! The batch of a step.

use brique_core::{Loss, Reduction, WeightedLoss};
use brique_tensor::ndarray::{ArrayView1, ArrayView2, Axis, Slice};
use brique_tensor::{Matrix, Scalar};
use brique_train::Examples;
use std::ops::Range;

use crate::shards::Shards;

/// The examples of a batch, and what their passes need.
pub(crate) struct Batch<'a, 'data, T: Scalar> {
    pub(crate) loss: &'a dyn Loss<T>,
    pub(crate) examples: &'a Examples<'data, T>,
    pub(crate) step: u64,
    pub(crate) shards: Shards,
}

/// The numbers that a shard tells all processes: `d_s` · `L_s` and `d_s`.
const NUMBERS: usize = 2;

impl<T: Scalar> Batch<'_, '_, T> {
    /// Returns the rows of a node within the examples that this process has.
    fn own_rows(&self, node: &Range<usize>) -> Slice {
        let rows = self.shards.rows(node);
        Slice::from(rows.start - self.examples.first..rows.end - self.examples.first)
    }

    /// Returns the inputs of a node.
    pub(crate) fn x(&self, node: &Range<usize>) -> ArrayView2<'_, T> {
        self.examples.x.slice_axis(Axis(0), self.own_rows(node))
    }

    fn y(&self, node: &Range<usize>) -> ArrayView2<'_, T> {
        self.examples.y.slice_axis(Axis(0), self.own_rows(node))
    }

    /// Calls `use_loss` with the targets of a shard and the loss of its examples, which may have weights.
    pub(crate) fn with_loss<R>(
        &self,
        shard: &Range<usize>,
        use_loss: impl FnOnce(&Matrix<T>, &dyn Loss<T>) -> R,
    ) -> R {
        let y = self.y(shard);
        let Some(weights) = &self.examples.weights else {
            return use_loss(&y, self.loss);
        };
        let weights: ArrayView1<'_, T> = weights.slice_axis(Axis(0), self.own_rows(shard));
        use_loss(&y, &WeightedLoss::new(self.loss, &weights))
    }

    /// Returns `d_s`: the divisor of a shard's loss, or 1 if losses are summed.
    pub(crate) fn divisor(&self, loss: &dyn Loss<T>, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        match self.loss.reduction() {
            Reduction::Sum => T::one(),
            _ => loss.divisor(y, yhat),
        }
    }

    /// Returns the loss of the batch and the divisor d, from the numbers of all shards in order.
    pub(crate) fn loss_and_divisor(&self, numbers: &[T]) -> (T, T) {
        let sum = |first: usize| numbers.iter().skip(first).step_by(NUMBERS).copied().sum::<T>();
        let divisor = match self.loss.reduction() {
            Reduction::Sum => T::one(),
            _ => sum(1),
        };
        (sum(0) / divisor, divisor)
    }
}
