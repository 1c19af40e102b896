//! The logistic function.

use std::fmt;

use brique_tensor::{Scalar, sigmoid, sigmoid_slope};

use super::elementwise;

/// `y = σ(x) = 1 / (1 + e^−x)`, element by element; `δ_x = σ(x)·σ(−x) · δ`.
///
/// The slope is computed from x, so that it keeps its digits where σ has reached 1.
///
/// # Shapes
///
/// Any, and the same for the output.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Sigmoid;
/// use brique_tensor::ndarray::array;
///
/// let x = array![[0.0, 40.0]];
/// assert_eq!(Sigmoid.forward(&x)?, array![[0.5, 1.0]]);
/// let back = Sigmoid.backward_delta(&x, &array![[4.0, 1.0]])?;
/// assert_eq!(back, array![[1.0, (-40.0_f64).exp()]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course's `Sigmoide`; PyTorch's `nn.Sigmoid`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sigmoid;

impl Sigmoid {
    #[allow(clippy::unused_self, reason = "other activations have a parameter here")]
    fn value<T: Scalar>(self, x: T) -> T {
        sigmoid(x)
    }

    #[allow(clippy::unused_self, reason = "other activations have a parameter here")]
    fn slope<T: Scalar>(self, x: T) -> T {
        sigmoid_slope(x)
    }
}

elementwise!(Sigmoid);

impl fmt::Display for Sigmoid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sigmoid")
    }
}
