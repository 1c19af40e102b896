//! The depth of a product, cut into chunks.

use std::sync::atomic::AtomicBool;

use crate::Scalar;
use crate::product::operands::{Factor, Group, Product, Start};

/// The longest part of the depth that is added up in registers at once.
pub(in crate::product) const CHUNK: usize = 512;

/// A chunk of the depth, with the operands of its tiles.
pub(super) struct Chunk<'a, T> {
    /// The index along the depth at which the chunk begins.
    pub(super) first: usize,
    pub(super) depth: usize,
    pub(super) a: Factor<'a, T>,
    pub(super) b: Factor<'a, T>,
    pub(super) start: Start<'a, T>,
    pub(super) groups: &'a [Group],
    /// For the last chunk only: set to false if a number of the result is NaN or infinite.
    pub(super) is_finite: Option<&'a AtomicBool>,
}

/// The depth, cut into chunks of equal length; the last chunk may be shorter.
#[derive(Clone)]
pub(super) struct Chunks<'a, T> {
    pub(super) a: Factor<'a, T>,
    b: Factor<'a, T>,
    start: Start<'a, T>,
    pub(super) depth: usize,
    pub(super) length: usize,
    first: usize,
    pub(super) groups: &'a [Group],
    is_finite: Option<&'a AtomicBool>,
}

impl<'a, T: Scalar> Chunks<'a, T> {
    /// Cuts the depth of a product. Groups lie in one chunk.
    #[inline(always)]
    pub(super) fn new(product: &Product<'a, T>) -> Self {
        let depth = product.depth;
        debug_assert!(
            product.groups.is_empty() || depth <= CHUNK,
            "groups lie in one chunk"
        );
        Self {
            a: product.a,
            b: product.b,
            start: product.start,
            depth,
            length: depth
                .div_ceil(depth.div_ceil(CHUNK))
                .next_multiple_of(8)
                .min(depth),
            first: 0,
            groups: product.groups,
            is_finite: product.is_finite,
        }
    }
}

impl<'a, T: Scalar> Iterator for Chunks<'a, T> {
    type Item = Chunk<'a, T>;

    #[inline(always)]
    fn next(&mut self) -> Option<Chunk<'a, T>> {
        let first = self.first;
        if first >= self.depth {
            return None;
        }
        self.first += self.length;
        Some(Chunk {
            first,
            depth: self.length.min(self.depth - first),
            a: self.a.columns_from(first),
            b: self.b.rows_from(first),
            start: if first == 0 { self.start } else { Start::Itself },
            groups: self.groups,
            is_finite: self.is_finite.filter(|_| self.first >= self.depth),
        })
    }
}
