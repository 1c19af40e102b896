//! A list of bounded length that covers a series of any length.

use std::sync::Arc;

/// The largest number of items.
pub(super) const LIMIT: usize = 1000;

/// Every item of a series, then every second, then every fourth, …, so that there are never more than [`LIMIT`]; and the
/// last one.
#[derive(Debug, Clone)]
pub(super) struct Thinned<P> {
    items: Vec<Arc<P>>,
    last: Option<Arc<P>>,
    added: u64,
    distance: u64,
}

impl<P> Default for Thinned<P> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            last: None,
            added: 0,
            distance: 1,
        }
    }
}

impl<P> Thinned<P> {
    pub(super) fn add(&mut self, item: P) {
        let item = Arc::new(item);
        if self.added.is_multiple_of(self.distance) {
            if self.items.len() == LIMIT {
                let mut index = 0;
                self.items.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.distance *= 2;
            }
            if self.added.is_multiple_of(self.distance) {
                self.items.push(Arc::clone(&item));
            }
        }
        self.last = Some(item);
        self.added += 1;
    }

    /// Counts an item that does not have to be there, without adding it.
    pub(super) fn skip(&mut self, items: u64) {
        self.added += items;
    }

    /// Returns how many items from now on may be skipped.
    pub(super) fn idle(&self) -> u64 {
        (self.distance - self.added % self.distance) % self.distance
    }

    /// Returns the items in order, the last one too.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<P>> {
        let is_listed = match (self.items.last(), &self.last) {
            (Some(listed), Some(last)) => Arc::ptr_eq(listed, last),
            _ => true,
        };
        self.items
            .iter()
            .chain(self.last.iter().filter(move |_| !is_listed))
    }
}
