//! The tree in which the gradients of shards are added.
//!
//! It is the tree of [`RowGroups`](brique_tensor::RowGroups): the root is the range of all shards, and the children of a
//! node are the halves of its range, the smaller one first. It depends only on the number of shards. Whoever adds two
//! children, the sum has the same bits.

use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use brique_tensor::ndarray::Array2;
use brique_tensor::{Scalar, all_finite};

use crate::Message;
use crate::addition::{add_to, sum_into};
use crate::buffers::Buffers;

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
pub(crate) type Sums<T> = Vec<(Range<usize>, Message<T>)>;

/// The sum of a node.
#[derive(Debug)]
pub(crate) enum Sum<T: Scalar> {
    /// It was received, or is a gradient of this process.
    Found(Message<T>),
    /// It was added here. The flag says whether every number of it is finite.
    Added(Array2<T>, bool),
}

impl<T: Scalar> Sum<T> {
    /// Returns the numbers in a matrix of this shape, and whether each of them is finite.
    pub(crate) fn into_matrix(self, shape: (usize, usize), buffers: &mut Buffers<T>) -> (Array2<T>, bool) {
        match self {
            Self::Added(sum, is_finite) => (sum, is_finite),
            Self::Found(message) => {
                let matrix = message.into_matrix(shape, buffers);
                let is_finite = all_finite(&matrix);
                (matrix, is_finite)
            }
        }
    }

    /// Returns the sum as a message.
    pub(crate) fn into_message(self) -> Message<T> {
        match self {
            Self::Found(message) => message,
            Self::Added(sum, is_finite) => Message::of_sum(sum, is_finite),
        }
    }
}

/// Adds the first of `sums` up to the sum of `node` in matrices of this shape, and removes them. `None` if there is no sum
/// below the node.
pub(crate) fn sum_of_node<T: Scalar>(
    node: &Range<usize>,
    sums: &mut Peekable<IntoIter<(Range<usize>, Message<T>)>>,
    shape: (usize, usize),
    buffers: &mut Buffers<T>,
) -> Option<Sum<T>> {
    let (next, _) = sums.peek()?;
    if next == node {
        return sums.next().map(|(_, sum)| Sum::Found(sum));
    }
    if next.start >= node.end {
        return None;
    }
    let (left, right) = children(node)?;
    let left = sum_of_node(&left, sums, shape, buffers);
    let right = sum_of_node(&right, sums, shape, buffers);
    match (left, right) {
        (Some(left), Some(right)) => Some(added(left, right, shape, buffers)),
        (sum, None) | (None, sum) => sum,
    }
}

/// Adds two children. a + b and b + a have the same bits.
fn added<T: Scalar>(left: Sum<T>, right: Sum<T>, shape: (usize, usize), buffers: &mut Buffers<T>) -> Sum<T> {
    match (left, right) {
        (Sum::Found(a), Sum::Found(b)) => {
            let mut sum = buffers.take(shape);
            let is_finite = sum_into(&a, &b, numbers_of(&mut sum));
            Sum::Added(sum, is_finite)
        }
        (Sum::Added(mut sum, _), Sum::Found(other)) | (Sum::Found(other), Sum::Added(mut sum, _)) => {
            let is_finite = add_to(numbers_of(&mut sum), &other);
            Sum::Added(sum, is_finite)
        }
        (Sum::Added(mut sum, _), Sum::Added(other, _)) => {
            let is_finite = add_to(numbers_of(&mut sum), other.as_slice().unwrap_or_default());
            buffers.give(other.into());
            Sum::Added(sum, is_finite)
        }
    }
}

/// Returns the numbers of a matrix that is stored row by row.
pub(crate) fn numbers_of<T: Scalar>(matrix: &mut Array2<T>) -> &mut [T] {
    matrix.as_slice_mut().unwrap_or_default()
}
