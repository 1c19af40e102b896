use std::collections::BTreeSet;

use brique_gradcheck::GradientCheck;
use brique_gradcheck::strategies::{Compact, Numbers, delta, matrix, size, sizes};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::toys::{linear, normal};

fn drawn<V: std::fmt::Debug>(strategy: impl Strategy<Value = V>, n: usize) -> Vec<V> {
    let mut runner = TestRunner::deterministic();
    (0..n)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

#[test]
fn nothing_and_one_come_up_often() {
    let sizes = drawn(size(), 1000);
    for rare in [0, 1] {
        let share = sizes.iter().filter(|&&size| size == rare).count();
        assert!((150..350).contains(&share), "{rare} came {share} times of 1000");
    }
    assert_eq!(sizes.iter().copied().collect::<BTreeSet<_>>(), (0..=9).collect());
}

#[test]
fn sizes_coincide_and_differ() {
    let drawn = drawn(sizes::<3>(), 1000);
    let coincident = drawn
        .iter()
        .filter(|[a, b, c]| a == b && b == c && *a > 1)
        .count();
    let different = drawn
        .iter()
        .filter(|[a, b, c]| a != b && b != c && a != c)
        .count();
    assert!(
        coincident > 80 && different > 150,
        "{coincident} coincident, {different} different"
    );
}

fn numbers_of<T: Scalar>(numbers: Numbers) -> Vec<f64> {
    let matrices: Vec<Array2<T>> = drawn(matrix::<T>(5, 4, numbers), 100);
    matrices
        .iter()
        .inspect(|m| assert_eq!(m.dim(), (5, 4)))
        .flatten()
        .map(|v| v.as_f64())
        .collect()
}

fn check_numbers<T: Scalar>() {
    assert!(
        numbers_of::<T>(Numbers::Tame)
            .iter()
            .all(|v| v.abs() <= 3.0 && v.is_finite())
    );
    let tiny = numbers_of::<T>(Numbers::Tiny);
    assert!(tiny.iter().all(|v| v.abs() <= 1.1e-6));
    let smallest = T::min_positive_value().as_f64();
    assert!(
        tiny.iter().any(|v| v.abs() < smallest),
        "no number that is not normal"
    );
    let huge = numbers_of::<T>(Numbers::Huge);
    assert!(
        huge.iter()
            .all(|v| v.abs() >= 0.9e6 && (v * v) <= T::max_value().as_f64())
    );
    assert!(huge.iter().any(|v| *v < 0.0) && huge.iter().any(|v| *v > 0.0));
    let whole = numbers_of::<T>(Numbers::Whole);
    assert!(whole.iter().all(|v| v.fract() == 0.0 && v.abs() <= 9.0));
    let special = numbers_of::<T>(Numbers::Special);
    for (name, is_it) in [
        ("NaN", (|v, _| v.is_nan()) as fn(f64, f64) -> bool),
        ("+∞", |v, _| v == f64::INFINITY),
        ("−∞", |v, _| v == f64::NEG_INFINITY),
        ("−0", |v, _| v.to_bits() == (-0.0_f64).to_bits()),
        ("a tame number", |v, _| v.abs() < 3.0 && v.abs() > 0.1),
        ("the smallest", |v, smallest| v > 0.0 && v < smallest),
    ] {
        assert!(
            special.iter().any(|&v| is_it(v, smallest)),
            "{name} never comes in {}",
            T::NAME
        );
    }
}

#[test]
fn numbers_are_what_they_are_called() {
    check_numbers::<f64>();
    check_numbers::<f32>();
}

proptest! {
    #[test]
    fn matrices_have_the_shape_that_is_asked_for([rows, columns] in sizes(), seed in any::<u8>()) {
        let all = [Numbers::Tame, Numbers::Whole, Numbers::Tiny, Numbers::Huge, Numbers::Special];
        let numbers = all[usize::from(seed) % all.len()];
        prop_assert_eq!(drawn(matrix::<f32>(rows, columns, numbers), 1)[0].dim(), (rows, columns));
        prop_assert_eq!(drawn(delta::<f64>(rows, columns), 1)[0].dim(), (rows, columns));
    }

    #[test]
    fn a_delta_is_never_all_ones(delta in sizes().prop_flat_map(|[rows, columns]| delta::<f64>(rows, columns))) {
        prop_assert!(delta.is_empty() || delta.iter().any(|&value| value != 1.0));
    }
}

#[test]
fn a_large_matrix_is_shown_in_part() {
    let matrix = Compact(Array2::from_shape_fn((20, 9), |(i, j)| (i * 10 + j) as f64));
    let text = format!("{matrix:#?}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "matrix, shape (20, 9), rows 0 to 7, columns 0 to 7:");
    assert_eq!(lines[2], "     10  11  12  13  14  15  16  17");
    assert_eq!(lines.len(), 9);
}

#[test]
fn numbers_are_short_and_line_up() {
    let matrix = Compact(array![
        [f64::NAN, -0.0, 1e-300],
        [123_456.789, 0.125, -0.000_123_456]
    ]);
    let text = "matrix, shape (2, 3):\n           NaN           -0       1e-300\n    1.2346e5        0.125  -1.2346e-4";
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&format!("{matrix:?}")), words(text));
    let shown = format!("{matrix:?}");
    let widths: Vec<usize> = shown.lines().skip(1).map(str::len).collect();
    assert_eq!(widths[0], widths[1], "{shown}");
    assert_eq!(
        format!("{:?}", Compact(Array2::<f32>::zeros((0, 3)))),
        "matrix, shape (0, 3)"
    );
}

/// A δ that is wrong in one element of a large input.
#[test]
fn a_failure_shows_the_numbers_around_the_wrong_one() {
    let mut wrong = linear(12, 30);
    let right = std::sync::Arc::clone(&wrong.delta);
    wrong.delta = std::sync::Arc::new(move |p, x, delta, d| {
        right(p, x, delta, d);
        d[[15, 9]] = 7.0;
    });
    let (x, delta) = (normal((20, 12), 1), normal((20, 30), 2));
    let report = GradientCheck::default()
        .module_at(&mut wrong, &x, &delta)
        .unwrap();
    let text = report.to_string();
    let part = ", shape (20, 12), rows 11 to 18, columns 4 to 11:\n";
    assert!(text.contains(&format!("\ninput: analytic{part}")), "{text}");
    assert!(text.contains(&format!("\ninput: numeric{part}")), "{text}");
    assert_eq!(text.matches("[7]").count(), 1, "{text}");
}
