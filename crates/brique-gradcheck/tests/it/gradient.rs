use brique_core::Reduction;
use brique_gradcheck::{GradientCheck, Report};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, array};

use crate::toy::Toy;
use crate::toy_losses::{bce, cross_entropy, mse};
use crate::toys::{elementwise, linear, normal, relu, sigmoid, softmax, tanh};
use crate::windows::max_pool;

fn check(toy: &mut Toy, x: &Array2<f64>, delta: &Array2<f64>) -> Report {
    GradientCheck::default().module_at(toy, x, delta).unwrap()
}

#[test]
fn a_report_names_every_tensor_and_counts_its_entries() {
    let report = check(&mut linear(3, 2), &normal((4, 3), 1), &normal((4, 2), 2));
    let tensors: Vec<_> = report
        .tensors()
        .iter()
        .map(|t| (t.tensor.as_str(), t.shape, t.entries, t.kinks))
        .collect();
    assert_eq!(tensors, [("input", (4, 3), 12, 0), ("parameter 0", (4, 2), 8, 0)]);
    assert_eq!((report.entries(), report.kinks(), report.failures()), (20, 0, 0));
    assert_eq!(report.subject(), "Linear");
    assert!(report.verdict().is_ok());
}

#[test]
fn the_worst_entry_is_named_with_both_values() {
    let mut toy = linear(1, 1);
    let right = std::sync::Arc::clone(&toy.delta);
    toy.delta = std::sync::Arc::new(move |p, x, delta, d| {
        right(p, x, delta, d);
        d[[2, 0]] += 0.5;
    });
    let (x, delta) = (normal((4, 1), 1), normal((4, 1), 2));
    let weight = toy.parameters[0].value()[[0, 0]];
    let report = check(&mut toy, &x, &delta);
    let (tensor, worst) = report.worst().unwrap();
    assert_eq!((tensor.tensor.as_str(), worst.index), ("input", (2, 0)));
    assert_eq!(worst.analytic, weight * delta[[2, 0]] + 0.5);
    assert!((worst.numeric - weight * delta[[2, 0]]).abs() < 1e-9);
    assert!((worst.error - 0.5).abs() < 1e-9 && worst.allowed < 1e-5 && !worst.agrees());
    assert_eq!((report.failures(), tensor.failures), (1, 1));
    let text = report.verdict().unwrap_err().to_string();
    assert!(
        text.starts_with("Linear, gradient check: 1 of 6 entries differ from the differences of forward\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  input        (4, 1)  4         0      (2, 0)  "),
        "{text}"
    );
}

#[test]
fn a_module_is_left_as_it_was() {
    let mut toy = linear(3, 2);
    toy.parameters[0].gradient_mut().fill(7.0);
    let before = toy.parameters.clone();
    let report = GradientCheck::default().module(&mut toy, &normal((4, 3), 1), &mut portable(3));
    assert!(report.unwrap().verdict().is_ok());
    assert_eq!(toy.parameters, before);
}

#[test]
fn delta_comes_from_the_generator_and_is_no_constant() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut toy = tanh();
    let (right, kept) = (std::sync::Arc::clone(&toy.delta), std::sync::Arc::clone(&seen));
    toy.delta = std::sync::Arc::new(move |p, x, delta, d| {
        kept.lock().unwrap().push(delta.to_owned());
        right(p, x, delta, d);
    });
    for seed in [1, 1, 2] {
        let report = GradientCheck::default().module(&mut toy, &normal((2, 3), 1), &mut portable(seed));
        assert!(report.unwrap().verdict().is_ok());
    }
    let seen = seen.lock().unwrap();
    assert!(seen[0] == seen[1] && seen[0] != seen[2]);
    assert_ne!(seen[0][[0, 0]], seen[0][[0, 1]]);
}

#[test]
fn a_kink_is_skipped_where_the_gradient_is_of_one_side() {
    let x = array![[0.0, 1.0, -1.0], [2.0, 0.0, 0.0]];
    let report = check(&mut relu(), &x, &normal((2, 3), 2));
    assert_eq!((report.entries(), report.kinks()), (3, 3));
    assert!(report.verdict().is_ok());
}

#[test]
fn at_a_kink_a_gradient_of_neither_side_fails() {
    let mut toy = elementwise(
        "ReLU",
        |x| x.max(0.0),
        |x| if x >= 0.0 { 1.0 + f64::from(x == 0.0) } else { 0.0 },
    );
    let report = check(&mut toy, &array![[0.0, 1.0, -1.0]], &array![[1.0, -0.5, 2.0]]);
    assert_eq!((report.entries(), report.kinks(), report.failures()), (3, 0, 1));
    let (_, worst) = report.worst().unwrap();
    assert_eq!((worst.index, worst.analytic), ((0, 0), 2.0));
    assert!(
        (worst.numeric - 1.0).abs() < 1e-9,
        "the nearest derivative of the two sides"
    );
}

