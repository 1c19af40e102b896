//! The hyperbolic tangent.

use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::module;

/// Computes `y = tanh(x)`, element by element. The backward pass computes `δ_x = (1 − tanh²(x)) · δ`.
///
/// The derivative is computed from x as `1/cosh²(x)`: it remains accurate if tanh has been rounded to ±1.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ndarray::array;
/// use brique_layers::Tanh;
///
/// let x = array![[0.0, 40.0]];
/// assert_eq!(Tanh.forward(&x)?, array![[0.0, 1.0]]);
/// let back = Tanh.backward_delta(&x, &array![[3.0, 1.0]])?;
/// assert_eq!(back[[0, 0]], 3.0);
/// assert!(back[[0, 1]] > 0.0); // 7.2e-35; 1 − tanh² would be 0
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course's `TanH`; PyTorch's `nn.Tanh`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tanh;

impl<T: Scalar> Elementwise<T> for Tanh {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        inlined::tanh(simd, x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        inlined::tanh_derivative(simd, x)
    }
}

module!(Tanh, saves_derivative, |_| brique_core::Description::new("Tanh"));
