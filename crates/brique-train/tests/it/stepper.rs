use brique_core::{Loss, Module, WeightedLoss};
use brique_layers::{Dropout, Sequential};
use brique_losses::{CrossEntropyLoss, MSELoss, Reduction};
use brique_optim::SGD;
use brique_tensor::ndarray::{Array1, Array2, Axis, Slice, array};
use brique_train::{Error, Stepper, predict_proba};

use crate::networks::{line, network, normal, parameters};

/// By hand, with the five names of the contract.
#[test]
fn a_step_is_forward_loss_backward_and_update() {
    let (x, y): (Array2<f64>, Array2<f64>) = (normal((7, 3), 1), normal((7, 2), 2));
    let (mut by_hand, mut stepped) = (network(3), network(3));
    let loss = MSELoss::new().with_reduction(Reduction::BatchMean);
    let (mut stepper, mut descent) = (Stepper::default(), SGD::new(0.05).unwrap());
    for step in 0..5 {
        let yhat = by_hand.forward(&x).unwrap();
        let expected = loss.forward(&y, &yhat).unwrap();
        let delta = loss.backward(&y, &yhat).unwrap();
        by_hand.zero_grad();
        by_hand.backward_update_gradient(&x, &delta).unwrap();
        by_hand.update_parameters(0.05).unwrap();
        assert_eq!(stepper.steps(), step);
        let found = stepper.step(&mut stepped, &loss, &mut descent, &x, &y).unwrap();
        assert_eq!(found, expected);
        assert_eq!(parameters(&stepped), parameters(&by_hand));
    }
}

#[test]
fn batches_may_grow_and_shrink() {
    let (mut alone, mut one_after_the_other) = (network::<f64>(3), network(3));
    let (loss, mut descent) = (MSELoss::new(), SGD::new(0.05).unwrap());
    let mut stepper = Stepper::default();
    for rows in [4, 9, 1, 9] {
        let (x, y) = (normal((rows, 3), rows as u64), normal((rows, 2), 5));
        stepper
            .step(&mut one_after_the_other, &loss, &mut descent, &x, &y)
            .unwrap();
        Stepper::default()
            .step(&mut alone, &loss, &mut descent, &x, &y)
            .unwrap();
        assert_eq!(parameters(&one_after_the_other), parameters(&alone));
    }
}

#[test]
fn every_step_drops_others() {
    let x = Array2::ones((20, 30));
    let mut network: Sequential = Sequential::new(30).then(Dropout::new(0.5, 1).unwrap()).unwrap();
    let (loss, mut descent, mut stepper) = (MSELoss::new(), SGD::new(0.1).unwrap(), Stepper::default());
    let mut masks = Vec::new();
    for _ in 0..3 {
        stepper.step(&mut network, &loss, &mut descent, &x, &x).unwrap();
        masks.push(stepper.workspace().output().to_owned());
    }
    assert!(masks[0] != masks[1] && masks[1] != masks[2]);
}

