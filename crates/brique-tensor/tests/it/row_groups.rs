//! Gradients in row groups, against the gradients of the groups.

use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_tensor::{RowGroups, Scalar, Threads, affine_gradient, affine_overwrite_gradient};
use proptest::prelude::*;

use crate::levels::{on_every_level, proptest_on_every_level};
use crate::strategies::{integers, size};

type Case<T> = (Array2<T>, Array2<T>, Vec<usize>);

/// An input (n, in), a delta (n, out), and the bounds of up to nine groups, some of which can be empty.
fn case<T: Scalar>() -> impl Strategy<Value = Case<T>> {
    (size(), size(), size()).prop_flat_map(|(n, inputs, outputs)| {
        let bounds = prop::collection::vec(0..=n, 0..9).prop_map(move |mut bounds| {
            bounds.extend([0, n]);
            bounds.sort_unstable();
            bounds
        });
        (tenths(n, inputs), tenths(n, outputs), bounds)
    })
}

/// Multiples of 0.1, whose sums depend on their order.
fn tenths<T: Scalar>(rows: usize, columns: usize) -> impl Strategy<Value = Array2<T>> {
    integers::<T>(rows, columns).prop_map(|numbers| numbers.mapv(|number| number * T::from_f64(0.1)))
}

fn gradient<T: Scalar>(x: &Array2<T>, delta: &Array2<T>) -> Array2<T> {
    let mut gradient = Array2::from_elem((x.ncols() + 1, delta.ncols()), T::nan());
    affine_overwrite_gradient(x, delta, &mut gradient);
    gradient
}

/// Adds the gradients of the groups in the tree of the documentation. `None` if no group has rows.
fn tree<T: Scalar>((x, delta, bounds): &Case<T>, first: usize, last: usize) -> Option<Array2<T>> {
    if bounds[first] == bounds[last] {
        return None;
    }
    if last - first == 1 {
        let rows = Slice::from(bounds[first]..bounds[last]);
        let of_group = |matrix: &Array2<T>| matrix.slice_axis(Axis(0), rows).to_owned();
        return Some(gradient(&of_group(x), &of_group(delta)));
    }
    let middle = first + (last - first) / 2;
    let case = &(x.clone(), delta.clone(), bounds.clone());
    match (tree(case, first, middle), tree(case, middle, last)) {
        (Some(left), Some(right)) => Some(left + right),
        (one, None) | (None, one) => one,
    }
}

fn check_tree<T: Scalar>(case: &Case<T>) {
    let (x, delta, bounds) = case;
    let groups = RowGroups::new(bounds.clone());
    let found = groups.run(|| gradient(x, delta));
    let expected = tree(case, 0, bounds.len() - 1).unwrap_or_else(|| gradient(x, delta));
    assert_eq!(found, expected);

    let before = Array2::ones(expected.dim());
    let mut added = before.clone();
    groups.run(|| affine_gradient(x, delta, &mut added));
    assert_eq!(added, before + &expected);
}

proptest_on_every_level! {
    #[test]
    fn a_gradient_in_groups_is_the_tree_of_the_gradients_of_the_groups_in_f64(case in case::<f64>()) {
        check_tree(&case);
    }

    #[test]
    fn a_gradient_in_groups_is_the_tree_of_the_gradients_of_the_groups_in_f32(case in case::<f32>()) {
        check_tree(&case);
    }
}

fn large<T: Scalar>() -> Case<T> {
    large_in_groups(vec![0, 40, 40, 100, 256, 300])
}

fn large_in_groups<T: Scalar>(bounds: Vec<usize>) -> Case<T> {
    in_groups(bounds, 150)
}

fn in_groups<T: Scalar>(bounds: Vec<usize>, outputs: usize) -> Case<T> {
    let rows = bounds[bounds.len() - 1];
    let number =
        |(row, column): (usize, usize)| T::from_f64(((row * 31 + column * 17) % 101) as f64 / 7.0 - 6.0);
    let (x, delta) = (
        Array2::from_shape_fn((rows, 130), number),
        Array2::from_shape_fn((rows, outputs), number),
    );
    (x, delta, bounds)
}

