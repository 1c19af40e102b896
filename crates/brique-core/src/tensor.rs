//! The named tensors of a parameter.

use brique_tensor::ndarray::{ArrayView2, ArrayViewMut2};

use crate::Shape;

/// A tensor of a parameter: some of its rows, with the name that PyTorch gives them.
#[derive(Debug, Clone)]
pub struct Tensor<'a, T> {
    /// The name within its module: `weight`.
    pub name: &'static str,
    /// How PyTorch and files store it.
    pub layout: Layout,
    /// The values, as the parameter stores them.
    pub values: ArrayView2<'a, T>,
}

/// As [`Tensor`], with mutable values.
#[derive(Debug)]
pub struct TensorMut<'a, T> {
    /// The name within its module: `weight`.
    pub name: &'static str,
    /// How PyTorch and files store it.
    pub layout: Layout,
    /// The values, as the parameter stores them.
    pub values: ArrayViewMut2<'a, T>,
}

/// How PyTorch and files store a tensor that a parameter stores as a matrix.
///
/// | layout | the parameter has | PyTorch has | example |
/// |---|---|---|---|
/// | `Transposed` | (in, out) | (out, in) | `weight` of a linear layer |
/// | `Vector` | (1, n) | (n) | `bias` |
/// | `ChannelsFirst` | (kernel · in, out) | (out, in, kernel) | `weight` of a convolution |
/// | `Matrix` | (rows, columns) | (rows, columns) | any other |
///
/// ```
/// use brique_core::Layout;
///
/// assert_eq!(Layout::Transposed.stored_shape((64, 10)), [10, 64]);
/// assert_eq!(Layout::Vector.stored_shape((1, 10)), [10]);
/// let kernel = Layout::ChannelsFirst([5, 5].into());
/// assert_eq!(kernel.stored_shape((5 * 5 * 3, 16)), [16, 3, 5, 5]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Row by row, as the parameter stores it.
    Matrix,
    /// Column by column: weights, of which a parameter has one row per input, PyTorch one row per output.
    Transposed,
    /// A single row, with one dimension.
    Vector,
    /// Weights of a convolution with a kernel of this shape. The rows of a parameter are in the order (element of the
    /// kernel, channel), and PyTorch has all elements of a channel together.
    ChannelsFirst(Shape),
}

impl Layout {
    /// Returns the shape that PyTorch and files give to a tensor of `shape` rows and columns.
    #[must_use]
    pub fn stored_shape(self, shape: (usize, usize)) -> Vec<usize> {
        match self {
            Self::Matrix => vec![shape.0, shape.1],
            Self::Transposed => vec![shape.1, shape.0],
            Self::Vector => vec![shape.1],
            Self::ChannelsFirst(kernel) => {
                let channels = shape.0.checked_div(kernel.size()).unwrap_or(0);
                [shape.1, channels]
                    .iter()
                    .chain(kernel.sizes())
                    .copied()
                    .collect()
            }
        }
    }
}
