use brique_tensor::ndarray::{Array2, Axis, array};
use brique_tensor::{
    Matrix, Scalar, affine_delta, affine_forward, affine_gradient, affine_overwrite_gradient,
};
use proptest::prelude::*;

use crate::levels::{on_every_level, proptest_on_every_level};
use crate::strategies::{integers, size};

type Case<T> = (Array2<T>, Array2<T>, Array2<T>);

/// An input (n, in), parameters (in + 1, out) and a delta (n, out).
fn case<T: Scalar>() -> impl Strategy<Value = Case<T>> {
    (size(), size(), size()).prop_flat_map(|(n, inputs, outputs)| {
        (
            integers(n, inputs),
            integers(inputs + 1, outputs),
            integers(n, outputs),
        )
    })
}

/// Returns `[x 1]`; the kernels do not build this matrix.
fn with_ones<T: Scalar>(x: &Array2<T>) -> Array2<T> {
    Array2::from_shape_fn((x.nrows(), x.ncols() + 1), |(i, j)| {
        if j < x.ncols() { x[[i, j]] } else { T::one() }
    })
}

/// Computes the matrix product by its definition.
fn product<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>) -> Array2<T> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| {
        (0..a.ncols()).map(|k| a[[i, k]] * b[[k, j]]).sum()
    })
}

fn nans<T: Scalar>(shape: (usize, usize)) -> Array2<T> {
    Array2::from_elem(shape, T::nan())
}

fn check_stacked_definition<T: Scalar>((x, parameters, delta): &Case<T>) {
    let mut y = nans(delta.dim());
    affine_forward(x, parameters, &mut y);
    assert_eq!(y, product(&with_ones(x), parameters));

    let mut delta_x = nans(x.dim());
    affine_delta(delta, parameters, &mut delta_x);
    let delta_stacked = product(delta, &parameters.t());
    assert_eq!(delta_x, delta_stacked.view().split_at(Axis(1), x.ncols()).0);

    let mut gradient = parameters.clone();
    affine_gradient(x, delta, &mut gradient);
    assert_eq!(gradient, parameters + &product(&with_ones(x).t(), delta));

    let mut overwritten = nans(parameters.dim());
    assert!(affine_overwrite_gradient(x, delta, &mut overwritten));
    assert_eq!(overwritten, product(&with_ones(x).t(), delta));
}

proptest_on_every_level! {
    #[test]
    fn kernels_are_products_with_stacked_ones_f64(case in case::<f64>()) {
        check_stacked_definition(&case);
    }

    #[test]
    fn kernels_are_products_with_stacked_ones_f32(case in case::<f32>()) {
        check_stacked_definition(&case);
    }

    #[test]
    fn kernels_read_and_write_any_layout(case in case::<f64>()) {
        check_any_layout(&case);
    }
}

proptest_on_every_level! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn kernels_are_right_beyond_the_blocks_of_a_product(
        case in (block(), block(), block()).prop_flat_map(|(n, inputs, outputs)| {
            (integers::<f64>(n, inputs), integers(inputs + 1, outputs), integers(n, outputs))
        })
    ) {
        check_stacked_definition(&case);
        check_any_layout(&case);
    }
}

#[test]
fn a_gradient_that_is_not_finite_is_told_of() {
    on_every_level(|| {
        for (n, inputs, outputs) in [(5, 2, 3), (40, 1, 1), (100, 40, 70), (600, 70, 40)] {
            let x = Array2::from_elem((n, inputs), 1.0);
            let delta = Array2::from_elem((n, outputs), 0.5);
            let mut gradient = nans((inputs + 1, outputs));
            assert!(affine_overwrite_gradient(&x, &delta, &mut gradient));
            for number in [f64::NAN, f64::NEG_INFINITY, f64::MAX] {
                let mut x = x.clone();
                x[[n / 2, inputs - 1]] = number;
                let finite = affine_overwrite_gradient(&x, &(&delta + 3.0), &mut gradient);
                assert!(!finite, "{number} in x of {n} rows");
                let mut delta = delta.clone();
                delta.column_mut(outputs - 1).fill(number);
                let zeros = Array2::zeros(x.dim());
                let finite = affine_overwrite_gradient(&zeros, &delta, &mut gradient);
                assert!(!finite, "{number} in delta of {n} rows: at least its bias is not");
            }
        }
    });
}

/// Sizes around those at which products are cut into blocks.
fn block() -> impl Strategy<Value = usize> {
    proptest::sample::select(vec![1_usize, 3, 63, 64, 65, 513])
}

/// The same numbers in other layouts: columns first, and backwards.
fn layouts(matrix: &Array2<f64>) -> [Array2<f64>; 2] {
    let columns_first = matrix.t().to_owned().reversed_axes();
    let (rows, columns) = matrix.dim();
    let mut backwards =
        Array2::from_shape_fn((rows, columns), |(i, j)| matrix[[rows - 1 - i, columns - 1 - j]]);
    backwards.invert_axis(Axis(0));
    backwards.invert_axis(Axis(1));
    [columns_first, backwards]
}

