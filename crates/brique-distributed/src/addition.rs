//! Sums and copies of numbers, in blocks that stay in the cache while they are checked.

use brique_tensor::ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis};
use brique_tensor::{Scalar, all_finite, combine, compile_once, update};

/// The numbers of a block. Three blocks fit into the second level of the cache.
const BLOCK: usize = 8192;

compile_once! {
    /// Overwrites `sum` with a + b. Returns whether every number of it is finite.
    pub(crate) fn sum_into<T: Scalar>(a: &[T], b: &[T], sum: &mut [T]) -> bool {
        let mut is_finite = true;
        for ((a, b), sum) in a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(sum.chunks_mut(BLOCK)) {
            let mut sum = row_mut(sum);
            combine(&row(a), &row(b), &mut sum, |a, b| a + b);
            is_finite &= all_finite(&sum);
        }
        is_finite
    }

    /// Adds `numbers` to `sum`. Returns whether every number of the sum is finite.
    pub(crate) fn add_to<T: Scalar>(sum: &mut [T], numbers: &[T]) -> bool {
        let mut is_finite = true;
        for (sum, numbers) in sum.chunks_mut(BLOCK).zip(numbers.chunks(BLOCK)) {
            let mut sum = row_mut(sum);
            update(&mut sum, &row(numbers), |a, b| a + b);
            is_finite &= all_finite(&sum);
        }
        is_finite
    }

    /// Overwrites both a and b with a + b. Returns whether every number of it is finite.
    pub(crate) fn add_both<T: Scalar>(a: &mut [T], b: &mut [T]) -> bool {
        let mut is_finite = true;
        for (a, b) in a.chunks_mut(BLOCK).zip(b.chunks_mut(BLOCK)) {
            is_finite &= add_to(a, b);
            b.copy_from_slice(a);
        }
        is_finite
    }

    /// Overwrites `copy` with `numbers`. Returns whether every number is finite.
    pub(crate) fn copy_into<T: Scalar>(numbers: &[T], copy: &mut [T]) -> bool {
        let mut is_finite = true;
        for (numbers, copy) in numbers.chunks(BLOCK).zip(copy.chunks_mut(BLOCK)) {
            copy.copy_from_slice(numbers);
            is_finite &= all_finite(&row(copy));
        }
        is_finite
    }
}

/// Returns numbers as a matrix of one row.
fn row<T: Scalar>(numbers: &[T]) -> ArrayView2<'_, T> {
    ArrayView1::from(numbers).insert_axis(Axis(0))
}

fn row_mut<T: Scalar>(numbers: &mut [T]) -> ArrayViewMut2<'_, T> {
    ArrayViewMut1::from(numbers).insert_axis(Axis(0))
}
