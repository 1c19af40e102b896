//! Products whose terms are added in groups: the gradient of a batch in row groups.

use std::ops::Range;
use std::sync::atomic::Ordering;

use super::block::Block;
use super::is_short;
use super::operands::{Group, Product, Start};
use super::tile::CHUNK;
use crate::Scalar;
use crate::row_groups::{RowGroups, children};
use crate::threads::Divisible;

/// A product that adds the terms of each group separately. The sums of the groups are added in a tree.
pub(super) struct Grouped<'a, T> {
    pub(super) product: Product<'a, T>,
    pub(super) groups: &'a RowGroups,
}

/// The largest number of elements of a block of the result. The sums of one block's groups are added before the next block
/// begins, while they are in the cache.
const BLOCK: usize = 16_384;

impl<T: Scalar> Divisible for Grouped<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let groups = self.groups;
        match self.product.halves() {
            Ok((first, second)) => Ok((
                Self {
                    product: first,
                    groups,
                },
                Self {
                    product: second,
                    groups,
                },
            )),
            Err(product) => Err(Self { product, groups }),
        }
    }

    fn compute(self) {
        let Self { mut product, groups } = self;
        if let Some(leaves) = product.groups_of_tile(groups, &groups.all()) {
            T::multiply(Product {
                groups: &leaves,
                ..product
            });
            return;
        }
        let columns = product.c.columns();
        // A single column stays whole: the order of its terms depends on whether there is one row or several.
        let rows = if columns == 1 {
            product.c.rows()
        } else {
            (BLOCK / columns).max(8).min(product.c.rows())
        };
        let levels = groups.all().len().next_power_of_two().ilog2() as usize + 1;
        let mut sums = vec![vec![T::zero(); rows * columns]; levels];
        while product.c.rows() > 0 {
            let row = rows.min(product.c.rows());
            let (block, rest) = product.c.split_at_row(row);
            let a = product.a;
            let has_rest = rest.rows() > 0;
            let mut block = Product { c: block, ..product };
            for sums in &mut sums {
                sums.truncate(row * columns);
            }
            sum_of_node(&block, groups, &groups.all(), &mut sums);
            block.finish(&sums[0]);
            product = Product {
                a: if has_rest { a.rows_from(row) } else { a },
                c: rest,
                ..block
            };
        }
    }
}

/// Computes the sum of a node of the tree into the first of `sums`, and uses the others. Returns whether the node has any
/// terms.
fn sum_of_node<T: Scalar>(
    product: &Product<'_, T>,
    groups: &RowGroups,
    node: &Range<usize>,
    sums: &mut [Vec<T>],
) -> bool {
    let terms = groups.rows(node);
    if terms.is_empty() {
        return false;
    }
    if let Some(leaves) = product.groups_of_tile(groups, node) {
        product.sum_of_terms(terms, &leaves, &mut sums[0]);
        return true;
    }
    let Some((left, right)) = children(node) else {
        product.sum_of_terms(terms, &[], &mut sums[0]);
        return true;
    };
    if !sum_of_node(product, groups, &left, sums) {
        return sum_of_node(product, groups, &right, sums);
    }
    let (sum, others) = sums.split_at_mut(1);
    if sum_of_node(product, groups, &right, others) {
        sum[0]
            .iter_mut()
            .zip(&others[0])
            .for_each(|(sum, &other)| *sum += other);
    }
    true
}

/// Appends the groups below a node of the tree that have terms. Returns whether there are any.
fn push_groups(groups: &RowGroups, node: &Range<usize>, leaves: &mut Vec<Group>) -> bool {
    let terms = groups.rows(node).len();
    if terms == 0 {
        return false;
    }
    let Some((left, right)) = children(node) else {
        leaves.push(Group { terms, additions: 0 });
        return true;
    };
    let has_left = push_groups(groups, &left, leaves);
    let has_right = push_groups(groups, &right, leaves);
    if has_left
        && has_right
        && let Some(last) = leaves.last_mut()
    {
        last.additions += 1;
    }
    true
}

impl<T: Scalar> Product<'_, T> {
    /// Returns the groups below a node of the tree, if `tile` computes their sums as it does for each group alone.
    fn groups_of_tile(&self, groups: &RowGroups, node: &Range<usize>) -> Option<Vec<Group>> {
        // `tile` reads the first factor of groups by columns.
        if self.c.columns() == 1 || self.a.column_stride == 1 || groups.rows(node).len() > CHUNK {
            return None;
        }
        let mut leaves = Vec::with_capacity(node.len());
        push_groups(groups, node, &mut leaves);
        let is_tile = |group: &Group| !is_short(group.terms, self.c.columns());
        leaves.iter().all(is_tile).then_some(leaves)
    }

    /// Computes the product of some of the terms.
    fn sum_of_terms(&self, terms: Range<usize>, groups: &[Group], sum: &mut [T]) {
        T::multiply(Product {
            a: self.a.columns_from(terms.start),
            b: self.b.rows_from(terms.start),
            start: Start::Nothing,
            c: Block::new(sum, self.c.rows(), self.c.columns()),
            depth: terms.len(),
            groups,
            is_finite: None,
        });
    }

    /// Writes the sum of all terms into the result, or adds it, and checks it if the caller has asked for it.
    fn finish(&mut self, sums: &[T]) {
        let columns = self.c.columns();
        let adds = matches!(self.start, Start::Itself);
        let mut is_finite = true;
        for (row, sums) in sums.chunks_exact(columns).enumerate() {
            for (number, &sum) in self.c.row_mut(row, 0).iter_mut().zip(sums) {
                *number = if adds { *number + sum } else { sum };
                is_finite &= number.is_finite();
            }
        }
        if let Some(all_are) = self.is_finite
            && !is_finite
        {
            all_are.store(false, Ordering::Relaxed);
        }
    }
}
