//! Average pools.

use std::fmt;

use brique_core::{Description, Error, Fault, Memory, Module, Shape};
use brique_tensor::{Matrix, Scalar, average_pool_delta, average_pool_forward};

use super::Sizes;
use crate::PerAxis;
use crate::window::output_for;

/// An average pool along one axis: see [`AvgPool`].
///
/// ```
/// use brique_core::Module;
/// use brique_layers::AvgPool1D;
/// use brique_tensor::ndarray::array;
///
/// let pool = AvgPool1D::new([4, 1], 2)?;
/// let x = array![[1.0, 3.0, 2.0, 4.0]];
/// assert_eq!(pool.forward(&x)?, array![[2.0, 3.0]]);
/// let back = pool.backward_delta(&x, &array![[1.0, 2.0]])?;
/// assert_eq!(back, array![[0.5, 0.5, 1.0, 1.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
pub type AvgPool1D = AvgPool<1>;

/// An average pool along two axes: see [`AvgPool`].
///
/// ```
/// use brique_layers::AvgPool2D;
///
/// let pool = AvgPool2D::new([24, 24, 6], [2, 3])?;
/// assert_eq!(pool.to_string(), "AvgPool2D((24, 24, 6) → (12, 8, 6), kernel (2, 3))");
/// # Ok::<(), brique_core::Error>(())
/// ```
pub type AvgPool2D = AvgPool<2>;

/// Computes `y[p, c] = Σ_k x[p · stride + k, c] / n` over the n elements k of a window, channel by channel. Use it as
/// [`AvgPool1D`] or [`AvgPool2D`].
///
/// By default the windows are side by side: the stride is the kernel. Elements at the end that fill no window are
/// ignored. There is no padding. The backward pass adds δ / n to each element of a window.
///
/// # Shapes
///
/// An example of `x` has the shape (length, channels) or (height, width, channels), an example of `y` and δ has a window
/// for each position along each axis, and as many channels. A flat example of as many values is accepted too.
///
/// Source: PyTorch's `nn.AvgPool1d` and `nn.AvgPool2d`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AvgPool<const N: usize> {
    sizes: Sizes<N>,
}

const KIND: &str = "AvgPool";

impl<const N: usize> AvgPool<N> {
    /// Creates a pool with windows of `kernel` elements, for examples of the shape `input`.
    ///
    /// # Errors
    ///
    /// If `input` has another number of axes or no values, `kernel` is 0 or longer than the input, or there are more
    /// values than memory can address.
    pub fn new(input: impl Into<Shape>, kernel: impl Into<PerAxis<N>>) -> Result<Self, Error> {
        let sizes = Sizes::of_kernel(KIND, input.into(), kernel.into())?;
        Ok(Self { sizes })
    }

    /// Sets the distance from one window to the next.
    ///
    /// # Errors
    ///
    /// If `stride` is 0 along an axis, or there are more values than memory can address.
    pub fn stride(self, stride: impl Into<PerAxis<N>>) -> Result<Self, Error> {
        let sizes = self.sizes.with_stride(KIND, stride.into())?;
        Ok(Self { sizes })
    }

    pub(crate) fn described(description: &Description) -> Result<Self, Error> {
        let sizes = Sizes::described(description)?;
        Ok(Self { sizes })
    }
}

impl<const N: usize, T: Scalar> Module<T> for AvgPool<N> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        output_for(input, self.sizes.input, self.sizes.output)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        average_pool_forward(&self.sizes.pool, input, output);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        average_pool_delta(&self.sizes.pool, delta, input_delta);
    }

    fn description(&self) -> Description {
        self.sizes.describe(KIND)
    }
}

impl<const N: usize> fmt::Display for AvgPool<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sizes.describe(KIND).fmt(f)
    }
}
