//! Functions of one number applied to whole matrices.

mod chunks;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

pub(crate) use self::chunks::keep_chunks_apart;
use self::chunks::{
    deltas, deltas_of_chunk, gather, scatter, values, values_and_derivatives,
    values_and_derivatives_of_chunk, values_of_chunk,
};
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;
use crate::{Matrix, Scalar, threads};

/// The number of elements that keeps a thread busy for about 10 µs. A smaller share is not worth another thread.
const WORTH_A_THREAD: usize = 16_000;

/// A function of one number, with its derivative.
///
/// [`elementwise_forward`], [`elementwise_delta`] and [`elementwise_forward_with_derivative`] apply the function to
/// whole matrices, at the current [`SimdLevel`](crate::SimdLevel). Mark both methods and every function that they call
/// `#[inline(always)]`, as in [`inlined`](crate::inlined). A function that is not inlined gives correct results, but it
/// is slow. A branch with two cheap sides costs nothing: it is compiled to a selection between the two results.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::{
///     Elementwise, Scalar, elementwise_delta, elementwise_forward, inlined,
/// };
///
/// /// `x·tanh(x)`
/// #[derive(Clone, Copy)]
/// struct Fold;
///
/// impl<T: Scalar> Elementwise<T> for Fold {
///     #[inline(always)]
///     fn value(self, x: T) -> T {
///         x * inlined::tanh(x)
///     }
///
///     #[inline(always)]
///     fn derivative(self, x: T) -> T {
///         inlined::tanh(x) + x * inlined::tanh_derivative(x)
///     }
/// }
///
/// let x = array![[-100.0, 0.0, 100.0]];
/// let mut y = array![[0.0, 0.0, 0.0]];
/// elementwise_forward(Fold, &x, &mut y);
/// assert_eq!(y, array![[100.0, 0.0, 100.0]]);
///
/// let mut delta_x = y;
/// elementwise_delta(Fold, &x, &array![[2.0, 2.0, 3.0]], &mut delta_x);
/// assert_eq!(delta_x, array![[-2.0, 0.0, 3.0]]);
/// ```
pub trait Elementwise<T: Scalar>: Copy + Send + Sync {
    /// Returns the value `f(x)`.
    #[must_use]
    fn value(self, x: T) -> T;

    /// Returns the derivative `f′(x)`. The gradient with respect to the input is `δ_x = f′(x)·δ`.
    #[must_use]
    fn derivative(self, x: T) -> T;
}

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
/// use brique_tensor::{Elementwise, Scalar, elementwise_forward_with_derivative};
///
/// #[derive(Clone, Copy)]
/// struct Square;
///
/// impl<T: Scalar> Elementwise<T> for Square {
///     #[inline(always)]
///     fn value(self, x: T) -> T {
///         x * x
///     }
///
///     #[inline(always)]
///     fn derivative(self, x: T) -> T {
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

/// Whether 16 elements are computed together instead of 8, which needs enough SIMD registers for the intermediate
/// values.
#[inline(always)]
fn fits_16_elements<T, S: Simd>() -> bool {
    S::REGISTERS >= 32 || size_of::<T>() == 4
}

struct Forward<'a, T, F> {
    f: F,
    x: ArrayView2<'a, T>,
    y: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for Forward<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, row) = (self.f, self.x.nrows() / 2);
        let (x, other_x) = self.x.split_at(Axis(0), row);
        let (y, other_y) = self.y.split_at(Axis(0), row);
        Ok((
            Self { f, x, y },
            Self {
                f,
                x: other_x,
                y: other_y,
            },
        ))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar, F: Elementwise<T>> Work for Forward<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        if fits_16_elements::<T, S>() {
            self.in_chunks::<16>();
        } else {
            self.in_chunks::<8>();
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> Forward<'_, T, F> {
    #[inline(always)]
    fn in_chunks<const LANES: usize>(self) {
        let Self { f, x, mut y } = self;
        if let (Some(x), Some(y)) = (x.as_slice(), y.as_slice_mut()) {
            return values::<T, F, LANES>(f, x, y);
        }
        let mut chunk = [T::zero(); LANES];
        let (mut x, mut y) = (x.iter(), y.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut chunk);
            scatter(&values_of_chunk(f, &chunk), &mut y);
        }
    }
}

struct ForwardWithDerivative<'a, T, F> {
    f: F,
    x: ArrayView2<'a, T>,
    y: ArrayViewMut2<'a, T>,
    derivative: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for ForwardWithDerivative<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, row) = (self.f, self.x.nrows() / 2);
        let (x, other_x) = self.x.split_at(Axis(0), row);
        let (y, other_y) = self.y.split_at(Axis(0), row);
        let (derivative, other_derivative) = self.derivative.split_at(Axis(0), row);
        let one = Self { f, x, y, derivative };
        Ok((
            one,
            Self {
                f,
                x: other_x,
                y: other_y,
                derivative: other_derivative,
            },
        ))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar, F: Elementwise<T>> Work for ForwardWithDerivative<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        if fits_16_elements::<T, S>() {
            self.in_chunks::<16>();
        } else {
            self.in_chunks::<8>();
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> ForwardWithDerivative<'_, T, F> {
    #[inline(always)]
    fn in_chunks<const LANES: usize>(self) {
        let Self {
            f,
            x,
            mut y,
            mut derivative,
        } = self;
        if let (Some(x), Some(y), Some(derivative)) =
            (x.as_slice(), y.as_slice_mut(), derivative.as_slice_mut())
        {
            return values_and_derivatives::<T, F, LANES>(f, x, y, derivative);
        }
        let mut chunk = [T::zero(); LANES];
        let (mut x, mut y, mut derivative) = (x.iter(), y.iter_mut(), derivative.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut chunk);
            let (values, derivatives) = values_and_derivatives_of_chunk(f, &chunk);
            scatter(&values, &mut y);
            scatter(&derivatives, &mut derivative);
        }
    }
}

struct Backward<'a, T, F> {
    f: F,
    x: ArrayView2<'a, T>,
    delta: ArrayView2<'a, T>,
    delta_x: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for Backward<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, row) = (self.f, self.x.nrows() / 2);
        let (x, other_x) = self.x.split_at(Axis(0), row);
        let (delta, other_delta) = self.delta.split_at(Axis(0), row);
        let (delta_x, other_delta_x) = self.delta_x.split_at(Axis(0), row);
        let one = Self { f, x, delta, delta_x };
        Ok((
            one,
            Self {
                f,
                x: other_x,
                delta: other_delta,
                delta_x: other_delta_x,
            },
        ))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar, F: Elementwise<T>> Work for Backward<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        if fits_16_elements::<T, S>() {
            self.in_chunks::<16>();
        } else {
            self.in_chunks::<8>();
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> Backward<'_, T, F> {
    #[inline(always)]
    fn in_chunks<const LANES: usize>(self) {
        let Self {
            f,
            x,
            delta,
            mut delta_x,
        } = self;
        if let (Some(x), Some(delta), Some(delta_x)) =
            (x.as_slice(), delta.as_slice(), delta_x.as_slice_mut())
        {
            return deltas::<T, F, LANES>(f, x, delta, delta_x);
        }
        let mut chunk = [T::zero(); LANES];
        let mut deltas = [T::zero(); LANES];
        let (mut x, mut delta, mut delta_x) = (x.iter(), delta.iter(), delta_x.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut chunk);
            gather(&mut delta, &mut deltas);
            scatter(&deltas_of_chunk(f, &chunk, &deltas), &mut delta_x);
        }
    }
}
