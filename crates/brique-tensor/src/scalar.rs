//! The two kinds of number.

use std::cell::RefCell;
use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;

use ndarray::{LinalgScalar, ScalarOperand};
use num_traits::{Float, NumAssign};

use crate::exponential::Exponential;
use crate::multiply_adds;
use crate::product::{Panels, Product};
use crate::softmax::{self, Function};
use crate::sum::ColumnSums;
use crate::unit::{Unit, dispatch};
use crate::vector::Vector;

/// A floating-point number: `f32` for speed, `f64` to agree with NumPy to the digit.
///
/// The trait is sealed, by a supertrait that no other crate can name: kernels may rely on there being exactly these two.
///
/// ```
/// use brique_tensor::Scalar;
///
/// fn mean<T: Scalar>(values: &[T]) -> T {
///     values.iter().copied().sum::<T>() / T::from_usize(values.len())
/// }
///
/// assert_eq!(mean(&[1.0_f32, 2.0]), 1.5);
/// assert_eq!(f32::NAME, "f32");
/// ```
pub trait Scalar:
    Float
    + NumAssign
    + LinalgScalar
    + ScalarOperand
    + Sum
    + Debug
    + Display
    + LowerExp
    + Default
    + Send
    + Sync
    + Lanes
    + Exponential
{
    /// The type's name, `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// The nearest number of this type.
    #[must_use]
    fn from_f64(value: f64) -> Self;

    /// The nearest number of this type.
    #[must_use]
    fn from_usize(value: usize) -> Self;

    /// The same number as `f64`, exactly.
    #[must_use]
    fn as_f64(self) -> f64;
}

impl Scalar for f32 {
    const NAME: &'static str = "f32";

    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what is asked for"
    )]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    fn from_usize(value: usize) -> Self {
        value as Self
    }

    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    const NAME: &'static str = "f64";

    fn from_f64(value: f64) -> Self {
        value
    }

    fn from_usize(value: usize) -> Self {
        value as Self
    }

    fn as_f64(self) -> f64 {
        self
    }
}

/// What kernels need to know of a number: its registers, and the kernels themselves, which are compiled here once and not
/// again in every crate that calls them.
pub trait Lanes: Sized {
    /// A register of a unit.
    #[doc(hidden)]
    type On<U: Unit>: Vector<Number = Self, Unit = U>;

    /// Carries out a product, with the panels of this thread.
    #[doc(hidden)]
    fn multiply(product: Product<'_, Self>);

    /// Computes a function along rows of so many numbers.
    #[doc(hidden)]
    fn along_rows(function: Function, columns: usize, x: &[Self], delta: &[Self], y: &mut [Self]);

    /// Adds columns up.
    #[doc(hidden)]
    fn add_column_sums(sums: ColumnSums<'_, Self>);

    /// Does multiply-adds on registers, and returns the number of operations.
    #[doc(hidden)]
    fn multiply_adds(rounds: usize) -> u64;
}

macro_rules! lanes {
    ($number:ident, $register:ident) => {
        impl Lanes for $number {
            type On<U: Unit> = U::$register;

            fn multiply(product: Product<'_, Self>) {
                thread_local! {
                    static PANELS: RefCell<Panels<$number>> = const { RefCell::new(Panels::new()) };
                }
                PANELS.with_borrow_mut(|panels| dispatch((product, panels)));
            }

            fn along_rows(function: Function, columns: usize, x: &[Self], delta: &[Self], y: &mut [Self]) {
                softmax::compute(function, columns, x, delta, y);
            }

            fn add_column_sums(sums: ColumnSums<'_, Self>) {
                dispatch(sums);
            }

            fn multiply_adds(rounds: usize) -> u64 {
                multiply_adds::compute::<Self>(rounds)
            }
        }
    };
}

lanes!(f32, F32);
lanes!(f64, F64);
