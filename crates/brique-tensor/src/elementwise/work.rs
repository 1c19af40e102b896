//! Computes the values, the derivatives or the deltas of whole matrices. The work is cut into halves for threads, and
//! into chunks of elements for SIMD vectors.

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

use super::chunks::{
    deltas, deltas_of_chunk, gather, scatter, values, values_and_derivatives,
    values_and_derivatives_of_chunk, values_of_chunk,
};
use super::function::Elementwise;
use crate::Scalar;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;

pub(super) struct Forward<'a, T, F> {
    pub(super) f: F,
    pub(super) x: ArrayView2<'a, T>,
    pub(super) y: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for Forward<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, (axis, middle)) = (self.f, middle(&self.x));
        let (x, other_x) = self.x.split_at(axis, middle);
        let (y, other_y) = self.y.split_at(axis, middle);
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
    fn run<S: Simd>(self, simd: S) {
        if const { fits_16_elements::<T, S>() } {
            self.in_chunks::<S, 16>(simd);
        } else {
            self.in_chunks::<S, 8>(simd);
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> Forward<'_, T, F> {
    #[inline(always)]
    fn in_chunks<S: Simd, const LANES: usize>(self, simd: S) {
        let Self { f, x, mut y } = self;
        if let (Some(x), Some(y)) = (x.as_slice(), y.as_slice_mut()) {
            return values::<S, T, F, LANES>(simd, f, x, y);
        }
        let mut chunk = [T::zero(); LANES];
        let (mut x, mut y) = (x.iter(), y.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut chunk);
            scatter(&values_of_chunk(simd, f, &chunk), &mut y);
        }
    }
}

pub(super) struct ForwardWithDerivative<'a, T, F> {
    pub(super) f: F,
    pub(super) x: ArrayView2<'a, T>,
    pub(super) y: ArrayViewMut2<'a, T>,
    pub(super) derivative: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for ForwardWithDerivative<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, (axis, middle)) = (self.f, middle(&self.x));
        let (x, other_x) = self.x.split_at(axis, middle);
        let (y, other_y) = self.y.split_at(axis, middle);
        let (derivative, other_derivative) = self.derivative.split_at(axis, middle);
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
    fn run<S: Simd>(self, simd: S) {
        if const { fits_16_elements::<T, S>() } {
            self.in_chunks::<S, 16>(simd);
        } else {
            self.in_chunks::<S, 8>(simd);
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> ForwardWithDerivative<'_, T, F> {
    #[inline(always)]
    fn in_chunks<S: Simd, const LANES: usize>(self, simd: S) {
        let Self {
            f,
            x,
            mut y,
            mut derivative,
        } = self;
        if let (Some(x), Some(y), Some(derivative)) =
            (x.as_slice(), y.as_slice_mut(), derivative.as_slice_mut())
        {
            return values_and_derivatives::<S, T, F, LANES>(simd, f, x, y, derivative);
        }
        let mut chunk = [T::zero(); LANES];
        let (mut x, mut y, mut derivative) = (x.iter(), y.iter_mut(), derivative.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut chunk);
            let (values, derivatives) = values_and_derivatives_of_chunk(simd, f, &chunk);
            scatter(&values, &mut y);
            scatter(&derivatives, &mut derivative);
        }
    }
}

pub(super) struct Backward<'a, T, F> {
    pub(super) f: F,
    pub(super) x: ArrayView2<'a, T>,
    pub(super) delta: ArrayView2<'a, T>,
    pub(super) delta_x: ArrayViewMut2<'a, T>,
}

impl<T: Scalar, F: Elementwise<T>> Divisible for Backward<'_, T, F> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (f, (axis, middle)) = (self.f, middle(&self.x));
        let (x, other_x) = self.x.split_at(axis, middle);
        let (delta, other_delta) = self.delta.split_at(axis, middle);
        let (delta_x, other_delta_x) = self.delta_x.split_at(axis, middle);
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
    fn run<S: Simd>(self, simd: S) {
        if const { fits_16_elements::<T, S>() } {
            self.in_chunks::<S, 16>(simd);
        } else {
            self.in_chunks::<S, 8>(simd);
        }
    }
}

impl<T: Scalar, F: Elementwise<T>> Backward<'_, T, F> {
    #[inline(always)]
    fn in_chunks<S: Simd, const LANES: usize>(self, simd: S) {
        let Self {
            f,
            x,
            delta,
            mut delta_x,
        } = self;
        if let (Some(x), Some(delta), Some(delta_x)) =
            (x.as_slice(), delta.as_slice(), delta_x.as_slice_mut())
        {
            return deltas::<S, T, F, LANES>(simd, f, x, delta, delta_x);
        }
        let mut chunk = [T::zero(); LANES];
        let mut deltas = [T::zero(); LANES];
        let (mut x, mut delta, mut delta_x) = (x.iter(), delta.iter(), delta_x.iter_mut());
        while x.len() > 0 {
            gather(&mut x, &mut chunk);
            gather(&mut delta, &mut deltas);
            scatter(&deltas_of_chunk(simd, f, &chunk, &deltas), &mut delta_x);
        }
    }
}

/// Returns where a matrix is cut into halves: between two rows, or between two columns if it has a single row.
fn middle<T>(x: &ArrayView2<'_, T>) -> (Axis, usize) {
    match x.dim() {
        (0 | 1, columns) => (Axis(1), columns / 2),
        (rows, _) => (Axis(0), rows / 2),
    }
}

/// Whether 16 elements are computed together instead of 8, which needs enough SIMD registers for the intermediate
/// values.
const fn fits_16_elements<T, S: Simd>() -> bool {
    S::HAS_MANY_REGISTERS || size_of::<T>() == 4
}
