//! Max pools.

use std::fmt;

use brique_core::{Description, Error, Fault, Memory, Module, Plan, Shape};
use brique_tensor::{Matrix, Scalar, max_pool_delta, max_pool_forward};

use super::Sizes;
use crate::PerAxis;
use crate::window::output_for;

/// A max pool along one axis: see [`MaxPool`].
///
/// ```
/// use brique_core::Module;
/// use brique_layers::MaxPool1D;
/// use brique_tensor::ndarray::array;
///
/// let pool = MaxPool1D::new([5, 1], 2)?;
/// assert_eq!(pool.to_string(), "MaxPool1D((5, 1) → (2, 1), kernel (2))");
/// let x = array![[1.0, 3.0, 2.0, 2.0, 9.0]];
/// assert_eq!(pool.forward(&x)?, array![[3.0, 2.0]]);
/// // Of two largest values, the first gets δ.
/// let back = pool.backward_delta(&x, &array![[1.0, 10.0]])?;
/// assert_eq!(back, array![[0.0, 1.0, 10.0, 0.0, 0.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
pub type MaxPool1D = MaxPool<1>;

/// A max pool along two axes: see [`MaxPool`].
///
/// ```
/// use brique_layers::MaxPool2D;
///
/// let pool = MaxPool2D::new([24, 24, 6], 3)?.stride(2)?;
/// assert_eq!(
///     pool.to_string(),
///     "MaxPool2D((24, 24, 6) → (11, 11, 6), kernel (3, 3), stride (2, 2))"
/// );
/// # Ok::<(), brique_core::Error>(())
/// ```
pub type MaxPool2D = MaxPool<2>;

/// Computes `y[p, c] = max_k x[p · stride + k, c]` over the elements k of a window, channel by channel. Use it as
/// [`MaxPool1D`] or [`MaxPool2D`].
///
/// By default the windows are side by side: the stride is the kernel. Elements at the end that fill no window are
/// ignored. There is no padding.
///
/// The backward pass adds δ to the element that was the largest of its window; of several, to the first, row by row. Its
/// index in the window is saved for the backward pass, one number for each output. A NaN in a window is its largest
/// element.
///
/// # Shapes
///
/// An example of `x` has the shape (length, channels) or (height, width, channels), an example of `y` and δ has a window
/// for each position along each axis, and as many channels. A flat example of as many values is accepted too.
///
/// Source: PyTorch's `nn.MaxPool1d` and `nn.MaxPool2d`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaxPool<const N: usize> {
    sizes: Sizes<N>,
}

const KIND: &str = "MaxPool";

impl<const N: usize> MaxPool<N> {
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

impl<const N: usize, T: Scalar> Module<T> for MaxPool<N> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        output_for(input, self.sizes.input, self.sizes.output)
    }

    /// Requests memory for the index of the largest element of each window.
    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.save(self.sizes.output.size());
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        match memory.save() {
            Some(mut indices) => max_pool_forward(&self.sizes.pool, input, output, Some(&mut indices)),
            None => max_pool_forward(&self.sizes.pool, input, output, None),
        }
    }

    fn delta_kernel(
        &self,
        _: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        max_pool_delta(&self.sizes.pool, &memory.saved(), delta, input_delta);
    }

    fn description(&self) -> Description {
        self.sizes.describe(KIND)
    }
}

impl<const N: usize> fmt::Display for MaxPool<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sizes.describe(KIND).fmt(f)
    }
}
