//! Functions of one number applied to whole matrices.

mod lanes;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

pub(crate) use self::lanes::keep_chunks_apart;
use self::lanes::{
    deltas, deltas_of_lanes, gather, scatter, values, values_and_slopes, values_and_slopes_of_lanes,
    values_of_lanes,
};
use crate::simd::{Unit, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;
use crate::{Matrix, Scalar, threads};

/// So many numbers keep a thread busy for long enough: about 10 µs.
const WORTH_A_THREAD: usize = 16_000;

/// A function of one number, with its slope.
///
/// [`elementwise_forward`], [`elementwise_delta`] and [`elementwise_forward_with_slope`] apply it to whole matrices, at
/// the current [`SimdLevel`](crate::SimdLevel).
/// Both methods, and all they call, should be `#[inline(always)]`, as what is in [`inlined`](crate::inlined) is:
/// what is not inlined is right and slow.
/// A branch that both sides of are cheap costs nothing: it is a selection.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::{Elementwise, Scalar, elementwise_delta, elementwise_forward, inlined};
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
///     fn slope(self, x: T) -> T {
///         inlined::tanh(x) + x * inlined::tanh_slope(x)
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
    /// `y = f(x)`
    #[must_use]
    fn value(self, x: T) -> T;

    /// `f′(x)`, of which the error behind the function is the multiple: `δ_x = f′(x)·δ`.
    #[must_use]
    fn slope(self, x: T) -> T;
}

/// `y = f(x)`, element by element.
///
/// # Shapes
///
/// `x` and `y` have the same. How they lie in memory makes a difference to the time, not to the numbers.
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

/// `δ_x = f′(x)·δ`, element by element.
///
/// # Shapes
///
/// `x`, `delta` and `delta_x` have the same. How they lie in memory makes a difference to the time, not to the numbers.
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

/// `y = f(x)` and `slope = f′(x)`, element by element: what is written alike in both is computed once.
///
/// # Shapes
///
/// `x`, `y` and `slope` have the same. How they lie in memory makes a difference to the time, not to the numbers: they are
/// those of [`elementwise_forward`] and, once `slope` is multiplied by δ, of [`elementwise_delta`].
///
/// # Panics
///
/// If the shapes differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::{Elementwise, Scalar, elementwise_forward_with_slope};
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
///     fn slope(self, x: T) -> T {
///         x + x
///     }
/// }
///
/// let (mut y, mut slope) = (array![[0.0, 0.0]], array![[0.0, 0.0]]);
/// elementwise_forward_with_slope(Square, &array![[3.0, -1.0]], &mut y, &mut slope);
/// assert_eq!((y, slope), (array![[9.0, 1.0]], array![[6.0, -2.0]]));
/// ```
#[track_caller]
pub fn elementwise_forward_with_slope<T: Scalar, F: Elementwise<T>>(
    f: F,
    x: &Matrix<T>,
    y: &mut Matrix<T>,
    slope: &mut Matrix<T>,
) {
    assert_same_shape("y", y, x);
    assert_same_shape("slope", slope, x);
    let size = x.len();
    let (x, y, slope) = (x.view(), y.view_mut(), slope.view_mut());
    threads::compute(ForwardWithSlope { f, x, y, slope }, size, WORTH_A_THREAD);
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

/// Whether sixteen numbers are computed side by side, and not eight: where the registers hold what is needed of so many.
#[inline(always)]
fn has_room_for_16<T, U: Unit>() -> bool {
    U::REGISTERS >= 32 || size_of::<T>() == 4
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
    fn run<U: Unit>(self, _: U) {
        if has_room_for_16::<T, U>() {
            self.in_lanes::<16>();
        } else {
            self.in_lanes::<8>();
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> Forward<'_, T, F> {
    #[inline(always)]
    fn in_lanes<const LANES: usize>(self) {
        let Self { f, x, mut y } = self;
        if let (Some(x), Some(y)) = (x.as_slice(), y.as_slice_mut()) {
            return values::<T, F, LANES>(f, x, y);
        }
        let mut lanes = [T::zero(); LANES];
        let (mut x, mut y) = (x.iter(), y.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut lanes);
            scatter(&values_of_lanes(f, &lanes), &mut y);
        }
    }
}

struct ForwardWithSlope<'a, T, F> {
    f: F,
    x: ArrayView2<'a, T>,
    y: ArrayViewMut2<'a, T>,
    slope: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for ForwardWithSlope<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, row) = (self.f, self.x.nrows() / 2);
        let (x, other_x) = self.x.split_at(Axis(0), row);
        let (y, other_y) = self.y.split_at(Axis(0), row);
        let (slope, other_slope) = self.slope.split_at(Axis(0), row);
        let one = Self { f, x, y, slope };
        Ok((
            one,
            Self {
                f,
                x: other_x,
                y: other_y,
                slope: other_slope,
            },
        ))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar, F: Elementwise<T>> Work for ForwardWithSlope<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<U: Unit>(self, _: U) {
        if has_room_for_16::<T, U>() {
            self.in_lanes::<16>();
        } else {
            self.in_lanes::<8>();
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> ForwardWithSlope<'_, T, F> {
    #[inline(always)]
    fn in_lanes<const LANES: usize>(self) {
        let Self {
            f,
            x,
            mut y,
            mut slope,
        } = self;
        if let (Some(x), Some(y), Some(slope)) = (x.as_slice(), y.as_slice_mut(), slope.as_slice_mut()) {
            return values_and_slopes::<T, F, LANES>(f, x, y, slope);
        }
        let mut lanes = [T::zero(); LANES];
        let (mut x, mut y, mut slope) = (x.iter(), y.iter_mut(), slope.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut lanes);
            let (values, slopes) = values_and_slopes_of_lanes(f, &lanes);
            scatter(&values, &mut y);
            scatter(&slopes, &mut slope);
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
    fn run<U: Unit>(self, _: U) {
        if has_room_for_16::<T, U>() {
            self.in_lanes::<16>();
        } else {
            self.in_lanes::<8>();
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> Backward<'_, T, F> {
    #[inline(always)]
    fn in_lanes<const LANES: usize>(self) {
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
        let mut lanes = [T::zero(); LANES];
        let mut deltas = [T::zero(); LANES];
        let (mut x, mut delta, mut delta_x) = (x.iter(), delta.iter(), delta_x.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut lanes);
            gather(&mut delta, &mut deltas);
            scatter(&deltas_of_lanes(f, &lanes, &deltas), &mut delta_x);
        }
    }
}