#[test]
fn the_gradient_of_few_outputs_is_the_tree_too() {
    on_every_level(|| {
        for outputs in [2, 7, 10] {
            let bounds = vec![0, 40, 40, 100, 256, 300];
            check_tree(&in_groups::<f32>(bounds.clone(), outputs));
            check_tree(&in_groups::<f64>(bounds, outputs));
            let bounds = vec![0, 30, 200, 700, 701, 1500];
            check_tree(&in_groups::<f32>(bounds.clone(), outputs));
            check_tree(&in_groups::<f64>(bounds, outputs));
        }
    });
}

#[test]
fn blocks_of_a_large_gradient_are_the_tree_too() {
    on_every_level(|| {
        check_tree(&large::<f32>());
        check_tree(&large::<f64>());
    });
}

#[test]
fn groups_of_more_rows_than_are_added_in_registers_are_the_tree_too() {
    on_every_level(|| {
        for bounds in [vec![0, 30, 200, 700, 701, 1500], vec![0, 520, 530, 1040]] {
            check_tree(&large_in_groups::<f32>(bounds.clone()));
            check_tree(&large_in_groups::<f64>(bounds));
        }
    });
}

#[test]
fn a_tree_with_empty_groups_can_be_as_deep_as_it_has_groups_with_rows() {
    on_every_level(|| {
        let mut bounds = vec![0, 20, 20, 20, 20, 20, 20, 20, 20];
        bounds.extend([31, 31, 31, 31, 50, 50, 60, 75]);
        assert_eq!(bounds.len(), 17);
        check_tree(&large_in_groups::<f32>(bounds.clone()));
        check_tree(&large_in_groups::<f64>(bounds));
    });
}

#[test]
fn groups_have_the_same_bits_on_any_number_of_threads() {
    check_threads(&large::<f64>());
    // Threads divide the outputs where the last part has few: groups of few rows must not have few weights there alone.
    for outputs in [66, 97, 98, 130] {
        let bounds: Vec<usize> = (0..=512).step_by(4).collect();
        check_threads(&in_groups::<f32>(bounds.clone(), outputs));
        check_threads(&in_groups::<f64>(bounds, outputs));
    }
}

fn check_threads<T: Scalar>((x, delta, bounds): &Case<T>) {
    let groups = RowGroups::new(bounds.clone());
    let alone = groups.run(|| gradient(x, delta));
    for threads in [2, 3, 5] {
        let found = Threads::new(threads)
            .unwrap()
            .run(|| groups.run(|| gradient(x, delta)));
        assert_eq!(found, alone, "{threads} threads, {} outputs", delta.ncols());
    }
}

#[test]
fn a_number_that_is_not_finite_is_noticed() {
    let (x, mut delta, bounds) = large::<f64>();
    delta[[250, 149]] = f64::INFINITY;
    let mut gradient = Array2::zeros((131, 150));
    let is_finite = RowGroups::new(bounds).run(|| affine_overwrite_gradient(&x, &delta, &mut gradient));
    assert!(!is_finite);
}

#[test]
fn the_groups_end_with_the_closure() {
    let (x, delta, _) = large::<f64>();
    let before = gradient(&x, &delta);
    RowGroups::new(vec![0, 150, 300]).run(|| gradient(&x, &delta));
    assert_eq!(gradient(&x, &delta), before);
}

#[test]
#[should_panic(expected = "the groups have 299 rows, and the batch has 300")]
fn groups_of_another_number_of_rows_are_refused() {
    let (x, delta, _) = large::<f64>();
    RowGroups::new(vec![0, 150, 299]).run(|| gradient(&x, &delta));
}

#[test]
#[should_panic(expected = "the bounds of groups are [0, 5, 4]")]
fn groups_that_overlap_are_refused() {
    let _ = RowGroups::new(vec![0, 5, 4]);
}
