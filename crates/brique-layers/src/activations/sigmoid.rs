//! The logistic function.

use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::module;

/// Computes `y = σ(x) = 1 / (1 + e^−x)`, element by element. The backward pass computes `δ_x = σ(x)·σ(−x) · δ`.
///
/// The derivative is computed from x: it remains accurate if σ has been rounded to 1.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ndarray::array;
/// use brique_layers::Sigmoid;
/// use brique_tensor::exp;
///
/// let x = array![[0.0, 40.0]];
/// assert_eq!(Sigmoid.forward(&x)?, array![[0.5, 1.0]]);
/// let back = Sigmoid.backward_delta(&x, &array![[4.0, 1.0]])?;
/// assert_eq!(back, array![[1.0, exp(-40.0)]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course's `Sigmoide`; PyTorch's `nn.Sigmoid`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sigmoid;

impl<T: Scalar> Elementwise<T> for Sigmoid {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        inlined::sigmoid(simd, x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        inlined::sigmoid_derivative(simd, x)
    }
}

module!(Sigmoid, saves_derivative, |_| brique_core::Description::new(
    "Sigmoid"
));