#[test]
fn nothing_but_kinks_is_no_proof() {
    let report = check(&mut relu(), &Array2::zeros((1, 3)), &normal((1, 3), 2));
    assert_eq!((report.entries(), report.kinks()), (0, 3));
    let text = report.verdict().unwrap_err().to_string();
    assert!(
        text.starts_with(
            "ReLU, gradient check: nothing was compared, every entry is a kink or at the edge of the domain"
        ),
        "{text}"
    );
}

#[test]
fn nothing_at_all_is_fine() {
    let report = check(&mut relu(), &Array2::zeros((0, 3)), &Array2::zeros((0, 3)));
    assert_eq!((report.entries(), report.kinks()), (0, 0));
    assert!(report.worst().is_none());
    assert!(report.verdict().is_ok());
}

/// A tie in two overlapping windows at once: each output has its own kink, and δ may cancel their sum.
#[test]
fn kinks_of_several_outputs_do_not_hide_one_another() {
    let (mut pool, x) = (max_pool(), Array2::zeros((1, 14)));
    for delta in [normal((1, 6), 2), array![[1.0, 1.0, -1.0, -1.0, 1.0, 1.0]]] {
        let report = check(&mut pool, &x, &delta);
        assert_eq!((report.entries(), report.failures()), (0, 0), "{report}");
        assert_eq!(report.kinks(), 14);
    }
}

#[test]
fn curvature_is_no_kink() {
    let mut square = elementwise("Square", |x| x * x, |x| 2.0 * x);
    let mut steep = elementwise("Wave", |x| (300.0 * x).sin(), |x| 300.0 * (300.0 * x).cos());
    let x = array![[0.0, 1e-7, 1.0], [-0.0, -0.3, 1e-3]];
    for toy in [&mut square, &mut steep] {
        let report = check(toy, &x, &normal((2, 3), 2));
        assert_eq!((report.entries(), report.kinks()), (6, 0), "{report}");
        assert!(report.verdict().is_ok());
    }
}

#[test]
fn a_jump_is_no_kink() {
    let mut step = elementwise("Step", |x| if x < 0.0 { 0.0 } else { 1.0 }, |_| 0.0);
    let report = check(&mut step, &array![[0.0, 1.0, -1.0]], &array![[1.0, 1.0, 1.0]]);
    assert_eq!((report.kinks(), report.failures()), (0, 1), "{report}");
}

#[test]
fn steps_are_scaled_to_the_value() {
    let mut cube = elementwise("Cube", |x| x * x * x, |x| 3.0 * x * x);
    let x = array![[1e-8, 1.0, 1e6], [-1e12, 1e3, 0.0]];
    let report = check(&mut cube, &x, &Array2::ones((2, 3)));
    assert!(report.clone().verdict().is_ok(), "{report}");
    let mut wrong = elementwise("Cube", |x| x * x * x, |x| 3.001 * x * x);
    let x = array![[0.1, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1e6]];
    let delta = array![[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1e-12]];
    assert_eq!(check(&mut wrong, &x, &delta).failures(), 3);
}

/// The tails are constant to the last digit: what their derivative is cannot be told from 0.
#[test]
fn what_rounding_hides_is_allowed() {
    let tanh = || elementwise("Tanh", f64::tanh, |x| x.cosh().powi(-2));
    for (mut toy, x) in [
        (tanh(), array![[19.0, -25.0, 0.5]]),
        (tanh(), array![[19.5, 19.5, 19.5]]),
        (sigmoid(), array![[40.0, 38.0, 36.0]]),
        (softmax(), array![[0.0, 40.0, -3.0, 1.0]]),
    ] {
        let report = check(&mut toy, &x, &normal(x.dim(), 2));
        assert!(report.clone().verdict().is_ok(), "{report}");
    }
    let (loss, ..) = cross_entropy();
    let report = GradientCheck::default()
        .loss(&loss, &array![[1.0, 0.0]], &array![[40.0, 0.0]])
        .unwrap();
    assert!(report.clone().verdict().is_ok(), "{report}");
}

/// Kinks of the derivative, and values at which it vanishes.
#[test]
fn derivatives_that_bend_or_vanish_are_no_mistakes() {
    let huber = |x: f64| {
        if x.abs() <= 1.0 {
            x * x / 2.0
        } else {
            x.abs() - 0.5
        }
    };
    let mut toys = [
        (
            elementwise("Huber", huber, |x| x.clamp(-1.0, 1.0)),
            array![[1.0, -1.0, 0.0]],
        ),
        (
            elementwise(
                "ELU",
                |x| if x > 0.0 { x } else { x.exp_m1() },
                |x| x.min(0.0).exp(),
            ),
            array![[0.0, 1e-9, -1.0]],
        ),
        (
            elementwise("Squared ReLU", |x| x.max(0.0).powi(2), |x| 2.0 * x.max(0.0)),
            array![[0.0, 1.0, -1e-6]],
        ),
        (
            elementwise("Cube", |x| x.powi(3), |x| 3.0 * x * x),
            array![[0.0, 0.0, 0.0]],
        ),
        (
            elementwise("Sine", f64::sin, f64::cos),
            array![[500.0 * std::f64::consts::PI, 0.0, 1.0]],
        ),
        (softmax(), array![[1000.0, 1000.1, 999.0, 0.0]]),
    ];
    for (toy, x) in &mut toys {
        let report = check(toy, x, &normal(x.dim(), 2));
        assert!(
            report.clone().verdict().is_ok() && report.kinks() == 0,
            "{report}"
        );
    }
}

