use brique_tensor::ndarray::Array2;
use brique_tensor::{Scalar, aligned, aligned_zeros};
use proptest::prelude::*;

use crate::strategies::{integers, size};

fn begins_with_a_line<T: Scalar>(matrix: &Array2<T>) -> bool {
    matrix.is_empty() || matrix.as_ptr().addr().is_multiple_of(64)
}

proptest! {
    #[test]
    fn zeros_begin_with_a_line(rows in size(), columns in size()) {
        let (double, single) = (aligned_zeros::<f64>((rows, columns)), aligned_zeros::<f32>((rows, columns)));
        prop_assert!(begins_with_a_line(&double) && begins_with_a_line(&single));
        prop_assert!(double.is_standard_layout() && single.is_standard_layout());
        prop_assert_eq!(double, Array2::zeros((rows, columns)));
        prop_assert_eq!(single, Array2::zeros((rows, columns)));
    }

    #[test]
    fn a_copy_has_the_same_numbers_row_by_row(
        matrix in (size(), size()).prop_flat_map(|(rows, columns)| integers::<f64>(rows, columns))
    ) {
        for copied in [aligned(&matrix), aligned(&matrix.t()).reversed_axes()] {
            prop_assert_eq!(&copied, &matrix);
        }
        prop_assert!(aligned(&matrix.t()).is_standard_layout());
        prop_assert!(begins_with_a_line(&aligned(&matrix.t())));
    }
}

#[test]
fn a_matrix_can_be_taken_apart() {
    let mut matrix = aligned_zeros::<f64>((2, 3));
    matrix[(1, 2)] = 5.0;
    assert_eq!(matrix.clone().into_raw_vec_and_offset().0.len(), 6 + 7);
    assert_eq!(
        matrix.into_iter().collect::<Vec<_>>(),
        [0.0, 0.0, 0.0, 0.0, 0.0, 5.0]
    );
}
