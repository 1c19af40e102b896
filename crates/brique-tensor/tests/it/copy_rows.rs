use brique_tensor::copy_rows;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

use crate::layouts::layouts;
use crate::strategies::{integers, size};

proptest! {
    #[test]
    fn rows_are_copied_in_every_layout(
        (from, rows) in (size(), size()).prop_flat_map(|(rows, columns)| {
            let numbers = prop::collection::vec(0..rows.max(1), if rows == 0 { 0..1 } else { 0..9 });
            (integers::<f64>(rows, columns), numbers)
        }),
        more in 0..3_usize,
    ) {
        let before = Array2::from_elem((rows.len() + more, from.ncols()), 0.5);
        let expected = Array2::from_shape_fn(before.dim(), |(row, column)| {
            rows.get(row).map_or(0.5, |&row| from[[row, column]])
        });
        for from in layouts(&from) {
            for mut to in layouts(&before) {
                copy_rows(&from, &rows, &mut to);
                assert_eq!(to, expected);
            }
        }
    }
}

#[test]
#[should_panic(expected = "to has shape (1, 2), expected at least 2 rows of 2")]
fn the_shape_of_the_copy_is_told() {
    copy_rows(
        &array![[1.0, 2.0], [3.0, 4.0]],
        &[1, 0],
        &mut Array2::zeros((1, 2)),
    );
}

#[test]
#[should_panic(expected = "from has 1 rows, and not all of the rows that are copied")]
fn a_row_beyond_memory_is_refused() {
    copy_rows(&array![[1.0, 2.0]], &[1 << 63], &mut Array2::zeros((1, 2)));
}

#[test]
#[should_panic(expected = "from has 1 rows, and not all of the rows that are copied")]
fn a_row_that_is_not_there_is_refused() {
    copy_rows(&array![[1.0, 2.0]], &[1], &mut Array2::zeros((1, 2)));
}