#[test]
fn an_infinite_gradient_agrees_with_nothing() {
    let mut toy = elementwise("Overflow", |x| x, |x| if x > 2.0 { f64::INFINITY } else { 1.0 });
    assert_eq!(
        check(&mut toy, &array![[3.0, 1.0, 0.0]], &array![[1.0, 1.0, 1.0]]).failures(),
        1
    );
    // An infinite difference judges its own entry alone.
    let mut exp = elementwise("Exp", f64::exp, |x| 1.001 * x.exp());
    let x = array![[709.782, 0.0, 0.0], [1.0, 2.0, 0.0]];
    let delta = array![[1e-308, 1e-308, 1e-308], [1.0, 1.0, 1.0]];
    assert_eq!(check(&mut exp, &x, &delta).failures(), 4);
}

#[test]
fn a_gradient_of_another_shape_fails() {
    let mut toy = tanh();
    toy.loses_columns = true;
    assert_eq!(
        check(&mut toy, &normal((2, 3), 1), &normal((2, 3), 2)).failures(),
        2
    );
}

#[test]
fn nan_agrees_with_nothing() {
    let mut toy = elementwise("Root", f64::sqrt, |x| 0.5 / x.sqrt());
    let report = check(&mut toy, &array![[-1.0, 4.0, 1.0]], &array![[1.0, 1.0, 1.0]]);
    assert_eq!(report.failures(), 1);
    let (_, worst) = report.worst().unwrap();
    assert_eq!(worst.index, (0, 0));
    assert_eq!(worst.part(), f64::INFINITY);
}

#[test]
fn a_looser_tolerance_lets_more_through() {
    let mut toy = elementwise("Almost", |x| x, |_| 1.0 + 1e-5);
    let (x, delta) = (normal((2, 3), 1), normal((2, 3), 2));
    assert_eq!(check(&mut toy, &x, &delta).failures(), 6);
    let loose = GradientCheck::default().tolerance(1e-4);
    assert_eq!(loose.module_at(&mut toy, &x, &delta).unwrap().failures(), 0);
}

/// The difference between the two steps is allowed, and grows with them.
#[test]
fn a_wider_step_sees_less() {
    let mut wave = elementwise("Wave", |x| (10.0 * x).sin(), |x| 10.01 * (10.0 * x).cos());
    let (x, delta) = (normal((2, 3), 1), normal((2, 3), 2));
    assert_eq!(check(&mut wave, &x, &delta).failures(), 6);
    let wide = GradientCheck::default().step(0.05);
    assert_eq!(wide.module_at(&mut wave, &x, &delta).unwrap().failures(), 0);
}

#[test]
fn losses_are_checked_with_their_reduction() {
    let (loss, y, yhat) = mse();
    for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
        let report = GradientCheck::default()
            .loss(&loss.with(reduction), &y, &yhat)
            .unwrap();
        assert_eq!((report.entries(), report.failures()), (12, 0));
        assert_eq!(report.tensors()[0].tensor, "yhat");
        assert_eq!(report.subject(), format!("MSE({reduction})"));
    }
}

#[test]
fn the_edge_of_a_domain_is_skipped() {
    let (loss, y, mut yhat) = bce();
    yhat[[0, 0]] = 0.0;
    yhat[[1, 1]] = 1.0;
    let report = GradientCheck::default().loss(&loss, &y, &yhat).unwrap();
    assert_eq!((report.entries(), report.kinks()), (4, 2));
    assert!(report.verdict().is_ok());
    // Too near to the edge for the wide step, not for the narrow one.
    yhat = yhat.mapv(|p| p.clamp(1e-6, 1.0 - 1e-6));
    let report = GradientCheck::default()
        .tolerance(0.1)
        .loss(&loss, &y, &yhat)
        .unwrap();
    assert_eq!((report.entries(), report.failures()), (6, 0), "{report}");
}

#[test]
fn what_is_refused_is_told() {
    let error = GradientCheck::default()
        .module(&mut linear(3, 2), &normal((4, 2), 1), &mut portable(1))
        .unwrap_err();
    assert_eq!((error.location(), error.operation()), ("Linear", "forward"));
    let (loss, y, _) = mse();
    assert_eq!(
        GradientCheck::default()
            .loss(&loss, &y, &normal((4, 2), 1))
            .unwrap_err()
            .operation(),
        "forward"
    );
}
