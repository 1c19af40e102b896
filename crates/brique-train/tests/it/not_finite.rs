use brique_core::Module;
use brique_layers::{Linear, Residual, Sequential, Tanh};
use brique_losses::MSELoss;
use brique_optim::SGD;
use brique_tensor::ndarray::{Array2, array};
use brique_train::{Error, Fit, NotFinite, Stepper};

use crate::networks::{data, line, network, normal, parameters};

fn step(network: &mut Sequential, x: &Array2<f64>, y: &Array2<f64>) -> Error {
    let mut stepper = Stepper::default();
    stepper
        .step(network, &MSELoss::new(), &mut SGD::new(0.1).unwrap(), x, y)
        .unwrap_err()
}

#[test]
fn a_nan_in_the_batch_is_named() {
    let mut x = normal((4, 3), 1);
    x[[2, 1]] = f64::NAN;
    let mut network = network(1);
    let before = parameters(&network);
    let error = step(&mut network, &x, &normal((4, 2), 2));
    assert_eq!(error, Error::NotFinite(NotFinite::Input));
    assert_eq!(
        error.to_string(),
        "the inputs have a NaN or an infinity; no parameter has changed in this step, correct or remove these examples"
    );
    assert_eq!(parameters(&network), before);
}

#[test]
fn a_nan_in_the_targets_is_named() {
    let mut y = normal((4, 2), 2);
    y[[3, 0]] = f64::NAN;
    let error = step(&mut network(1), &normal((4, 3), 1), &y);
    assert_eq!(error, Error::NotFinite(NotFinite::Target));
}

#[test]
fn the_first_module_with_a_nan_is_named() {
    let mut network = network(1);
    let mut place = 0;
    network.visit_parameters_mut(&mut |parameter| {
        if place == 1 {
            parameter.value_mut()[[0, 0]] = f64::INFINITY;
        }
        place += 1;
    });
    let error = step(&mut network, &normal((4, 3), 1), &normal((4, 2), 2));
    assert!(
        error
            .to_string()
            .starts_with("the output of module 2 (Linear(8 → 6)) has a NaN or an infinity"),
        "{error}"
    );
}

/// A chain whose module 2 is a residual block around a chain, whose last module is linear with this weight.
fn nested(weight: f64) -> Sequential {
    let linear = |weight| Linear::from_parameters(array![[weight], [0.0]]).unwrap();
    let inner = Sequential::new(1)
        .then(Tanh)
        .unwrap()
        .then(linear(weight))
        .unwrap();
    let network = Sequential::new(1).then(linear(1.0)).unwrap().then(Tanh).unwrap();
    network.then(Residual::new(1, inner).unwrap()).unwrap()
}

#[test]
fn a_module_inside_another_is_named_by_its_path() {
    let error = step(&mut nested(f64::INFINITY), &array![[1.0]], &array![[0.0]]);
    assert!(
        error
            .to_string()
            .starts_with("the output of module 2.module.1 (Linear(1 → 1)) has a NaN or an infinity"),
        "{error}"
    );
    let boxed: Box<dyn Module> = Box::new(nested(f64::INFINITY));
    let mut network = Sequential::new(1).then_named("encoder", boxed).unwrap();
    let error = step(&mut network, &array![[1.0]], &array![[0.0]]);
    assert!(
        error
            .to_string()
            .starts_with("the output of module encoder.2.module.1 (Linear(1 → 1)) has a NaN or an infinity"),
        "{error}"
    );
}

#[test]
fn a_loss_that_overflows_is_named() {
    let error = step(&mut line(1e200, 0.0), &array![[1.0]], &array![[0.0]]);
    assert!(
        error
            .to_string()
            .starts_with("MSELoss(mean) is inf for outputs that are finite"),
        "{error}"
    );
}

#[test]
fn a_gradient_that_overflows_is_named_and_nothing_changes() {
    let mut network = line(0.0, 0.0);
    let error = step(&mut network, &array![[1e200], [1.0]], &array![[1e150], [0.0]]);
    assert!(
        error
            .to_string()
            .starts_with("the gradient of module 0 (Linear(1 → 1)) has a NaN or an infinity"),
        "{error}"
    );
    assert_eq!(parameters(&network)[0], array![[0.0], [0.0]]);
}

/// A step that is far too large: the loss grows until it is no number, in an epoch and a batch that are told.
#[test]
fn a_fit_that_diverges_says_when() {
    let data = data::<f64>(40, 3);
    let mut network = network(1);
    let result = Fit::new(1000, 16).run(&mut network, &MSELoss::new(), &mut SGD::new(50.0).unwrap(), &data);
    let error = result.unwrap_err();
    let Error::Step { source, .. } = error.error() else {
        panic!("{error}")
    };
    assert!(matches!(**source, Error::NotFinite(_)), "{error}");
    assert!(error.to_string().starts_with("epoch "), "{error}");
    assert!(error.to_string().contains(", batch "), "{error}");
    let shown = format!("{error:?}");
    assert!(shown.starts_with("FitError { error: Step {"), "{shown}");
    let epochs = format!(", epochs: {}, .. }}", error.history().epochs().len());
    assert!(shown.ends_with(&epochs), "{shown}");
    assert!(
        parameters(&network)
            .iter()
            .flatten()
            .all(|value| value.is_finite())
    );
}
