use brique_tensor::ndarray::{Array1, Array2, Axis, ShapeBuilder, array};
use brique_tensor::{Scalar, add_column_sums, pairwise_sum};
use proptest::prelude::*;

use crate::levels::{on_every_level, proptest_on_every_level};
use crate::strategies::{integers, size};

proptest_on_every_level! {
    #[test]
    fn pairwise_sum_adds_every_term_once(n in prop_oneof![0..70_usize, 1000..1100_usize]) {
        // 2^-i would become too small to notice; distinct integers are exact, and each one changes the sum.
        let sum: f64 = pairwise_sum(n, |i| (i * i + 1) as f64);
        let expected: usize = (0..n).map(|i| i * i + 1).sum();
        prop_assert_eq!(sum, expected as f64);
    }

    #[test]
    fn column_sums_are_added(
        (matrix, before) in (prop_oneof![size(), Just(700)], size())
            .prop_flat_map(|(rows, columns)| (integers::<f64>(rows, columns), integers::<f64>(1, columns)))
    ) {
        let mut sums = before.row(0).to_owned();
        add_column_sums(&matrix, &mut sums);
        prop_assert_eq!(sums, &before.row(0) + &matrix.sum_axis(Axis(0)));
    }
}

fn check_error_stays_small<T: Scalar>() {
    let n = 1_000_000;
    let tenth = T::from_f64(0.1);
    let exact = tenth.as_f64() * n as f64;
    let error = |sum: T| (sum.as_f64() - exact).abs() / exact / T::epsilon().as_f64();

    assert!(error(pairwise_sum(n, |_| tenth)) < 4.0);

    let mut sums = Array1::zeros(1);
    add_column_sums(&Array2::from_elem((n, 1), tenth), &mut sums);
    assert!(error(sums[0]) < 4.0);

    let running = (0..n).fold(T::zero(), |sum, _| sum + tenth);
    assert!(
        error(running) > 1000.0,
        "a running sum would be accurate enough, and this test would prove nothing"
    );
}

#[test]
fn a_million_tenths_lose_no_digits() {
    on_every_level(|| {
        check_error_stays_small::<f32>();
        check_error_stays_small::<f64>();
    });
}

/// 4080 rows are 255 runs, for which eight levels are enough; one row more needs another level.
#[test]
fn columns_of_any_length_are_added_alike_wherever_they_lie() {
    on_every_level(|| {
        for rows in [4079, 4080, 4081, 4096, 4097, 70_000] {
            check_layouts::<f64>(rows, 3);
        }
        for columns in [2, 8, 10, 17, 31, 37, 64, 100] {
            for rows in [1, 15, 16, 17, 32, 100] {
                check_layouts::<f32>(rows, columns);
                check_layouts::<f64>(rows, columns);
            }
        }
    });
}

fn check_layouts<T: Scalar>(rows: usize, columns: usize) {
    let number = |(i, j)| T::one() / T::from_usize(i * columns + j + 1);
    let matrix = Array2::from_shape_fn((rows, columns), number);
    let mut by_columns = Array2::zeros((rows, columns).f());
    by_columns.assign(&matrix);
    let (mut sums, mut sums_by_columns) = (Array1::zeros(columns), Array1::zeros(columns));
    add_column_sums(&matrix, &mut sums);
    add_column_sums(&by_columns, &mut sums_by_columns);
    assert_eq!(sums, sums_by_columns, "{rows} rows, {columns} columns");
    let expected = matrix.sum_axis(Axis(0));
    let bound = T::epsilon() * T::from_f64(4096.0);
    assert!(
        (&sums - &expected).iter().all(|error| error.abs() < bound),
        "{rows} rows, {columns} columns"
    );
}

#[test]
fn sums_by_hand() {
    on_every_level(|| {
        assert_eq!(
            pairwise_sum::<f64>(0, |_| unreachable!()).to_bits(),
            0.0_f64.to_bits()
        );
        assert!(pairwise_sum(40, |i| if i == 33 { f64::NAN } else { 1.0 }).is_nan());

        let mut sums = array![1.0, 1.0, 1.0];
        add_column_sums(&Array2::zeros((0, 3)), &mut sums);
        assert_eq!(sums, array![1.0, 1.0, 1.0]);
        add_column_sums(&array![[1.0, f64::NAN, 3.0]], &mut sums);
        assert!(sums[1].is_nan());
        assert_eq!((sums[0], sums[2]), (2.0, 4.0));
    });
}

#[test]
#[should_panic(expected = "sums has 2 elements, expected 3")]
fn column_sums_assert_their_length() {
    add_column_sums(&Array2::<f64>::zeros((1, 3)), &mut Array1::zeros(2));
}
