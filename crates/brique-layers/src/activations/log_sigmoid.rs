//! The logarithm of the logistic function.

use brique_tensor::{Elementwise, Scalar, Simd, inlined};

use super::module;

/// Computes `y = ln σ(x) = −ln(1 + e^−x)`, element by element. The backward pass computes `δ_x = σ(−x) · δ`.
///
/// It does not take the logarithm of a sigmoid, which is −∞ for x below −745.
///
/// # Shapes
///
/// The input has any shape; the output has the same shape.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::LogSigmoid;
/// use brique_layers::ndarray::array;
///
/// let y = LogSigmoid.forward(&array![[0.0, -1000.0]])?;
/// assert_eq!(y, array![[-(2.0_f64.ln()), -1000.0]]);
/// let back = LogSigmoid.backward_delta(&array![[0.0]], &array![[4.0]])?;
/// assert_eq!(back, array![[2.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: PyTorch's `nn.LogSigmoid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LogSigmoid;

impl<T: Scalar> Elementwise<T> for LogSigmoid {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        -inlined::softplus(simd, -x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        inlined::sigmoid(simd, -x)
    }
}

module!(LogSigmoid, saves_derivative, |_| brique_core::Description::new(
    "LogSigmoid"
));
