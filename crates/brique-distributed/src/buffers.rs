//! Buffers for gradients, used again in each step: a large allocation costs as much as a copy.

/// Buffers that are not in use.
#[derive(Debug, Default)]
pub(crate) struct Buffers<T>(Vec<Vec<T>>);

/// The largest number of buffers that wait to be used again, for each process.
const MOST: usize = 4;

impl<T: Copy> Buffers<T> {
    /// Returns an empty buffer.
    pub(crate) fn take(&mut self) -> Vec<T> {
        let mut buffer = self.0.pop().unwrap_or_default();
        buffer.clear();
        buffer
    }

    /// Returns a buffer with a copy of these numbers.
    pub(crate) fn copy(&mut self, numbers: &[T]) -> Vec<T> {
        let mut buffer = self.take();
        buffer.extend_from_slice(numbers);
        buffer
    }

    /// Takes back a buffer that one of `processes` processes used.
    pub(crate) fn give(&mut self, buffer: Vec<T>, processes: usize) {
        if self.0.len() < MOST * processes {
            self.0.push(buffer);
        }
    }
}
