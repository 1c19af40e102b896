//! The shards of a batch, and the processes to which they belong.

use std::ops::Range;

use crate::tree::{nodes_within, part};

/// The shards of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shards {
    /// The number of shards.
    pub(crate) count: usize,
    /// The number of examples of the batch.
    pub(crate) rows: usize,
}

impl Shards {
    /// Returns the shards of the process `rank`. All processes have the same number of shards, up to one.
    pub(crate) fn of_process(count: usize, rank: usize, processes: usize) -> Range<usize> {
        part(rank, processes, count)
    }

    /// Returns the rows of a range of shards.
    pub(crate) fn rows(&self, shards: &Range<usize>) -> Range<usize> {
        if shards.is_empty() {
            return 0..0;
        }
        part(shards.start, self.count, self.rows).start..part(shards.end - 1, self.count, self.rows).end
    }

    /// Returns the largest nodes of the tree that the process `rank` can compute alone, without those that have no rows.
    pub(crate) fn nodes(&self, rank: usize, processes: usize) -> Vec<Range<usize>> {
        let mut nodes = nodes_within(0..self.count, &Self::of_process(self.count, rank, processes));
        nodes.retain(|node| !self.rows(node).is_empty());
        nodes
    }

    /// Returns the shards of a node that have rows, each as a node.
    pub(crate) fn leaves(&self, node: &Range<usize>) -> Vec<Range<usize>> {
        let leaves = node.clone().map(|shard| shard..shard + 1);
        leaves.filter(|shard| !self.rows(shard).is_empty()).collect()
    }
}