fn check_any_layout((x, parameters, delta): &Case<f64>) {
    let expected_y = product(&with_ones(x), parameters);
    let expected_gradient = parameters + &product(&with_ones(x).t(), delta);
    let stacked_delta = product(delta, &parameters.t());
    let expected_delta = stacked_delta.view().split_at(Axis(1), x.ncols()).0.to_owned();
    for ((x, parameters), delta) in layouts(x).iter().zip(layouts(parameters)).zip(layouts(delta)) {
        for mut y in layouts(&nans(delta.dim())) {
            affine_forward(x, &parameters, &mut y);
            assert_eq!(y, expected_y);
        }
        for mut delta_x in layouts(&nans(x.dim())) {
            affine_delta(&delta, &parameters, &mut delta_x);
            assert_eq!(delta_x, expected_delta);
        }
        let mut gradient = parameters.clone();
        affine_gradient(x, &delta, &mut gradient);
        assert_eq!(gradient, expected_gradient);
    }
}

#[test]
fn the_gradient_of_a_bias_loses_no_digits() {
    on_every_level(|| {
        let n = 1_000_000;
        let (x, delta) = (Array2::<f32>::zeros((n, 1)), Array2::from_elem((n, 2), 0.1_f32));
        let mut gradient = Array2::zeros((2, 2));
        affine_gradient(&x, &delta, &mut gradient);
        let exact = f64::from(0.1_f32) * n as f64;
        for bias in gradient.row(1) {
            assert!(
                (f64::from(*bias) - exact).abs() / exact < 4.0 * f64::from(f32::EPSILON),
                "{bias}"
            );
        }
    });
}

#[test]
fn a_line_by_hand() {
    on_every_level(|| {
        let x = array![[1.0, 2.0], [3.0, 4.0]];
        let parameters = array![[10.0, 0.0], [1.0, -1.0], [0.5, 7.0]];
        let delta = array![[1.0, 2.0], [3.0, 4.0]];

        let mut y = Array2::zeros((2, 2));
        affine_forward(&x, &parameters, &mut y);
        assert_eq!(y, array![[12.5, 5.0], [34.5, 3.0]]);

        let mut delta_x = Array2::zeros((2, 2));
        affine_delta(&delta, &parameters, &mut delta_x);
        assert_eq!(delta_x, array![[10.0, -1.0], [30.0, -1.0]]);

        let mut gradient = Array2::ones((3, 2));
        affine_gradient(&x, &delta, &mut gradient);
        assert_eq!(gradient, array![[11.0, 15.0], [15.0, 21.0], [5.0, 7.0]]);
    });
}

#[test]
fn nan_goes_through_its_row_and_no_other() {
    on_every_level(|| {
        let x = array![[f64::NAN, 2.0], [3.0, 4.0]];
        let mut y = Array2::zeros((2, 1));
        affine_forward(&x, &array![[1.0], [1.0], [0.0]], &mut y);
        assert!(y[[0, 0]].is_nan());
        assert!((y[[1, 0]] - 7.0).abs() < f64::EPSILON);
    });
}

#[test]
#[should_panic(expected = "x has shape (2, 3), expected (2, 2)")]
fn forward_asserts_the_columns_of_x() {
    affine_forward(
        &Array2::<f64>::zeros((2, 3)),
        &Array2::zeros((3, 1)),
        &mut Array2::zeros((2, 1)),
    );
}

#[test]
#[should_panic(expected = "y has shape (1, 2), expected (2, 1)")]
fn forward_asserts_the_shape_of_y() {
    affine_forward(
        &Array2::<f64>::zeros((2, 2)),
        &Array2::zeros((3, 1)),
        &mut Array2::zeros((1, 2)),
    );
}

#[test]
#[should_panic(expected = "delta has shape (2, 3), expected (2, 1)")]
fn delta_asserts_the_columns_of_delta() {
    affine_delta(
        &Array2::<f64>::zeros((2, 3)),
        &Array2::zeros((3, 1)),
        &mut Array2::zeros((2, 2)),
    );
}

#[test]
#[should_panic(expected = "delta_x has shape (2, 3), expected (2, 2)")]
fn delta_asserts_the_shape_of_delta_x() {
    affine_delta(
        &Array2::<f64>::zeros((2, 1)),
        &Array2::zeros((3, 1)),
        &mut Array2::zeros((2, 3)),
    );
}

#[test]
#[should_panic(expected = "delta has shape (3, 1), expected (2, 1)")]
fn gradient_asserts_as_many_deltas_as_inputs() {
    affine_gradient(
        &Array2::<f64>::zeros((2, 2)),
        &Array2::zeros((3, 1)),
        &mut Array2::zeros((3, 1)),
    );
}

#[test]
#[should_panic(expected = "x has shape (2, 3), expected (2, 2)")]
fn gradient_asserts_the_columns_of_x() {
    affine_gradient(
        &Array2::<f64>::zeros((2, 3)),
        &Array2::zeros((2, 1)),
        &mut Array2::zeros((3, 1)),
    );
}

#[test]
#[should_panic(expected = "no row for the bias")]
fn parameters_have_a_bias_row() {
    affine_forward(
        &Array2::<f64>::zeros((2, 0)),
        &Array2::zeros((0, 1)),
        &mut Array2::zeros((2, 1)),
    );
}
