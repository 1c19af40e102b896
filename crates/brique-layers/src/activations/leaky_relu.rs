//! The leaky rectified linear unit.

use brique_core::Error;
use brique_tensor::{Elementwise, Scalar, Simd};

use super::{check_finite, module};

/// Computes `y = x for x > 0, negative_slope·x else`, element by element. The backward pass computes
/// `δ_x = (1 if x > 0, else negative_slope) · δ`.
///
/// At 0 the derivative is the negative slope, as in PyTorch.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LeakyReLU;
/// use brique_layers::ndarray::array;
///
/// let leaky_relu = LeakyReLU::new(0.25)?;
/// let x = array![[-2.0, 3.0]];
/// assert_eq!(leaky_relu.forward(&x)?, array![[-0.5, 3.0]]);
/// assert_eq!(leaky_relu.backward_delta(&x, &array![[1.0, 5.0]])?, array![[0.25, 5.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Maas, Hannun and Ng, 2013; PyTorch's `nn.LeakyReLU`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeakyReLU {
    negative_slope: f64,
}

impl Default for LeakyReLU {
    /// Returns the module with a negative slope of 0.01, as in PyTorch.
    fn default() -> Self {
        Self { negative_slope: 0.01 }
    }
}

impl LeakyReLU {
    /// Creates the module with this negative slope.
    ///
    /// # Errors
    ///
    /// If `negative_slope` is not a finite number, also in `f32`.
    pub fn new(negative_slope: f64) -> Result<Self, Error> {
        check_finite("LeakyReLU", "negative_slope", negative_slope)?;
        Ok(Self { negative_slope })
    }
}

impl<T: Scalar> Elementwise<T> for LeakyReLU {
    #[inline(always)]
    fn value<S: Simd>(self, _: S, x: T) -> T {
        if x > T::zero() {
            x
        } else {
            x * T::from_f64(self.negative_slope)
        }
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, _: S, x: T) -> T {
        if x > T::zero() {
            T::one()
        } else {
            T::from_f64(self.negative_slope)
        }
    }
}

module!(LeakyReLU, |it| brique_core::Description::new("LeakyReLU")
    .attribute("negative_slope", it.negative_slope));
