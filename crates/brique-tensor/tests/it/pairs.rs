use brique_tensor::ndarray::{Array2, array};
use brique_tensor::{Matrix, Scalar, all_finite, combine, sum_of_pairs, update};
use proptest::prelude::*;

use crate::layouts::{layouts, numbers, same_bits};
use crate::levels::{on_every_level, proptest_on_every_level};
use crate::strategies::{integers, size};

/// Two matrices of one shape.
fn pair<T: Scalar>() -> impl Strategy<Value = (Array2<T>, Array2<T>)> {
    (size(), size()).prop_flat_map(|(rows, columns)| (integers(rows, columns), integers(rows, columns)))
}

/// Returns a result that depends on the order of the arguments, and is exact for small integers.
fn mixture<T: Scalar>(a: T, b: T) -> T {
    a * b + a + a - b
}

/// Applies `mixture` by its definition, to each pair of elements.
fn mixtures<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>) -> Array2<T> {
    Array2::from_shape_fn(a.dim(), |index| mixture(a[index], b[index]))
}

fn check_whole_numbers<T: Scalar>(a: &Array2<T>, b: &Array2<T>) {
    let expected: T = mixtures(a, b).iter().copied().sum();
    for a in layouts(a) {
        for b in layouts(b) {
            assert_eq!(sum_of_pairs(&a, &b, mixture), expected);
        }
    }
}

fn check_combine<T: Scalar>(a: &Array2<T>, b: &Array2<T>) {
    let expected = mixtures(a, b);
    let nans = Array2::from_elem(a.dim(), T::nan());
    for (a, b) in layouts(a).iter().flat_map(|a| layouts(b).map(|b| (a.clone(), b))) {
        for mut c in layouts(&nans) {
            combine(&a, &b, &mut c, mixture);
            assert_eq!(c, expected);
        }
    }
}

fn check_update<T: Scalar>(a: &Array2<T>, b: &Array2<T>) {
    let expected = mixtures(a, b);
    for before in layouts(a) {
        for b in layouts(b) {
            let mut a = before.clone();
            update(&mut a, &b, mixture);
            assert_eq!(a, expected);
        }
    }
}

proptest_on_every_level! {
    #[test]
    fn sums_of_whole_numbers_are_exact_f64((a, b) in pair::<f64>()) {
        check_whole_numbers(&a, &b);
    }

    #[test]
    fn sums_of_whole_numbers_are_exact_f32((a, b) in pair::<f32>()) {
        check_whole_numbers(&a, &b);
    }

    #[test]
    fn combine_takes_each_pair_alone_f64((a, b) in pair::<f64>()) {
        check_combine(&a, &b);
    }

    #[test]
    fn combine_takes_each_pair_alone_f32((a, b) in pair::<f32>()) {
        check_combine(&a, &b);
    }

    #[test]
    fn update_takes_each_pair_alone_f64((a, b) in pair::<f64>()) {
        check_update(&a, &b);
    }

    #[test]
    fn update_takes_each_pair_alone_f32((a, b) in pair::<f32>()) {
        check_update(&a, &b);
    }
}

/// Shapes whose size is a multiple of the block size 1024, or a few less or more.
fn shapes_around_blocks() -> impl Iterator<Item = (usize, usize)> {
    let lengths = (1..=5).flat_map(|blocks| [-65, -64, -1, 0, 1, 64, 65].map(|more| 1024 * blocks + more));
    let lines = lengths.flat_map(|length: i32| {
        let length = usize::try_from(length).unwrap();
        [(1, length), (length, 1)]
    });
    lines.chain([
        (2, 512),
        (32, 32),
        (31, 33),
        (3, 683),
        (1024, 2),
        (5, 1023),
        (64, 64),
        (70, 73),
    ])
}

fn check_blocks<T: Scalar>() {
    for (rows, columns) in shapes_around_blocks() {
        let whole = |seed| numbers::<T>((rows, columns), seed).mapv(|x| (x * T::from_f64(8.0)).round());
        check_whole_numbers(&whole(1), &whole(2));
    }
}

#[test]
fn sums_are_exact_around_whole_blocks() {
    on_every_level(|| {
        check_blocks::<f64>();
        check_blocks::<f32>();
    });
}

fn check_layouts<T: Scalar>() {
    for (rows, columns) in shapes_around_blocks().chain([(0, 0), (0, 3), (3, 0), (1, 1), (1, 63), (9, 7)]) {
        let (a, b) = (numbers::<T>((rows, columns), 3), numbers((rows, columns), 4));
        let expected = sum_of_pairs(&a, &b, mixture);
        for a in layouts(&a) {
            for b in layouts(&b) {
                let found = sum_of_pairs(&a, &b, mixture);
                assert!(
                    found == expected,
                    "{found:e}, expected {expected:e} of {rows} × {columns} numbers"
                );
            }
        }
    }
}

#[test]
fn sums_have_the_same_bits_in_every_layout() {
    on_every_level(|| {
        check_layouts::<f64>();
        check_layouts::<f32>();
    });
}

#[test]
fn nothing_adds_up_to_zero() {
    on_every_level(|| {
        for shape in [(0, 0), (0, 5), (5, 0)] {
            let nothing = Array2::<f64>::zeros(shape);
            assert_eq!(sum_of_pairs(&nothing, &nothing, |_, _| 1.0), 0.0);
        }
    });
}

