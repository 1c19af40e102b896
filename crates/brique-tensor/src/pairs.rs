//! Functions of two numbers over whole matrices, at the current SIMD level.

use ndarray::Zip;

use crate::simd::{Simd, Vector, Work};
use crate::simd_level::dispatch;
use crate::simd_number::SimdNumber;
use crate::{Matrix, Scalar, pairwise_sum};

/// The number of independent partial sums.
const LANES: usize = 64;

/// The number of elements in the shortest SIMD vector.
const FEWEST_LANES: usize = 2;

/// The number of partial sums for the remainder of a block.
const FEW: usize = 16;

/// The number of terms in a block. Terms within a block are added to the partial sums; the blocks are added in pairs.
const BLOCK: usize = 16 * LANES;

/// Returns `Σ value(a[i, j], b[i, j])`.
///
/// Blocks of terms are added in pairs, so rounding errors grow with log n. The order of the additions depends only on
/// the shape: the same numbers give the same bits in every memory layout.
///
/// # Panics
///
/// If the shapes of `a` and `b` differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::sum_of_pairs;
///
/// let (a, b) = (array![[1.0, 2.0]], array![[3.0, 4.0]]);
/// assert_eq!(sum_of_pairs(&a, &b, |a, b| a * b), 11.0);
/// ```
#[track_caller]
pub fn sum_of_pairs<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, value: impl Fn(T, T) -> T + Copy) -> T {
    assert_one_shape("b", a, b);
    if let (Some(a), Some(b)) = (a.as_slice(), b.as_slice()) {
        let block = |number: usize| {
            let numbers = number * BLOCK..a.len().min((number + 1) * BLOCK);
            dispatch(SumOfBlock {
                a: &a[numbers.clone()],
                b: &b[numbers],
                value,
            })
        };
        return match a.len().div_ceil(BLOCK) {
            0 => T::zero(),
            1 => block(0),
            blocks => pairwise_sum(blocks, block),
        };
    }
    let columns = a.ncols();
    pairwise_sum(a.len().div_ceil(BLOCK), |number| {
        let (mut copy_of_a, mut copy_of_b) = ([T::zero(); BLOCK], [T::zero(); BLOCK]);
        let length = BLOCK.min(a.len() - number * BLOCK);
        for position in 0..length {
            let index = number * BLOCK + position;
            let index = [index / columns, index % columns];
            (copy_of_a[position], copy_of_b[position]) = (a[index], b[index]);
        }
        dispatch(SumOfBlock {
            a: &copy_of_a[..length],
            b: &copy_of_b[..length],
            value,
        })
    })
}

struct SumOfBlock<'a, T, F> {
    a: &'a [T],
    b: &'a [T],
    value: F,
}

impl<T: Scalar, F: Fn(T, T) -> T> Work for SumOfBlock<'_, T, F> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> T {
        let ((a, a_rest), (b, b_rest)) = (self.a.as_chunks::<LANES>(), self.b.as_chunks::<LANES>());
        let mut sums = self.in_simd_vectors::<<T as SimdNumber>::Vector<S>>(simd, a, b);
        let ((a, a_rest), (b, b_rest)) = (a_rest.as_chunks::<FEW>(), b_rest.as_chunks::<FEW>());
        for (a, b) in a.iter().zip(b) {
            for lane in 0..FEW {
                sums[lane] += (self.value)(a[lane], b[lane]);
            }
        }
        for ((sum, &a), &b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
            *sum += (self.value)(a, b);
        }
        total(&sums)
    }
}

impl<T: Scalar, F: Fn(T, T) -> T> SumOfBlock<'_, T, F> {
    /// Returns the partial sums over all full chunks of `LANES` terms.
    ///
    /// The sums are SIMD vectors: the compiler would leave an array of numbers in memory.
    #[inline(always)]
    fn in_simd_vectors<V: Vector<Number = T>>(
        &self,
        simd: V::Simd,
        a: &[[T; LANES]],
        b: &[[T; LANES]],
    ) -> [T; LANES] {
        let mut sums = [V::splat(simd, T::zero()); LANES / FEWEST_LANES];
        for (a, b) in a.iter().zip(b) {
            let mut terms = [T::zero(); LANES];
            for lane in 0..LANES {
                terms[lane] = (self.value)(a[lane], b[lane]);
            }
            for (sum, terms) in sums.iter_mut().zip(terms.chunks_exact(V::LANES)) {
                *sum = sum.plus(V::load(simd, terms));
            }
        }
        let mut lanes = [T::zero(); LANES];
        for (sum, lanes) in sums.iter().zip(lanes.chunks_exact_mut(V::LANES)) {
            sum.store(lanes);
        }
        lanes
    }
}

/// Returns the sum of the partial sums, added in pairs, four at a time.
#[inline(always)]
fn total<T: Scalar>(lanes: &[T; LANES]) -> T {
    let mut quarter = [T::zero(); LANES / 4];
    for (i, sum) in quarter.iter_mut().enumerate() {
        *sum = (lanes[i] + lanes[i + 32]) + (lanes[i + 16] + lanes[i + 48]);
    }
    let mut few = [T::zero(); LANES / 16];
    for (i, sum) in few.iter_mut().enumerate() {
        *sum = (quarter[i] + quarter[i + 8]) + (quarter[i + 4] + quarter[i + 12]);
    }
    (few[0] + few[2]) + (few[1] + few[3])
}

/// Computes `c[i, j] = value(a[i, j], b[i, j])`, overwriting `c`.
///
/// Use a `move` closure: a value that is captured by reference would be read from memory again for each element.
///
/// # Panics
///
/// If the shapes of `a`, `b` and `c` differ.
///
/// ```
/// use brique_tensor::combine;
/// use brique_tensor::ndarray::{Array2, array};
///
/// let mut c = Array2::zeros((1, 2));
/// combine(&array![[1.0, 2.0]], &array![[3.0, 5.0]], &mut c, |a, b| b - a);
/// assert_eq!(c, array![[2.0, 3.0]]);
/// ```
#[track_caller]
pub fn combine<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>, value: impl Fn(T, T) -> T) {
    assert_one_shape("b", a, b);
    assert_one_shape("c", a, c);
    if let (Some(a), Some(b), Some(c)) = (a.as_slice(), b.as_slice(), c.as_slice_mut()) {
        return dispatch(Combine { a, b, c, value });
    }
    Zip::from(c).and(a).and(b).for_each(|c, &a, &b| *c = value(a, b));
}

struct Combine<'a, T, F> {
    a: &'a [T],
    b: &'a [T],
    c: &'a mut [T],
    value: F,
}

impl<T: Scalar, F: Fn(T, T) -> T> Work for Combine<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        for ((c, &a), &b) in self.c.iter_mut().zip(self.a).zip(self.b) {
            *c = (self.value)(a, b);
        }
    }
}

#[track_caller]
pub(crate) fn assert_one_shape<T>(name: &str, a: &Matrix<T>, other: &Matrix<T>) {
    assert!(
        a.dim() == other.dim(),
        "{name} has shape {:?}, expected {:?}",
        other.dim(),
        a.dim()
    );
}
