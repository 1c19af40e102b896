//! The exponential linear unit.

use brique_core::Error;
use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::{check_finite, module};

/// Computes `y = x for x > 0, alpha·(e^x − 1) else`, element by element. The backward pass computes
/// `δ_x = (1 if x > 0, else alpha·e^x) · δ`.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::ELU;
/// use brique_layers::ndarray::array;
///
/// let elu = ELU::new(2.0)?;
/// let x = array![[0.0, 3.0, -1000.0]];
/// assert_eq!(elu.forward(&x)?, array![[0.0, 3.0, -2.0]]);
/// let delta = array![[1.0, 5.0, 1.0]];
/// assert_eq!(elu.backward_delta(&x, &delta)?, array![[2.0, 5.0, 0.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Clevert, Unterthiner and Hochreiter, 2016; PyTorch's `nn.ELU`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ELU {
    alpha: f64,
}

impl Default for ELU {
    /// Returns the module with an alpha of 1, as in PyTorch.
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl ELU {
    /// Creates the module with this alpha.
    ///
    /// # Errors
    ///
    /// If `alpha` is not a finite number, also in `f32`.
    pub fn new(alpha: f64) -> Result<Self, Error> {
        check_finite("ELU", "alpha", alpha)?;
        Ok(Self { alpha })
    }
}

impl<T: Scalar> Elementwise<T> for ELU {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        if x > T::zero() {
            x
        } else {
            inlined::exp_m1(simd, x) * T::from_f64(self.alpha)
        }
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        if x > T::zero() {
            T::one()
        } else {
            inlined::exp(simd, x) * T::from_f64(self.alpha)
        }
    }
}

module!(ELU, |it| brique_core::Description::new("ELU")
    .attribute("alpha", it.alpha));
