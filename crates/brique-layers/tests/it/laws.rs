//! The laws of the contract, on random layers of every shape.

use brique_core::{Loss, Module};
use brique_layers::Linear;
use brique_losses::MSELoss;
use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::strategies::{case, case_with_output, normal, size};

/// `[x 1]`, built for once.
fn with_ones<T: Scalar>(x: &Array2<T>) -> Array2<T> {
    Array2::from_shape_fn((x.nrows(), x.ncols() + 1), |(i, j)| {
        if j < x.ncols() { x[[i, j]] } else { T::one() }
    })
}

/// The matrix product by its definition.
fn product<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>) -> Array2<T> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| {
        (0..a.ncols()).map(|k| a[[i, k]] * b[[k, j]]).sum()
    })
}

fn dot(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    (a * b).sum()
}

fn gradient<T: Scalar>(linear: &Linear<T>) -> Array2<T> {
    linear.parameters().gradient().to_owned()
}

fn assert_close<T: Scalar>(found: &Array2<T>, expected: &Array2<T>) {
    assert_eq!(found.dim(), expected.dim());
    for (found, expected) in found.iter().zip(expected) {
        let error = (*found - *expected).abs().as_f64();
        assert!(
            error <= 200.0 * T::epsilon().as_f64() * expected.abs().as_f64().max(1.0),
            "{found} is not {expected}"
        );
    }
}

fn check_stacked_ones<T: Scalar>(mut linear: Linear<T>, x: &Array2<T>, delta: &Array2<T>) {
    let parameters = linear.parameters().value().to_owned();
    assert_close(&linear.forward(x).unwrap(), &product(&with_ones(x), &parameters));
    let stacked_delta = product(delta, &parameters.t());
    let without_ones = stacked_delta.view().split_at(Axis(1), x.ncols()).0.to_owned();
    assert_close(&linear.backward_delta(x, delta).unwrap(), &without_ones);
    linear.backward_update_gradient(x, delta).unwrap();
    assert_close(&gradient(&linear), &product(&with_ones(x).t(), delta));
}

