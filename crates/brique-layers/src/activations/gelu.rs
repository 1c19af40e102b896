//! The Gaussian error linear unit.

use brique_tensor::{Elementwise, Scalar, inlined};

use super::module;

/// `y = x·Φ(x)`, element by element; `δ_x = (Φ(x) + x·φ(x)) · δ`.
///
/// Φ and φ are distribution function and density of the standard normal distribution: the exact unit, without the
/// approximation by a tanh.
///
/// # Shapes
///
/// Any, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::GELU;
/// use brique_tensor::ndarray::array;
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
    fn value(self, x: T) -> T {
        x * inlined::normal_distribution(x)
    }

    #[inline(always)]
    fn derivative(self, x: T) -> T {
        inlined::normal_distribution(x) + x * inlined::normal_density(x)
    }
}

module!(GELU, |_| brique_core::Description::new("GELU"));
