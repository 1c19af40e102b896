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

const PAGE_BYTES: usize = 4 * 1024;
const HUGE_PAGE_BYTES: usize = 2 * 1024 * 1024;

#[test]
fn a_matrix_that_fills_a_page_begins_with_one() {
    let matrices: [Array2<f64>; 8] = std::array::from_fn(|more| aligned_zeros((32 + more, 16)));
    for matrix in matrices {
        assert!(matrix.as_ptr().addr().is_multiple_of(PAGE_BYTES));
    }
}

#[test]
fn a_large_matrix_begins_with_a_huge_page() {
    let rows = HUGE_PAGE_BYTES / 1024;
    for matrix in [
        aligned_zeros::<f32>((rows, 256)),
        aligned(&aligned_zeros((rows, 512))),
    ] {
        assert!(matrix.as_ptr().addr().is_multiple_of(HUGE_PAGE_BYTES));
        assert_eq!(matrix.sum(), 0.0);
    }
}

/// Returns the system's flags of the memory mapping that contains an address, or `None` without support for huge pages.
#[cfg(target_os = "linux")]
fn flags_of_memory(address: usize) -> Option<String> {
    use std::fs::{exists, read_to_string};
    if !exists("/sys/kernel/mm/transparent_hugepage").ok()? {
        return None;
    }
    let pieces = read_to_string("/proc/self/smaps").ok()?;
    let mut is_inside = false;
    for line in pieces.lines() {
        let first = line.split_whitespace().next()?;
        if let Some((start, end)) = first.split_once('-') {
            let [start, end] = [start, end].map(|number| usize::from_str_radix(number, 16).unwrap());
            is_inside = (start..end).contains(&address);
        } else if is_inside && first == "VmFlags:" {
            return Some(line.to_owned());
        }
    }
    None
}

#[test]
#[cfg(target_os = "linux")]
fn the_system_is_asked_for_huge_pages_where_numbers_fill_them() {
    let large = aligned_zeros::<f64>((1025, 1024));
    let Some(flags) = flags_of_memory(large.as_ptr().addr()) else {
        return;
    };
    assert!(flags.contains(" hg"), "{flags}");
    let beyond = flags_of_memory(large.as_ptr().addr() + 4 * HUGE_PAGE_BYTES).unwrap();
    assert!(!beyond.contains(" hg"), "{beyond}");
}