proptest! {
    #[test]
    fn linear_is_the_product_with_a_stacked_column_of_ones((linear, x, delta) in case::<f64>()) {
        check_stacked_ones(linear, &x, &delta);
    }

    #[test]
    fn linear_is_the_product_with_a_stacked_column_of_ones_in_f32((linear, x, delta) in case::<f32>()) {
        check_stacked_ones(linear, &x, &delta);
    }

    /// ⟨f(x) − f(0), δ⟩ = ⟨x, backward_delta(δ)⟩ and ⟨f(x), δ⟩ = ⟨W, gradient⟩: exact, no step size.
    #[test]
    fn both_backward_passes_are_adjoints((mut linear, x, delta) in case::<f64>()) {
        let output = linear.forward(&x).unwrap();
        let linear_part = &output - &linear.forward(&Array2::zeros(x.dim())).unwrap();
        let through_input = dot(&x, &linear.backward_delta(&x, &delta).unwrap());
        let scale = 1.0 + x.len().max(delta.len()) as f64 * 100.0;
        prop_assert!((dot(&linear_part, &delta) - through_input).abs() < 1e-13 * scale);

        linear.backward_update_gradient(&x, &delta).unwrap();
        let through_parameters = dot(&linear.parameters().value().to_owned(), &gradient(&linear));
        prop_assert!((dot(&output, &delta) - through_parameters).abs() < 1e-13 * scale);
    }

    #[test]
    fn gradients_accumulate_and_zero_grad_forgets((mut linear, x, delta) in case::<f64>()) {
        linear.backward_update_gradient(&x, &delta).unwrap();
        let once = gradient(&linear);
        linear.backward_update_gradient(&x, &delta).unwrap();
        prop_assert_eq!(gradient(&linear), &once + &once);
        linear.zero_grad();
        prop_assert_eq!(gradient(&linear), Array2::<f64>::zeros(once.dim()));
        linear.backward_update_gradient(&x, &delta).unwrap();
        prop_assert_eq!(gradient(&linear), once);
    }

    #[test]
    fn forward_and_backward_delta_change_nothing((linear, x, delta) in case::<f64>()) {
        let before = linear.clone();
        linear.forward(&x).unwrap();
        linear.backward_delta(&x, &delta).unwrap();
        prop_assert_eq!(linear, before);
    }

    #[test]
    fn results_depend_on_the_arguments_only((mut linear, x, delta) in case::<f64>(), n in size(), seed: u64) {
        let mut undisturbed = linear.clone();
        linear.forward(&normal((n, x.ncols()), seed)).unwrap();
        linear.backward_update_gradient(&x, &delta).unwrap();
        undisturbed.backward_update_gradient(&x, &delta).unwrap();
        prop_assert_eq!(gradient(&linear), gradient(&undisturbed));
        prop_assert_eq!(linear.backward_delta(&x, &delta).unwrap(), undisturbed.backward_delta(&x, &delta).unwrap());
    }

    #[test]
    fn rows_do_not_see_one_another((linear, x, delta) in case::<f64>()) {
        let output = linear.forward(&x).unwrap();
        let input_delta = linear.backward_delta(&x, &delta).unwrap();
        for row in 0..x.nrows() {
            let alone = x.row(row).insert_axis(Axis(0));
            let delta_alone = delta.row(row).insert_axis(Axis(0));
            assert_close(&linear.forward(&alone).unwrap(), &output.row(row).insert_axis(Axis(0)).to_owned());
            let back = linear.backward_delta(&alone, &delta_alone).unwrap();
            assert_close(&back, &input_delta.row(row).insert_axis(Axis(0)).to_owned());
        }
    }

    #[test]
    fn update_parameters_subtracts_the_step_times_the_gradient((mut linear, x, delta) in case::<f64>(), step in -2.0..2.0_f64) {
        linear.backward_update_gradient(&x, &delta).unwrap();
        let expected = linear.parameters().value().to_owned() - gradient(&linear) * step;
        let kept = gradient(&linear);
        linear.update_parameters(step).unwrap();
        prop_assert_eq!(linear.parameters().value(), &expected);
        prop_assert_eq!(gradient(&linear), kept);
    }

    #[test]
    fn a_step_down_the_gradient_lowers_the_loss((mut linear, x, y) in case_with_output::<f64>()) {
        let loss = MSELoss::default();
        let yhat = linear.forward(&x).unwrap();
        let before = loss.forward(&y, &yhat).unwrap();
        linear.backward_update_gradient(&x, &loss.backward(&y, &yhat).unwrap()).unwrap();
        // The loss falls by about the step times ‖gradient‖²; less than this is lost in its rounding.
        prop_assume!(dot(&gradient(&linear), &gradient(&linear)) > 1e-6 * before);
        linear.update_parameters(1e-4).unwrap();
        prop_assert!(loss.forward(&y, &linear.forward(&x).unwrap()).unwrap() < before);
    }

    #[test]
    fn every_wrong_shape_is_an_error_and_changes_nothing(
        (mut linear, x, delta) in case::<f64>(), rows in size(), columns in size(), wrong in size(),
    ) {
        let before = linear.clone();
        if wrong != x.ncols() {
            let x = Array2::zeros((rows, wrong));
            prop_assert!(linear.forward(&x).is_err());
            prop_assert!(linear.backward_delta(&x, &delta).is_err());
            prop_assert!(linear.backward_update_gradient(&x, &delta).is_err());
        }
        if (rows, columns) != delta.dim() {
            let delta = Array2::ones((rows, columns));
            prop_assert!(linear.backward_delta(&x, &delta).is_err());
            prop_assert!(linear.backward_update_gradient(&x, &delta).is_err());
        }
        prop_assert_eq!(linear, before);
    }
}
