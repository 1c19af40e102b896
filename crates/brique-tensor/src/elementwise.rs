//! Functions of one number applied to whole matrices.

mod chunks;
mod function;
mod work;

pub(crate) use self::chunks::keep_chunks_apart;
pub use self::function::Elementwise;
use self::work::{Backward, Forward, ForwardWithDerivative};
use crate::{Matrix, Scalar, threads};

/// The number of elements that keeps a thread busy for about 10 µs. A smaller share is not worth another thread.
const WORTH_A_THREAD: usize = 16_000;

/// Computes `y = f(x)`, element by element.
///
/// # Shapes
///
/// `x` and `y` have the same shape. Their memory layout changes the speed, not the results.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn elementwise_forward<T: Scalar, F: Elementwise<T>>(f: F, x: &Matrix<T>, y: &mut Matrix<T>) {
    assert_same_shape("y", y, x);
    let work = Forward {
        f,
        x: x.view(),
        y: y.view_mut(),
    };
    threads::compute(work, x.len(), WORTH_A_THREAD);
}

/// Computes `δ_x = f′(x)·δ`, element by element.
///
/// # Shapes
///
/// `x`, `delta` and `delta_x` have the same shape. Their memory layout changes the speed, not the results.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn elementwise_delta<T: Scalar, F: Elementwise<T>>(
    f: F,
    x: &Matrix<T>,
    delta: &Matrix<T>,
    delta_x: &mut Matrix<T>,
) {
    assert_same_shape("delta", delta, x);
    assert_same_shape("delta_x", delta_x, x);
    let size = x.len();
    let (x, delta, delta_x) = (x.view(), delta.view(), delta_x.view_mut());
    threads::compute(Backward { f, x, delta, delta_x }, size, WORTH_A_THREAD);
}

/// Computes `y = f(x)` and `derivative = f′(x)`, element by element.
///
/// Subexpressions that the value and the derivative share are computed once. `y` has the same bits as from
/// [`elementwise_forward`]. `derivative` multiplied by δ has the same bits as from [`elementwise_delta`].
///
/// # Shapes
///
/// `x`, `y` and `derivative` have the same shape. Their memory layout changes the speed, not the results.
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::{Elementwise, Scalar, Simd, elementwise_forward_with_derivative};
///
/// #[derive(Clone, Copy)]
/// struct Square;
///
/// impl<T: Scalar> Elementwise<T> for Square {
///     #[inline(always)]
///     fn value<S: Simd>(self, _: S, x: T) -> T {
///         x * x
///     }
///
///     #[inline(always)]
///     fn derivative<S: Simd>(self, _: S, x: T) -> T {
///         x + x
///     }
/// }
///
/// let x = array![[3.0, -1.0]];
/// let (mut y, mut derivative) = (array![[0.0, 0.0]], array![[0.0, 0.0]]);
/// elementwise_forward_with_derivative(Square, &x, &mut y, &mut derivative);
/// assert_eq!((y, derivative), (array![[9.0, 1.0]], array![[6.0, -2.0]]));
/// ```
#[track_caller]
pub fn elementwise_forward_with_derivative<T: Scalar, F: Elementwise<T>>(
    f: F,
    x: &Matrix<T>,
    y: &mut Matrix<T>,
    derivative: &mut Matrix<T>,
) {
    assert_same_shape("y", y, x);
    assert_same_shape("derivative", derivative, x);
    let size = x.len();
    let (x, y, derivative) = (x.view(), y.view_mut(), derivative.view_mut());
    threads::compute(
        ForwardWithDerivative { f, x, y, derivative },
        size,
        WORTH_A_THREAD,
    );
}

#[track_caller]
fn assert_same_shape<T>(name: &str, matrix: &Matrix<T>, x: &Matrix<T>) {
    assert!(
        matrix.dim() == x.dim(),
        "{name} has shape {:?}, expected {:?}: that of x",
        matrix.dim(),
        x.dim()
    );
}
