//! One forward and one backward pass: over a node of the tree, or over a single shard.

use std::mem;
use std::ops::Range;

use brique_core::{Gradient, Module, Step, Workspace, begin_step};
use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_tensor::{RowGroups, Scalar};
use brique_train::Error;

use crate::batch::Batch;

/// The passes over some shards, with their memory. The memory serves all steps.
#[derive(Debug, Default)]
pub(crate) struct Unit<T: Scalar> {
    node: Range<usize>,
    workspace: Workspace<T>,
    delta: Array2<T>,
    /// `d_s` of each shard that has rows.
    divisors: Vec<T>,
}

impl<T: Scalar> Unit<T> {
    pub(crate) fn node(&self) -> Range<usize> {
        self.node.clone()
    }

    /// Exchanges the memory of the passes for another one.
    pub(crate) fn swap_workspace(&mut self, other: &mut Workspace<T>) {
        mem::swap(&mut self.workspace, other);
    }

    /// Makes the forward pass of the shards of `node`, and adds `d_s` · `L_s` and `d_s` of each of them to `numbers`.
    pub(crate) fn forward(
        &mut self,
        node: Range<usize>,
        network: &mut dyn Module<T>,
        batch: &Batch<'_, '_, T>,
        numbers: &mut Vec<T>,
    ) -> Result<(), Error> {
        self.node = node;
        self.begin_step(network, batch);
        let yhat = self.workspace.forward(&*network, &batch.x(&self.node))?;
        self.divisors.clear();
        for shard in batch.shards.leaves(&self.node) {
            let yhat = yhat.slice_axis(Axis(0), rows_within(batch, &self.node, &shard));
            let (value, divisor) = batch.with_loss(&shard, |y, loss| {
                let value = loss.forward(y, &yhat)?;
                Ok::<_, Error>((value, batch.divisor(loss, y, &yhat)))
            })?;
            numbers.extend([value * divisor, divisor]);
            self.divisors.push(divisor);
        }
        Ok(())
    }

    /// Makes the backward pass, which overwrites the gradients with `d_s` / d · `∇W_s`, added over the shards. `divisor` is d.
    /// `report` gets modules as soon as their gradients are complete.
    pub(crate) fn backward(
        &mut self,
        network: &mut dyn Module<T>,
        batch: &Batch<'_, '_, T>,
        divisor: T,
        report: &mut dyn FnMut(&mut dyn Module<T>),
    ) -> Result<(), Error> {
        self.begin_step(network, batch);
        let yhat = self.workspace.output();
        if self.delta.dim() != yhat.dim() {
            self.delta = Array2::zeros(yhat.dim());
        }
        for (shard, &own) in batch.shards.leaves(&self.node).iter().zip(&self.divisors) {
            let rows = rows_within(batch, &self.node, shard);
            let mut delta = self.delta.slice_axis_mut(Axis(0), rows);
            let yhat = yhat.slice_axis(Axis(0), rows);
            batch.with_loss(shard, |y, loss| loss.backward_kernel(y, &yhat, &mut delta));
            let factor = own / divisor;
            delta.iter_mut().for_each(|delta| *delta *= factor);
        }
        let x = batch.x(&self.node);
        let (workspace, delta) = (&mut self.workspace, &self.delta);
        let first = batch.shards.rows(&self.node).start;
        let bound = |shard: usize| batch.shards.rows(&(shard..shard + 1)).start - first;
        let bounds = self.node.clone().map(bound);
        let groups = RowGroups::new(bounds.chain([x.nrows()]).collect());
        groups.run(|| workspace.backward_with_reports(network, &x, delta, Gradient::Overwrite, report))?;
        Ok(())
    }

    fn begin_step(&self, network: &mut dyn Module<T>, batch: &Batch<'_, '_, T>) {
        let first_row = batch.shards.rows(&self.node).start;
        begin_step(network, Step::new(batch.step).from_row(first_row));
    }
}

/// Returns the rows of a shard within those of its node.
fn rows_within<T: Scalar>(batch: &Batch<'_, '_, T>, node: &Range<usize>, shard: &Range<usize>) -> Slice {
    let (first, rows) = (batch.shards.rows(node).start, batch.shards.rows(shard));
    Slice::from(rows.start - first..rows.end - first)
}
