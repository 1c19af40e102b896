//! Both backward passes of Linear under MSE, against central differences in f64.

use brique_core::{Loss, Module};
use brique_layers::Linear;
use brique_losses::{MSELoss, Reduction};
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

use crate::strategies::{Case, case_with_output};

const STEP: f64 = 1e-5;

/// ∂f/∂`at` by central differences, one entry after the other.
fn differences(at: &Array2<f64>, f: impl Fn(Array2<f64>) -> f64) -> Array2<f64> {
    Array2::from_shape_fn(at.dim(), |index| {
        let moved = |step: f64| {
            let mut moved = at.clone();
            moved[index] += step;
            f(moved)
        };
        (moved(STEP) - moved(-STEP)) / (2.0 * STEP)
    })
}

fn assert_gradient(analytic: &Array2<f64>, numeric: &Array2<f64>, what: &str) {
    for ((index, analytic), numeric) in analytic.indexed_iter().zip(numeric) {
        let scale = analytic.abs().max(1.0);
        assert!(
            (analytic - numeric).abs() < 1e-6 * scale,
            "{what} at {index:?}: {analytic}, by differences {numeric}"
        );
    }
}

fn check(loss: MSELoss, (mut linear, x, y): Case<f64>) {
    let value = |linear: &Linear, x: &Array2<f64>| loss.forward(&y, &linear.forward(x).unwrap()).unwrap();
    let delta = loss.backward(&y, &linear.forward(&x).unwrap()).unwrap();

    let by_input = differences(&x, |x| value(&linear, &x));
    assert_gradient(&linear.backward_delta(&x, &delta).unwrap(), &by_input, "input");

    let by_parameters = differences(&linear.parameters().value().to_owned(), |parameters| {
        value(&Linear::from_parameters(parameters).unwrap(), &x)
    });
    linear.backward_update_gradient(&x, &delta).unwrap();
    assert_gradient(
        &linear.parameters().gradient().to_owned(),
        &by_parameters,
        "parameters",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gradients_are_the_differences_of_the_loss(case in case_with_output::<f64>()) {
        for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
            check(MSELoss::new(reduction), case.clone());
        }
    }
}
