//! The rectifier.

use brique_tensor::{Elementwise, Scalar, Simd};

use super::module;

/// Computes `y = max(x, 0)`, element by element. The backward pass computes `δ_x = (1 if x > 0, else 0) · δ`.
///
/// At 0 the derivative is 0, as in PyTorch. NaN remains NaN.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ndarray::array;
/// use brique_layers::ReLU;
///
/// let x = array![[-2.0, 0.0, 3.0]];
/// assert_eq!(ReLU.forward(&x)?, array![[0.0, 0.0, 3.0]]);
/// let delta = array![[1.0, 1.0, 5.0]];
/// assert_eq!(ReLU.backward_delta(&x, &delta)?, array![[0.0, 0.0, 5.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course's `ReLU`; Nair and Hinton, 2010.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ReLU;

impl<T: Scalar> Elementwise<T> for ReLU {
    #[inline(always)]
    fn value<S: Simd>(self, _: S, x: T) -> T {
        // `max` would turn NaN into a number.
        if x <= T::zero() { T::zero() } else { x }
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, _: S, x: T) -> T {
        if x > T::zero() { T::one() } else { T::zero() }
    }
}

module!(ReLU, |_| brique_core::Description::new("ReLU"));
