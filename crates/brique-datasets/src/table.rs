//! The numbers of a text, row by row.

use std::ops::Index;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::{Dataset, Error};

/// The number of values in a piece.
const PIECE: usize = 1 << 13;

/// Values in the order of their rows.
///
/// They are stored in pieces, as a single vector would need up to three times its size when it grows.
pub(crate) struct Table<T>(Vec<Vec<T>>);

impl<T: Scalar> Table<T> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(value),
            _ => self.0.push(vec![value]),
        }
    }

    /// Removes the values behind the first `length`, which are no more than there are.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length.div_ceil(PIECE));
        if let Some(last) = self.0.last_mut() {
            last.truncate((length - 1) % PIECE + 1);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0
            .last()
            .map_or(0, |last| (self.0.len() - 1) * PIECE + last.len())
    }

    /// Returns the data set of rows with this number of columns, one of which is the target.
    pub(crate) fn into_dataset(self, columns: usize, target: usize) -> Result<Dataset<T>, Error> {
        let examples = self.len() / columns;
        if examples == 0 {
            return Err(Error::NoLines);
        }
        let inputs = Array2::from_shape_fn((examples, columns - 1), |(row, column)| {
            self[row * columns + column + usize::from(column >= target)]
        });
        let targets = Array2::from_shape_fn((examples, 1), |(row, _)| self[row * columns + target]);
        Ok(Dataset::of_equal_lengths(inputs, targets))
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.0[index / PIECE][index % PIECE]
    }
}
