//! Products whose terms are added in groups: the gradient of a batch in row groups.

use std::ops::Range;
use std::sync::atomic::Ordering;

use super::block::Block;
use super::operands::{Product, Start};
use crate::Scalar;
use crate::row_groups::{RowGroups, children};
use crate::threads::Divisible;

/// A product of which each group of terms is computed by itself. The sums of the groups are added in a tree.
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
    let Some((left, right)) = children(node) else {
        product.sum_of_terms(terms, &mut sums[0]);
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

impl<T: Scalar> Product<'_, T> {
    /// Computes the product of some of the terms.
    fn sum_of_terms(&self, terms: Range<usize>, sum: &mut [T]) {
        T::multiply(Product {
            a: self.a.columns_from(terms.start),
            b: self.b.rows_from(terms.start),
            start: Start::Nothing,
            c: Block::new(sum, self.c.rows(), self.c.columns()),
            depth: terms.len(),
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
