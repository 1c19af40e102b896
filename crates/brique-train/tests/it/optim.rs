use brique_core::Module;
use brique_losses::{MSELoss, Reduction};
use brique_optim::SGD;
use brique_tensor::ndarray::array;
use brique_train::{Fit, Optim, sgd};

use crate::networks::{data, line, network, parameters};

/// The course's step: W −= eps · gradient, on a line by hand.
#[test]
fn a_step_of_optim_is_plain_gradient_descent() {
    let mut network = line(1.0, 0.0);
    let loss = MSELoss::new().with_reduction(Reduction::BatchMean);
    let mut optim = Optim::new(&mut network, &loss, 0.25).unwrap();
    // ŷ = 2, L = 9, ∂L/∂ŷ = −6, ∇ = (−12, −6)
    assert_eq!(optim.step(&array![[2.0]], &array![[5.0]]).unwrap(), 9.0);
    assert_eq!(
        network.predict(&array![[1.0], [0.0]]).unwrap(),
        array![[5.5], [1.5]]
    );
}

#[test]
fn sgd_is_a_fit_with_plain_descent() {
    let data = data::<f64>(23, 3);
    let (mut by_course, mut by_fit) = (network::<f64>(1), network(1));
    let loss = MSELoss::new();
    let history = sgd(
        &mut Optim::new(&mut by_course, &loss, 0.05).unwrap(),
        &data,
        10,
        4,
        9,
    )
    .unwrap();
    let fit = Fit::new(4, 10)
        .shuffle(9)
        .run(&mut by_fit, &loss, &mut SGD::new(0.05).unwrap(), &data)
        .unwrap();
    assert_eq!(parameters(&by_course), parameters(&by_fit));
    assert_eq!(
        history.losses().collect::<Vec<_>>(),
        fit.losses().collect::<Vec<_>>()
    );
}

#[test]
fn a_step_size_that_is_none_is_refused() {
    let error = Optim::new(&mut line(1.0, 0.0), &MSELoss::new(), f64::NAN).unwrap_err();
    assert!(
        error.to_string().starts_with("SGD: learning_rate is NaN"),
        "{error}"
    );
}
