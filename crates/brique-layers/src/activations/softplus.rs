//! The smooth rectifier.

use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::module;

/// Computes `y = ln(1 + e^x)`, element by element. The backward pass computes `δ_x = σ(x) · δ`.
///
/// It is computed as `max(x, 0) + ln(1 + e^−|x|)` for all x: there is no threshold above which y is replaced by x.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ndarray::array;
/// use brique_layers::Softplus;
///
/// let y = Softplus.forward(&array![[0.0, 1000.0]])?;
/// assert_eq!(y, array![[2.0_f64.ln(), 1000.0]]);
/// assert_eq!(Softplus.backward_delta(&array![[0.0]], &array![[4.0]])?, array![[2.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Dugas et al., 2001; PyTorch's `nn.Softplus` with beta 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Softplus;

impl<T: Scalar> Elementwise<T> for Softplus {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        inlined::softplus(simd, x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        inlined::sigmoid(simd, x)
    }
}

module!(Softplus, saves_derivative, |_| brique_core::Description::new(
    "Softplus"
));
