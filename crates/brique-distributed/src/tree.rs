//! The tree in which the gradients of shards are added.
//!
//! The root is the range of all shards. A node of more than one shard has two children, the halves of its range; the left
//! one is the smaller if the number is odd. The tree depends only on the number of shards. Whoever adds two children, the
//! sum has the same bits.

use std::ops::Range;

/// Returns the shards of the process `rank`. All processes have the same number of shards, up to one.
pub(crate) fn shards_of(rank: usize, size: usize, shards: usize) -> Range<usize> {
    part(rank, size, shards)
}

/// Returns part `number` of `parts` of the numbers below `total`. The parts are equally long, up to one.
pub(crate) fn part(number: usize, parts: usize, total: usize) -> Range<usize> {
    // The product of two sizes of memory can be too large for usize.
    let bound = |number: usize| (number as u128 * total as u128 / parts as u128) as usize;
    bound(number)..bound(number + 1)
}

/// Returns the children of a node, `None` for a leaf.
pub(crate) fn children(node: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let middle = node.start + node.len() / 2;
    (node.len() > 1).then(|| (node.start..middle, middle..node.end))
}

/// Returns the largest nodes below `node` whose shards all lie in `range`, in order.
pub(crate) fn nodes_within(node: Range<usize>, range: &Range<usize>) -> Vec<Range<usize>> {
    if node.is_empty() || node.end <= range.start || range.end <= node.start {
        return Vec::new();
    }
    if range.start <= node.start && node.end <= range.end {
        return vec![node];
    }
    let halves = children(&node)
        .into_iter()
        .flat_map(|(left, right)| [left, right]);
    halves.flat_map(|half| nodes_within(half, range)).collect()
}
