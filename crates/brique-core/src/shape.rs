//! The shape of one example.

use std::fmt;

/// The shape of one example, without the batch size: `(64)` for 64 values, `(28, 28, 1)` for an image with one channel.
///
/// A batch is always a matrix with one example per row; its columns hold the example's values in row-major order. The
/// shape gives the dimensions of these values. It has at most [`Shape::MAX_RANK`] sizes and is as cheap to copy as an
/// array.
///
/// ```
/// use brique_core::Shape;
///
/// let image = Shape::from([28, 28, 1]);
/// assert_eq!(image.size(), 784);
/// assert_eq!(image.to_string(), "(28, 28, 1)");
/// assert_ne!(image, Shape::from(784));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    sizes: [usize; Self::MAX_RANK],
    rank: usize,
    /// The product of the sizes, stored because every step reads it.
    size: usize,
}

impl Shape {
    /// The largest number of sizes that a shape can have.
    pub const MAX_RANK: usize = 4;

    /// Returns the sizes, outermost first.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[..self.rank]
    }

    /// Returns the number of values in one example: the product of the sizes, and the number of columns of a batch.
    #[must_use]
    #[inline]
    pub fn size(&self) -> usize {
        self.size
    }
}

impl From<usize> for Shape {
    #[inline]
    fn from(size: usize) -> Self {
        Self::from([size])
    }
}

impl<const RANK: usize> From<[usize; RANK]> for Shape {
    #[inline]
    fn from(given: [usize; RANK]) -> Self {
        const {
            assert!(
                RANK <= Self::MAX_RANK,
                "a shape has at most Shape::MAX_RANK sizes"
            );
        }
        let mut sizes = [0; Self::MAX_RANK];
        sizes[..RANK].copy_from_slice(&given);
        Self {
            sizes,
            rank: RANK,
            size: given.iter().fold(1, |size, &next| size.saturating_mul(next)),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(")?;
        for (index, size) in self.sizes().iter().enumerate() {
            write!(f, "{}{size}", if index == 0 { "" } else { ", " })?;
        }
        write!(f, ")")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape{self}")
    }
}
