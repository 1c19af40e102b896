//! Buffers for gradients, used again in each step: a large allocation costs as much as a copy.

use std::sync::Arc;

use brique_tensor::ndarray::Array2;
use brique_tensor::{Scalar, aligned_zeros};

use crate::Message;

/// Buffers, some of which messages still use.
#[derive(Debug, Default)]
pub(crate) struct Buffers<T: Scalar>(Vec<Arc<Array2<T>>>);

/// The largest number of buffers that wait to be used again.
const MOST: usize = 256;

impl<T: Scalar> Buffers<T> {
    /// Returns a buffer of this shape with any numbers: the one that was used last, because it is in the cache.
    pub(crate) fn take(&mut self, shape: (usize, usize)) -> Array2<T> {
        let size = shape.0 * shape.1;
        let is_free = |buffer: &Arc<Array2<T>>| buffer.len() == size && Arc::strong_count(buffer) == 1;
        let found = self
            .0
            .iter()
            .rposition(is_free)
            .map(|position| self.0.remove(position));
        let found = found.and_then(Arc::into_inner);
        let shaped = found.and_then(|buffer| buffer.into_shape_with_order(shape).ok());
        shaped.unwrap_or_else(|| aligned_zeros(shape))
    }

    /// Takes the buffer of a message. It is used again after the message, its clones and its parts are dropped.
    pub(crate) fn remember(&mut self, message: &Message<T>) {
        self.give(Arc::clone(message.shared()));
    }

    /// Takes a buffer, unless it has been taken already: several messages can be parts of one buffer.
    pub(crate) fn give(&mut self, buffer: Arc<Array2<T>>) {
        if self.0.iter().any(|known| Arc::ptr_eq(known, &buffer)) {
            return;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(buffer);
    }
}
