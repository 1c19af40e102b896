//! The tree in which the gradients of shards are added.
//!
//! It is the tree of [`RowGroups`](brique_tensor::RowGroups): the root is the range of all shards, and the children of a
//! node are the halves of its range, the smaller one first. It depends only on the number of shards. Whoever adds two
//! children, the sum has the same bits.

use std::ops::Range;

use brique_tensor::Scalar;

/// Returns part `number` of `parts` of the numbers below `total`. The parts are equally long, up to one.
pub(crate) fn part(number: usize, parts: usize, total: usize) -> Range<usize> {
    // The product of two sizes of memory can be too large for usize.
    let bound = |number: usize| (number as u128 * total as u128 / parts as u128) as usize;
    bound(number)..bound(number + 1)
}

/// Returns the children of a node, `None` for a leaf.
pub(crate) fn children(node: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let middle = node.start + node.len() / 2;
    (node.len() > 1).then_some((node.start..middle, middle..node.end))
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

/// The sums of some nodes of the tree, in order.
pub(crate) type Sums<T> = Vec<(Range<usize>, Vec<T>)>;

/// Adds `sums` up to the sum of `node`, and passes each buffer that is no longer used to `free`. `None` if there is no sum
/// below the node.
pub(crate) fn sum_of_node<T: Scalar>(
    node: Range<usize>,
    mut sums: Sums<T>,
    free: &mut dyn FnMut(Vec<T>),
) -> Option<Vec<T>> {
    sums.reverse();
    add_last(node, &mut sums, free)
}

/// Adds the last of `sums` up to the sum of `node`, and removes them.
fn add_last<T: Scalar>(
    node: Range<usize>,
    sums: &mut Sums<T>,
    free: &mut dyn FnMut(Vec<T>),
) -> Option<Vec<T>> {
    let (next, _) = sums.last()?;
    if *next == node {
        return sums.pop().map(|(_, sum)| sum);
    }
    if next.start >= node.end {
        return None;
    }
    let (left, right) = children(&node)?;
    match (add_last(left, sums, free), add_last(right, sums, free)) {
        (Some(mut sum), Some(right)) => {
            sum.iter_mut().zip(&right).for_each(|(a, &b)| *a += b);
            free(right);
            Some(sum)
        }
        (sum, None) | (None, sum) => sum,
    }
}
