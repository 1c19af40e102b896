//! What a function of one number provides to be applied to whole matrices: its value and its derivative.

use crate::{Scalar, Simd};

/// A function of one number, with its derivative.
///
/// [`elementwise_forward`](crate::elementwise_forward), [`elementwise_delta`](crate::elementwise_delta) and
/// [`elementwise_forward_with_derivative`](crate::elementwise_forward_with_derivative) apply the function to
/// whole matrices, at the current [`SimdLevel`](crate::SimdLevel). Mark both methods and every function that they call
/// `#[inline(always)]`, as in [`inlined`](crate::inlined). A function that is not inlined gives correct results, but it
/// is slow. A branch with two cheap sides costs nothing: it is compiled to a selection between the two results.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::{
///     Elementwise, Scalar, Simd, elementwise_delta, elementwise_forward, inlined,
/// };
///
/// /// `x·tanh(x)`
/// #[derive(Clone, Copy)]
/// struct Fold;
///
/// impl<T: Scalar> Elementwise<T> for Fold {
///     #[inline(always)]
///     fn value<S: Simd>(self, simd: S, x: T) -> T {
///         x * inlined::tanh(simd, x)
///     }
///
///     #[inline(always)]
///     fn derivative<S: Simd>(self, simd: S, x: T) -> T {
///         inlined::tanh(simd, x) + x * inlined::tanh_derivative(simd, x)
///     }
/// }
///
/// let x = array![[-100.0, 0.0, 100.0]];
/// let mut y = array![[0.0, 0.0, 0.0]];
/// elementwise_forward(Fold, &x, &mut y);
/// assert_eq!(y, array![[100.0, 0.0, 100.0]]);
///
/// let mut delta_x = y;
/// elementwise_delta(Fold, &x, &array![[2.0, 2.0, 3.0]], &mut delta_x);
/// assert_eq!(delta_x, array![[-2.0, 0.0, 3.0]]);
/// ```
pub trait Elementwise<T: Scalar>: Copy + Send + Sync {
    /// Returns the value `f(x)`. `simd` is the instruction set that the function is compiled for.
    #[must_use]
    fn value<S: Simd>(self, simd: S, x: T) -> T;

    /// Returns the derivative `f′(x)`, compiled for the instruction set `simd`. The gradient with respect to the input is
    /// `δ_x = f′(x)·δ`.
    #[must_use]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T;
}
