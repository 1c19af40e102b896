//! The Gaussian error linear unit.

use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::module;

/// Computes `y = x·Φ(x)`, element by element. The backward pass computes `δ_x = (Φ(x) + x·φ(x)) · δ`.
///
/// Φ and φ are the distribution function and the density of the standard normal distribution. This is the exact
/// function, not the approximation by a tanh.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::GELU;
/// use brique_layers::ndarray::array;
///
/// assert_eq!(GELU.forward(&array![[0.0, 100.0]])?, array![[0.0, 100.0]]);
/// assert_eq!(GELU.backward_delta(&array![[0.0]], &array![[4.0]])?, array![[2.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Hendrycks and Gimpel, 2016, their equation 1; PyTorch's `nn.GELU()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GELU;

impl<T: Scalar> Elementwise<T> for GELU {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        x * inlined::normal_distribution(simd, x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        inlined::normal_distribution(simd, x) + x * inlined::normal_density(simd, x)
    }
}

module!(GELU, |_| brique_core::Description::new("GELU"));
