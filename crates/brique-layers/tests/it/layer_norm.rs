use brique_core::{Module, Parameter};
use brique_gradcheck::Judge;
use brique_gradcheck::strategies::{Numbers, matrix};
use brique_layers::LayerNorm;
use brique_tensor::ndarray::{Array2, Axis, array};
use proptest::prelude::*;

/// A normalisation whose gain and bias are no longer 1 and 0.
fn trained(parameters: &Array2<f64>) -> LayerNorm {
    let mut norm = LayerNorm::new(parameters.ncols()).unwrap();
    norm.visit_parameters_mut(&mut |parameter: &mut Parameter| parameter.value_mut().assign(parameters));
    norm
}

#[test]
fn it_keeps_every_law_and_its_gradients_are_the_differences() {
    // Of one value the deviation is 0, and the derivative of its root is all curvature.
    let modules = (2..9_usize)
        .prop_flat_map(|n| matrix(2, n, Numbers::Tame).prop_map(move |parameters| (trained(&parameters), n)));
    let judgement = Judge::new(1).modules(modules).unwrap();
    assert!(
        judgement.entries() > 1000 && judgement.kinks() == 0,
        "{judgement}"
    );
}

#[test]
fn an_example_by_hand() {
    let mut norm = trained(&array![[2.0, 3.0, 4.0], [10.0, 20.0, 30.0]]);
    let x = array![[-3.0_f64.sqrt(), 0.0, 3.0_f64.sqrt()]]; // mean 0, variance 2
    let z = 3.0_f64.sqrt() / (2.0_f64 + 1e-5).sqrt();
    let y = norm.forward(&x).unwrap();
    for (found, expected) in y.iter().zip([10.0 - 2.0 * z, 20.0, 30.0 + 4.0 * z]) {
        assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
    }
    norm.backward_update_gradient(&x, &array![[1.0, 5.0, 2.0]])
        .unwrap();
    let expected = array![[-z, 0.0, 2.0 * z], [1.0, 5.0, 2.0]];
    for (found, expected) in norm.parameters().gradient().iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
    }
}

#[test]
fn one_value_is_its_own_mean() {
    let norm = trained(&array![[2.0], [7.0]]);
    assert_eq!(
        norm.forward(&array![[5.0], [-1e6]]).unwrap(),
        array![[7.0], [7.0]]
    );
    assert_eq!(
        norm.backward_delta(&array![[5.0]], &array![[1.0]]).unwrap(),
        array![[0.0]]
    );
}

/// In `f32` the mean of these values is rounded, by a third of the distance between them.
#[test]
fn the_rounding_error_of_the_mean_is_corrected() {
    let norm: LayerNorm<f32> = LayerNorm::new(3).unwrap();
    let step = 0.0625_f32; // from 10⁶ to the next number
    let y = norm.forward(&array![[1e6, 1e6 + step, 1e6 + step]]).unwrap();
    let deviation = (step * step * 2.0 / 9.0 + 1e-5).sqrt();
    for (found, thirds) in y.iter().zip([-2.0, 1.0, 1.0]) {
        let expected = thirds * step / 3.0 / deviation;
        assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
    }
}

/// More rows than are added up at once.
#[test]
fn the_gradient_of_a_long_batch_is_the_sum_over_its_rows() {
    let x = Array2::from_shape_fn((150, 3), |(i, j)| ((i * 7 + j * 5) % 11) as f64);
    let delta = Array2::from_shape_fn((150, 3), |(i, j)| ((i * 3 + j) % 7) as f64 - 3.0);
    let mut together = trained(&array![[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]);
    let mut alone = together.clone();
    together.backward_update_gradient(&x, &delta).unwrap();
    for (x, delta) in x
        .axis_chunks_iter(Axis(0), 1)
        .zip(delta.axis_chunks_iter(Axis(0), 1))
    {
        alone.backward_update_gradient(&x, &delta).unwrap();
    }
    let (together, alone) = (together.parameters().gradient(), alone.parameters().gradient());
    for (together, alone) in together.iter().zip(alone) {
        assert!((together - alone).abs() < 1e-11, "{together}, expected {alone}");
    }
}

#[test]
fn it_begins_without_effect_and_shows_itself() {
    let norm: LayerNorm = LayerNorm::new(2).unwrap();
    assert_eq!(norm.parameters().value(), array![[1.0, 1.0], [0.0, 0.0]]);
    assert_eq!(norm.parameters().weight_rows(), 0);
    assert_eq!(norm.to_string(), "LayerNorm(2)");
    let error = norm.forward(&Array2::zeros((1, 3))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "LayerNorm(2), forward: an example of the input has shape (3), expected (2): one gain and one bias a value"
    );
    let error = LayerNorm::<f64>::new(0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "LayerNorm(0), new: the number of values is 0, expected at least 1, to take a mean of"
    );
}

#[test]
fn parameters_are_two_rows() {
    let norm = LayerNorm::from_parameters(array![[2.0, 3.0], [0.5, 1.0]]).unwrap();
    assert_eq!(norm.parameters().value(), array![[2.0, 3.0], [0.5, 1.0]]);
    assert_eq!(norm.parameters().weight_rows(), 0);
    let error = LayerNorm::<f64>::from_parameters(Array2::zeros((3, 2))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "LayerNorm, from_parameters: parameters has shape (3, 2), expected (2, 2): a row of gains and a row of biases"
    );
    assert!(LayerNorm::<f64>::from_parameters(Array2::zeros((2, 0))).is_err());
}