#[test]
fn nan_and_infinity_go_through_a_sum() {
    on_every_level(|| {
        for length in [1, 63, 64, 65, 1023, 1024, 1025, 2100] {
            for index in [0, length / 2, length - 1] {
                let (mut a, b) = (numbers::<f32>((1, length), 5), numbers((1, length), 6));
                a[[0, index]] = f32::NAN;
                assert!(
                    sum_of_pairs(&a, &b, mixture).is_nan(),
                    "NaN at {index} of {length}"
                );
                assert!(
                    sum_of_pairs(&b, &a, mixture).is_nan(),
                    "NaN at {index} of {length}"
                );
                a[[0, index]] = f32::INFINITY;
                assert_eq!(sum_of_pairs(&a, &b, |a, _| a), f32::INFINITY);
            }
        }
    });
}

/// If a million numbers of 0.1 are added one after the other, the sum is off by a hundredth.
#[test]
fn the_rounding_of_a_million_numbers_stays_small() {
    on_every_level(|| {
        let a = Array2::from_elem((1000, 1000), 0.1_f32);
        let one_by_one: f32 = a.iter().sum();
        assert!((one_by_one - 1e5).abs() > 900.0);
        for a in layouts(&a) {
            let sum = sum_of_pairs(&a, &a, |a, _| a);
            assert!((sum - 1e5).abs() <= 2.0 * f32::EPSILON * 1e5, "{sum}");
        }
        let (a, b) = (numbers::<f32>((1000, 1000), 7), numbers::<f32>((1000, 1000), 8));
        let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from((a - b) * (a - b))).sum();
        let found = f64::from(sum_of_pairs(&a, &b, |a, b| (a - b) * (a - b)));
        assert!(
            (found - exact).abs() <= 2.0 * f64::from(f32::EPSILON) * exact,
            "{found}, expected {exact}"
        );
    });
}

#[test]
fn rounded_results_are_those_of_each_pair_in_every_layout() {
    on_every_level(|| {
        let (a, b) = (numbers::<f32>((9, 31), 1), numbers((9, 31), 2));
        let expected = mixtures(&a, &b);
        for (before, b) in layouts(&a).into_iter().zip(layouts(&b).into_iter().rev()) {
            let (mut updated, mut combined) = (before.clone(), Array2::zeros((9, 31)));
            update(&mut updated, &b, mixture);
            combine(&before, &b, &mut combined, mixture);
            assert!(same_bits(&updated, &expected) && same_bits(&combined, &expected));
        }
    });
}

#[test]
#[should_panic(expected = "b has shape (2, 2), expected (2, 3)")]
fn the_shape_of_the_second_of_a_sum_is_told() {
    sum_of_pairs(&Array2::<f64>::zeros((2, 3)), &Array2::zeros((2, 2)), |a, _| a);
}

#[test]
#[should_panic(expected = "b has shape (3, 2), expected (2, 3)")]
fn the_shape_of_the_second_to_combine_is_told() {
    let (a, b) = (Array2::<f64>::zeros((2, 3)), Array2::zeros((3, 2)));
    combine(&a, &b, &mut Array2::zeros((2, 3)), |a, _| a);
}

#[test]
#[should_panic(expected = "c has shape (1, 3), expected (2, 3)")]
fn the_shape_of_the_result_of_combine_is_told() {
    let a = Array2::<f64>::zeros((2, 3));
    combine(&a, &a, &mut Array2::zeros((1, 3)), |a, _| a);
}

#[test]
#[should_panic(expected = "b has shape (2, 1), expected (2, 3)")]
fn the_shape_of_an_update_is_told() {
    update(
        &mut Array2::<f64>::zeros((2, 3)),
        &Array2::zeros((2, 1)),
        |a, _| a,
    );
}

fn check_finite<T: Scalar>() {
    for length in (0..=66).chain([127, 128, 129, 191, 192, 193]) {
        for shape in [(1, length), (length, 1)] {
            let finite = numbers::<T>(shape, 9);
            assert!(layouts(&finite).iter().all(|matrix| all_finite(matrix)));
            for index in 0..length {
                for wrong in [T::nan(), T::infinity(), T::neg_infinity()] {
                    let mut matrix = finite.clone();
                    matrix.as_slice_mut().unwrap()[index] = wrong;
                    for matrix in layouts(&matrix) {
                        assert!(!all_finite(&matrix), "{wrong} at {index} of {length}");
                    }
                }
            }
        }
    }
}

#[test]
fn numbers_that_are_not_finite_are_found_at_every_index() {
    on_every_level(|| {
        check_finite::<f64>();
        check_finite::<f32>();
    });
}

#[test]
fn the_largest_and_the_smallest_numbers_are_finite() {
    on_every_level(|| {
        assert!(all_finite(&array![[
            f64::MAX,
            f64::MIN,
            5e-324,
            -5e-324,
            0.0,
            -0.0
        ]]));
        assert!(all_finite(&Array2::from_elem((3, 100), f32::MAX)));
        assert!(all_finite(&Array2::from_elem((3, 100), -f64::MAX)));
        // Two infinities do not cancel.
        assert!(!all_finite(&array![[f32::INFINITY, f32::NEG_INFINITY]]));
    });
}

#[test]
fn one_wrong_number_among_a_few_rows_and_columns_is_found() {
    on_every_level(|| {
        for index in (0..5).flat_map(|i| (0..7).map(move |j| [i, j])) {
            let mut matrix = numbers::<f64>((5, 7), 10);
            matrix[index] = f64::NAN;
            assert!(layouts(&matrix).iter().all(|matrix| !all_finite(matrix)));
        }
    });
}
