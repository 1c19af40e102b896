//! The sigmoid-weighted linear unit.

use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::module;

/// Computes `y = x·σ(x)`, element by element. The backward pass computes `δ_x = σ(x)·(1 + x·σ(−x)) · δ`.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ndarray::array;
/// use brique_layers::SiLU;
///
/// assert_eq!(SiLU.forward(&array![[0.0, 100.0]])?, array![[0.0, 100.0]]);
/// assert_eq!(SiLU.backward_delta(&array![[0.0]], &array![[4.0]])?, array![[2.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Elfwing, Uchibe and Doya, 2018; PyTorch's `nn.SiLU`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SiLU;

impl<T: Scalar> Elementwise<T> for SiLU {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        x * inlined::sigmoid(simd, x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        let derivative = inlined::sigmoid(simd, x) * (T::one() + x * inlined::sigmoid(simd, -x));
        // At −∞ the formula contains −∞ · 0; the limit of the derivative is 0.
        if x == T::neg_infinity() {
            T::zero()
        } else {
            derivative
        }
    }
}

module!(SiLU, saves_derivative, |_| brique_core::Description::new("SiLU"));