#[test]
fn gradients_are_clipped_to_their_norm() {
    let (x, y) = (array![[1.0]], array![[-1000.0]]);
    let mut network = line(0.0, 0.0);
    let mut stepper = Stepper::with_clip_norm(2.0_f64.sqrt());
    stepper
        .step(&mut network, &MSELoss::new(), &mut SGD::new(1.0).unwrap(), &x, &y)
        .unwrap();
    for value in &parameters(&network)[0] {
        assert!((value + 1.0).abs() < 1e-8, "{value}");
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_changes() {
    let mut network = network::<f64>(3);
    let before = parameters(&network);
    let (loss, mut descent, mut stepper) = (MSELoss::new(), SGD::new(0.1).unwrap(), Stepper::default());
    let mut told = |x: Array2<f64>, y: Array2<f64>| {
        stepper
            .step(&mut network, &loss, &mut descent, &x, &y)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        told(normal((4, 2), 1), normal((4, 2), 2)),
        "Sequential((3) → (2), 5 modules, 100 parameters), forward: an example of the input has shape (2), expected (3): what the first module takes"
    );
    assert_eq!(
        told(normal((4, 3), 1), normal((4, 1), 2)),
        "MSELoss(mean), forward: yhat has shape (4, 2), expected (4, 1): the shape of the target y; nothing is broadcast"
    );
    assert!(told(normal((0, 3), 1), normal((0, 2), 2)).contains("has no mean"));
    assert_eq!(parameters(&network), before);
    assert_eq!(stepper.steps(), 0);
}

#[test]
fn an_optimiser_of_another_network_is_refused() {
    let (mut first, mut second) = (network::<f64>(3), Sequential::new(3));
    let mut adam = brique_optim::Adam::new(0.1).unwrap();
    let (x, y) = (normal((4, 3), 1), normal((4, 2), 2));
    let mut stepper = Stepper::default();
    stepper
        .step(&mut first, &MSELoss::new(), &mut adam, &x, &y)
        .unwrap();
    let error = stepper
        .step(&mut second, &MSELoss::new(), &mut adam, &x, &x)
        .unwrap_err();
    assert!(matches!(error, Error::Optimizer(_)), "{error}");
}

#[test]
fn a_weighted_step_descends_the_weighted_loss() {
    let (x, y): (Array2<f64>, Array2<f64>) = (normal((7, 3), 1), normal((7, 2), 2));
    let weights = Array1::from_iter((0..7).map(|example| f64::from(example) / 3.0));
    let (mut by_hand, mut stepped) = (network(3), network(3));
    let loss = MSELoss::new();
    let weighted = WeightedLoss::new(&loss, &weights);
    let (mut stepper, mut descent) = (Stepper::default(), SGD::new(0.05).unwrap());
    for _ in 0..3 {
        let yhat = by_hand.forward(&x).unwrap();
        let delta = weighted.backward(&y, &yhat).unwrap();
        let expected = weighted.forward(&y, &yhat).unwrap();
        by_hand.zero_grad();
        by_hand.backward_update_gradient(&x, &delta).unwrap();
        by_hand.update_parameters(0.05).unwrap();
        let found = stepper
            .step_weighted(&mut stepped, &loss, &mut descent, &x, &y, &weights)
            .unwrap();
        assert_eq!(found, expected);
        assert_eq!(parameters(&stepped), parameters(&by_hand));
    }
}

#[test]
fn steps_with_weights_of_1_are_steps() {
    let (x, y): (Array2<f32>, Array2<f32>) = (normal((70, 3), 1), normal((70, 2), 2));
    let (mut plain, mut weighted) = (network(3), network(3));
    let (loss, mut descent, ones) = (MSELoss::new(), SGD::new(0.05).unwrap(), Array1::ones(70));
    let (mut a, mut b) = (Stepper::default(), Stepper::default());
    for _ in 0..3 {
        let expected = a.step(&mut plain, &loss, &mut descent, &x, &y).unwrap();
        let found = b.step_weighted(&mut weighted, &loss, &mut descent, &x, &y, &ones);
        assert_eq!(found.unwrap().to_bits(), expected.to_bits());
        assert_eq!(parameters(&weighted), parameters(&plain));
    }
}

#[test]
fn wrong_weights_change_no_parameter() {
    let mut network = line(1.0, 0.0);
    let before = parameters(&network);
    let (loss, mut descent, x) = (MSELoss::new(), SGD::new(0.05).unwrap(), array![[1.0], [2.0]]);
    let weights = array![1.0, -1.0];
    let result = Stepper::default().step_weighted(&mut network, &loss, &mut descent, &x, &x, &weights);
    assert_eq!(
        result.unwrap_err().to_string(),
        "weighted MSELoss(mean), forward: weights[1] is -1, expected a finite number of at least 0"
    );
    assert_eq!(parameters(&network), before);
}

#[test]
fn probabilities_of_many_examples_are_those_of_parts() {
    let (network, x): (_, Array2<f64>) = (network(3), normal((600, 3), 1));
    let loss = CrossEntropyLoss::new();
    let all = predict_proba(&network, &loss, &x).unwrap();
    assert_eq!(all, loss.probabilities(&network.predict(&x).unwrap()).unwrap());
    let part = Slice::from(250..260);
    let of_part = predict_proba(&network, &loss, &x.slice_axis(Axis(0), part)).unwrap();
    assert_eq!(of_part, all.slice_axis(Axis(0), part));
    assert!(all.sum_axis(Axis(1)).iter().all(|sum| (sum - 1.0).abs() < 1e-15));
    assert!(predict_proba(&network, &loss, &x.slice_axis(Axis(1), Slice::from(0..2))).is_err());
}
