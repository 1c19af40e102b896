//! The definition, the laws of the contract and the gradients, on layers of every shape.

use brique_core::Module;
use brique_gradcheck::Judge;
use brique_gradcheck::strategies::{Numbers, delta, matrix, sizes};
use brique_layers::Linear;
use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::levels::proptest_on_every_level;

fn layer<T: Scalar>(inputs: usize, outputs: usize) -> impl Strategy<Value = Linear<T>> {
    matrix(inputs + 1, outputs, Numbers::Tame).prop_map(|p| Linear::from_parameters(p).unwrap())
}

/// A layer, an input for it, and a delta for its output.
fn case<T: Scalar>() -> impl Strategy<Value = (Linear<T>, Array2<T>, Array2<T>)> {
    sizes().prop_flat_map(|[n, inputs, outputs]| {
        (
            layer(inputs, outputs),
            matrix(n, inputs, Numbers::Tame),
            delta(n, outputs),
        )
    })
}

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

proptest_on_every_level! {
    #[test]
    fn linear_is_the_product_with_a_stacked_column_of_ones((linear, x, delta) in case::<f64>()) {
        check_stacked_ones(linear, &x, &delta);
    }

    #[test]
    fn linear_is_the_product_with_a_stacked_column_of_ones_in_f32((linear, x, delta) in case::<f32>()) {
        check_stacked_ones(linear, &x, &delta);
    }
}

#[test]
fn linear_keeps_every_law_and_its_gradients_are_the_differences() {
    let layers = sizes().prop_flat_map(|[inputs, outputs]| (layer(inputs, outputs), Just(inputs)));
    let judgement = Judge::new(3).linear().cases(256).modules(layers).unwrap();
    assert!(
        judgement.entries() > 5000 && judgement.kinks() == 0,
        "{judgement}"
    );
}
