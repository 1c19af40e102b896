//! The exponential linear unit.

use brique_core::{Error, Fault};
use brique_tensor::{Elementwise, Scalar, inlined};

use super::module;

/// `y = x for x > 0, alpha·(e^x − 1) else`, element by element; `δ_x = (1 if x > 0, else alpha·e^x) · δ`.
///
/// # Shapes
///
/// Any, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Elu;
/// use brique_tensor::ndarray::array;
///
/// let unit = Elu::new(2.0)?;
/// let x = array![[0.0, 3.0, -1000.0]];
/// assert_eq!(unit.forward(&x)?, array![[0.0, 3.0, -2.0]]);
/// assert_eq!(unit.backward_delta(&x, &array![[1.0, 5.0, 1.0]])?, array![[2.0, 5.0, 0.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Clevert, Unterthiner and Hochreiter, 2016; PyTorch's `nn.ELU`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elu {
    alpha: f64,
}

impl Default for Elu {
    /// An alpha of 1, as in PyTorch.
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl Elu {
    /// The unit with this alpha.
    ///
    /// # Errors
    ///
    /// Where it is not a finite number.
    pub fn new(alpha: f64) -> Result<Self, Error> {
        if alpha.is_finite() {
            return Ok(Self { alpha });
        }
        let fault = Fault::Value {
            argument: "alpha".into(),
            found: alpha.to_string(),
            expected: "a finite number".into(),
        };
        Err(Error::new("Elu", "new", fault))
    }
}

impl<T: Scalar> Elementwise<T> for Elu {
    #[inline(always)]
    fn value(self, x: T) -> T {
        if x > T::zero() {
            x
        } else {
            inlined::exp_m1(x) * T::from_f64(self.alpha)
        }
    }

    #[inline(always)]
    fn slope(self, x: T) -> T {
        if x > T::zero() {
            T::one()
        } else {
            inlined::exp(x) * T::from_f64(self.alpha)
        }
    }
}

module!(Elu, |it| brique_core::Description::new("Elu")
    .attribute("alpha", it.alpha));
