//! The same numbers in different memory layouts.

use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, Axis, Slice};

/// Returns a matrix row by row, column by column, backwards, and with NaN in gaps between its columns.
pub fn layouts<T: Scalar>(matrix: &Array2<T>) -> [Array2<T>; 4] {
    let (rows, columns) = matrix.dim();
    let by_columns = Array2::from_shape_fn((columns, rows), |(i, j)| matrix[[j, i]]).reversed_axes();
    let mut backwards =
        Array2::from_shape_fn((rows, columns), |(i, j)| matrix[[rows - 1 - i, columns - 1 - j]]);
    backwards.invert_axis(Axis(0));
    backwards.invert_axis(Axis(1));
    let mut with_gaps = Array2::from_elem((rows, 2 * columns), T::nan());
    with_gaps.slice_axis_inplace(Axis(1), Slice::new(0, None, 2));
    with_gaps.assign(matrix);
    [matrix.clone(), by_columns, backwards, with_gaps]
}

/// Returns numbers between −1 and 1 whose sums are rounded, from a linear congruential generator.
pub fn numbers<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Array2::from_shape_simple_fn(shape, || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        T::from_f64((state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)
    })
}

/// Returns whether two matrices have the same numbers and signs. All NaN are equal, for any bits.
pub fn same_bits<T: Scalar>(a: &Array2<T>, b: &Array2<T>) -> bool {
    let same = |(&a, &b): (&T, &T)| {
        a.is_nan() && b.is_nan() || a == b && a.is_sign_negative() == b.is_sign_negative()
    };
    a.dim() == b.dim() && a.iter().zip(b).all(same)
}
