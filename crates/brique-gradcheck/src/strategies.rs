//! `proptest` strategies for shapes and numbers, chosen so that they reveal mistakes.
//!
//! ```
//! use brique_gradcheck::strategies::{Numbers, matrix, sizes};
//! use proptest::prelude::*;
//! use proptest::test_runner::TestRunner;
//!
//! let matrices = sizes()
//!     .prop_flat_map(|[rows, columns]| matrix::<f64>(rows, columns, Numbers::Huge));
//! TestRunner::default().run(&matrices, |x| {
//!     prop_assert_eq!(x.t().to_owned().reversed_axes(), x);
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::ops::Deref;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

use crate::excerpt::excerpt;

/// The largest size. A mistake that needs larger sizes is one of blocks, not of formulas.
const LARGEST: usize = 9;

/// Draws a number of rows or columns. Half of the draws are 0 or 1.
pub fn size() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0_usize), 1 => Just(1), 2 => 2..=LARGEST]
}

/// Draws `N` sizes. In a quarter of the draws all sizes are equal: only a matrix that is not square reveals a
/// transposition by its shape, and only a square one lets a transposition pass every check of shapes.
pub fn sizes<const N: usize>() -> impl Strategy<Value = [usize; N]> {
    let apart =
        proptest::collection::vec(size(), N).prop_map(|sizes| std::array::from_fn(|index| sizes[index]));
    prop_oneof![3 => apart, 1 => size().prop_map(|size| [size; N])]
}

/// The kind of numbers in a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numbers {
    /// Between −3 and 3.
    Tame,
    /// Whole numbers from −9 to 9. Sums and products of a few of them are exact, so that results can be compared bit
    /// by bit.
    Whole,
    /// Magnitudes up to 10⁻⁶, down to the smallest subnormal number.
    Tiny,
    /// Magnitudes from 10⁶ up to the square root of the largest number.
    Huge,
    /// Like `Tame`, except that one in four is NaN, an infinity, −0, the smallest normal number, or the smallest or
    /// largest of all.
    Special,
}

/// Draws a matrix of numbers of this kind.
///
/// # Panics
///
/// If `rows · columns` is larger than `usize::MAX`.
pub fn matrix<T: Scalar>(rows: usize, columns: usize, numbers: Numbers) -> BoxedStrategy<Array2<T>> {
    let size = rows.checked_mul(columns);
    assert!(
        size.is_some(),
        "a matrix of {rows} · {columns} numbers is larger than memory can address"
    );
    proptest::collection::vec(number::<T>(numbers), size.unwrap_or_default())
        .prop_map(move |values| {
            let mut values = values.into_iter();
            // There are as many values as entries.
            Array2::from_shape_simple_fn((rows, columns), || values.next().unwrap_or_default())
        })
        .boxed()
}

/// Draws a δ of shape (rows, columns). Its numbers are `Tame` and never all ones, because ones hide a softmax that is
/// the identity.
pub fn delta<T: Scalar>(rows: usize, columns: usize) -> BoxedStrategy<Array2<T>> {
    matrix(rows, columns, Numbers::Tame)
        .prop_map(|mut delta: Array2<T>| {
            if delta.iter().all(|&value| value == T::one()) {
                delta
                    .iter_mut()
                    .step_by(2)
                    .for_each(|value| *value = T::from_f64(-0.5));
            }
            delta
        })
        .boxed()
}

/// Draws matrices whose `Debug` text is short: aligned rows, and at most 8 rows and columns of a large matrix.
///
/// `proptest` writes the failing case with `Debug`, and ndarray's `Debug` writes every digit and the memory layout. A
/// [`Compact`] dereferences to its matrix.
///
/// ```
/// use brique_gradcheck::strategies::{Compact, Numbers, compact, matrix, sizes};
/// use brique_tensor::ndarray::array;
/// use proptest::prelude::*;
///
/// let drawn = |[rows, columns]: [usize; 2]| matrix::<f64>(rows, columns, Numbers::Tame);
/// let matrices = compact(sizes().prop_flat_map(drawn));
/// proptest!(|(x in matrices)| {
///     prop_assert_eq!(x.t().dim(), (x.ncols(), x.nrows()));
/// });
///
/// let x = Compact(array![[0.5, -2.0], [1.0 / 3.0, 10.0]]);
/// let text = "matrix, shape (2, 2):
///         0.5      -2
///      0.3333      10";
/// assert_eq!(format!("{x:?}"), text);
/// ```
pub fn compact<T: Scalar>(matrices: impl Strategy<Value = Array2<T>>) -> impl Strategy<Value = Compact<T>> {
    matrices.prop_map(Compact)
}

/// A matrix with a short `Debug` text, by [`compact`].
#[derive(Clone, PartialEq)]
pub struct Compact<T: Scalar = f64>(pub Array2<T>);

impl<T: Scalar> fmt::Debug for Compact<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&excerpt("matrix", &self.0, None))
    }
}

impl<T: Scalar> Deref for Compact<T> {
    type Target = Array2<T>;

    fn deref(&self) -> &Array2<T> {
        &self.0
    }
}

fn number<T: Scalar>(numbers: Numbers) -> BoxedStrategy<T> {
    let tame = || (-3.0..3.0).prop_map(T::from_f64);
    let signed = |size: BoxedStrategy<f64>| {
        (any::<bool>(), size).prop_map(|(negative, size)| T::from_f64(if negative { -size } else { size }))
    };
    let smallest = T::min_positive_value() * T::epsilon();
    // Exponents are drawn, so that every order of magnitude is equally likely.
    let (lowest, highest) = (smallest.as_f64().log10(), T::max_value().as_f64().log10() / 2.0);
    match numbers {
        Numbers::Tame => tame().boxed(),
        Numbers::Whole => (-9..=9_i32).prop_map(|whole| T::from_f64(whole.into())).boxed(),
        Numbers::Tiny => signed((lowest..=-6.0).prop_map(|e| 10.0_f64.powf(e)).boxed()).boxed(),
        Numbers::Huge => signed((6.0..highest).prop_map(|e| 10.0_f64.powf(e)).boxed()).boxed(),
        Numbers::Special => {
            let special = [
                T::nan(),
                T::infinity(),
                T::neg_infinity(),
                -T::zero(),
                T::min_positive_value(),
                smallest,
                T::max_value(),
                T::min_value(),
            ];
            prop_oneof![3 => tame(), 1 => proptest::sample::select(special.to_vec())].boxed()
        }
    }
}
