use brique_core::Module;
use brique_gradcheck::strategies::size;
use brique_gradcheck::{GradientCheck, Judge};
use brique_layers::{ELU, GELU, LeakyReLU, LogSigmoid, ReLU, SiLU, Sigmoid, Softplus, Tanh};
use brique_random::portable;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

fn every<T: Scalar>() -> Vec<Box<dyn Module<T>>> {
    vec![
        Box::new(Tanh),
        Box::new(Sigmoid),
        Box::new(ReLU),
        Box::new(LeakyReLU::new(0.2).unwrap()),
        Box::new(ELU::new(1.5).unwrap()),
        Box::new(SiLU),
        Box::new(GELU),
        Box::new(Softplus),
        Box::new(LogSigmoid),
    ]
}

#[test]
fn every_activation_keeps_every_law_and_its_derivative_is_the_differences() {
    for place in 0..every::<f64>().len() {
        let modules = size().prop_map(move |inputs| (every::<f64>().swap_remove(place), inputs));
        let judgement = Judge::new(7).modules(modules).unwrap();
        assert!(judgement.entries() > 300 && judgement.kinks() == 0, "{judgement}");
    }
}

#[test]
fn derivatives_hold_from_the_far_left_to_the_far_right() {
    let x = Array2::from_shape_fn((1, 161), |(_, i)| (i as f64 - 80.0) / 2.0 + 0.01);
    for mut module in every::<f64>() {
        let report = GradientCheck::default()
            .module(&mut *module, &x, &mut portable(1))
            .unwrap();
        assert_eq!(report.entries(), 161);
        assert!(report.clone().verdict().is_ok(), "{report}");
    }
}

fn value(module: &dyn Module, x: f64) -> f64 {
    module.forward(&array![[x]]).unwrap()[[0, 0]]
}

fn derivative(module: &dyn Module, x: f64) -> f64 {
    module.backward_delta(&array![[x]], &array![[1.0]]).unwrap()[[0, 0]]
}

/// From mpmath with 60 digits.
#[test]
fn values_and_derivatives_to_the_last_digits() {
    let near = |found: f64, expected: f64, what: &str| {
        assert!(
            (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
            "{what}: {found:e}, expected {expected:e}"
        );
    };
    for (module, x, y, dy) in [
        (&Tanh as &dyn Module, 20.0, 1.0, 1.699_341_702_116_635_6e-17),
        (
            &Sigmoid,
            -40.0,
            4.248_354_255_291_589e-18,
            4.248_354_255_291_589e-18,
        ),
        (
            &Softplus,
            -40.0,
            4.248_354_255_291_589e-18,
            4.248_354_255_291_589e-18,
        ),
        (
            &LogSigmoid,
            40.0,
            -4.248_354_255_291_589e-18,
            4.248_354_255_291_589e-18,
        ),
        (
            &SiLU,
            -40.0,
            -1.699_341_702_116_635_6e-16,
            -1.656_858_159_563_719_7e-16,
        ),
        (
            &GELU,
            -10.0,
            -7.619_853_024_160_526e-23,
            -7.618_400_096_464_814e-22,
        ),
        (
            &GELU,
            -20.0,
            -5.507_248_237_212_468e-88,
            -1.101_436_048_313_346_4e-86,
        ),
        (
            &GELU,
            -37.0,
            -2.118_461_352_334_093_4e-298,
            -7.838_298_669_418_516e-297,
        ),
    ] {
        near(value(module, x), y, &format!("{module} at {x}"));
        near(
            derivative(module, x),
            dy,
            &format!("the derivative of {module} at {x}"),
        );
    }
}

#[test]
fn kinks_take_the_side_of_the_negative_numbers() {
    assert_eq!((value(&ReLU, 0.0), derivative(&ReLU, 0.0)), (0.0, 0.0));
    let leaky = LeakyReLU::default();
    assert_eq!((value(&leaky, 0.0), derivative(&leaky, 0.0)), (0.0, 0.01));
    let elu = ELU::new(2.0).unwrap();
    assert_eq!((value(&elu, 0.0), derivative(&elu, 0.0)), (0.0, 2.0));
}

#[test]
fn the_ends_of_the_line_have_their_limits() {
    let infinity = f64::INFINITY;
    for (module, left, right) in [
        (&Tanh as &dyn Module, -1.0, 1.0),
        (&Sigmoid, 0.0, 1.0),
        (&ReLU, 0.0, infinity),
        (&Softplus, 0.0, infinity),
        (&LogSigmoid, -infinity, 0.0),
        (&ELU::default(), -1.0, infinity),
    ] {
        assert_eq!(
            (value(module, -infinity), value(module, infinity)),
            (left, right),
            "{module}"
        );
    }
    for (module, left, right) in [
        (&Tanh as &dyn Module, 0.0, 0.0),
        (&Sigmoid, 0.0, 0.0),
        (&ReLU, 0.0, 1.0),
        (&Softplus, 0.0, 1.0),
        (&LogSigmoid, 1.0, 0.0),
        (&SiLU, 0.0, 1.0),
        (&ELU::default(), 0.0, 1.0),
    ] {
        assert_eq!(derivative(module, -infinity), left, "{module} at −∞");
        assert_eq!(derivative(module, 1e300), right, "{module} far to the right");
    }
}

#[test]
fn nan_stays_nan_in_f32_too() {
    for module in every::<f32>() {
        assert!(
            module.forward(&array![[f32::NAN]]).unwrap()[[0, 0]].is_nan(),
            "{module}"
        );
    }
}

#[test]
fn f32_values_are_those_of_f64_rounded() {
    let x = Array2::from_shape_fn((1, 401), |(_, i)| (i as f32 - 200.0) / 8.0);
    for (single, double) in every::<f32>().iter().zip(every::<f64>()) {
        let wide = x.mapv(f64::from);
        let ones = Array2::ones(x.dim());
        let values = (single.forward(&x).unwrap(), double.forward(&wide).unwrap());
        let derivatives = (
            single.backward_delta(&x, &Array2::ones(x.dim())).unwrap(),
            double.backward_delta(&wide, &ones).unwrap(),
        );
        for (found, expected) in [values, derivatives] {
            for (found, expected) in found.iter().zip(expected) {
                let error = (f64::from(*found) - expected).abs();
                let allowed = 4.0 * f64::from(f32::EPSILON) * expected.abs().max(0.05);
                assert!(error <= allowed, "{single}: {found}, expected {expected}");
            }
        }
    }
}

#[test]
fn activations_show_themselves() {
    let shown: Vec<String> = every::<f64>().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "Tanh",
            "Sigmoid",
            "ReLU",
            "LeakyReLU(0.2)",
            "ELU(1.5)",
            "SiLU",
            "GELU",
            "Softplus",
            "LogSigmoid"
        ]
    );
}

#[test]
fn parameters_that_are_no_numbers_are_refused() {
    for wrong in [f64::NAN, f64::INFINITY] {
        assert_eq!(
            LeakyReLU::new(wrong).unwrap_err().to_string(),
            format!("LeakyReLU, new: negative_slope is {wrong}, expected a finite number")
        );
        assert_eq!(
            ELU::new(wrong).unwrap_err().to_string(),
            format!("ELU, new: alpha is {wrong}, expected a finite number")
        );
    }
}
