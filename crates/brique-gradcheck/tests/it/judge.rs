use brique_core::Reduction;
use brique_gradcheck::strategies::{Numbers, matrix, size, sizes};
use brique_gradcheck::{Failure, GradientCheck, Judge};
use proptest::prelude::*;

use crate::loss_mistakes;
use crate::module_mistakes;
use crate::toy::Toy;
use crate::toy_losses::{bce, cross_entropy, mse};
use crate::toys::{elementwise, linear, network, relu, sigmoid, softmax, tanh};
use crate::windows::{average_pool, conv, max_pool};

fn always(right: fn() -> Toy) -> impl Strategy<Value = (Toy, usize)> {
    Just(()).prop_map(move |()| {
        let toy = right();
        let inputs = toy.inputs;
        (toy, inputs)
    })
}

#[test]
fn right_modules_are_found_right() {
    for right in [
        tanh,
        sigmoid,
        relu,
        softmax,
        conv,
        max_pool,
        average_pool,
        network,
    ] {
        let judgement = Judge::new(1).cases(16).modules(always(right)).unwrap();
        assert_eq!(judgement.cases(), 16);
        assert_eq!(judgement.checks(), 16 * 17);
        assert!(
            judgement.entries() > 50 && judgement.largest_part() <= 1.0,
            "{judgement}"
        );
    }
}

#[test]
fn linear_modules_of_every_shape_are_found_right() {
    let layers = sizes().prop_map(|[inputs, outputs]| (linear(inputs, outputs), inputs));
    let judgement = Judge::new(1).linear().modules(layers).unwrap();
    assert_eq!(judgement.checks(), 64 * 19);
}

#[test]
fn the_identities_of_linear_modules_are_not_asked_of_others() {
    let failure = Judge::new(1).linear().modules(always(tanh)).unwrap_err();
    assert_eq!(failure.check(), "adjoint_in_the_input");
}

#[test]
fn every_planted_mistake_is_found() {
    for mistake in module_mistakes::all() {
        let is_linear = ["Linear", "Conv1D"].contains(&(mistake.right)().name);
        let judge = if is_linear {
            Judge::new(1).linear()
        } else {
            Judge::new(1)
        };
        let wrong = Just(()).prop_map(move |()| {
            let mut toy = (mistake.right)();
            (mistake.plant)(&mut toy);
            let inputs = toy.inputs;
            (toy, inputs)
        });
        let found = judge.cases(16).modules(wrong);
        assert!(found.is_err(), "{}: {found:?}", mistake.what);
    }
}

#[test]
fn every_planted_mistake_in_a_loss_is_found() {
    for mistake in loss_mistakes::all() {
        let (toy, y, yhat) = (mistake.right)();
        let make = move |reduction| {
            let mut loss = toy.with(reduction);
            (mistake.plant)(&mut loss);
            loss
        };
        let found = Judge::new(1).cases(1).losses(make, Just((y, yhat)));
        assert!(found.is_err(), "{}: {found:?}", mistake.what);
    }
}

#[test]
fn right_losses_are_found_right() {
    for (loss, y, yhat) in [mse(), cross_entropy(), bce()] {
        let judgement = Judge::new(1)
            .cases(1)
            .losses(|reduction| loss.with(reduction), Just((y, yhat)))
            .unwrap();
        assert_eq!(judgement.checks(), 3 * 11 + 1);
    }
}

#[test]
fn losses_are_judged_on_every_shape() {
    let numbers = |[rows, columns]: [usize; 2]| matrix(rows, columns, Numbers::Tame);
    let pairs = sizes().prop_flat_map(move |shape| (numbers(shape), numbers(shape)));
    let (loss, ..) = mse();
    let judgement = Judge::new(1)
        .losses(|reduction| loss.with(reduction), pairs)
        .unwrap();
    assert_eq!(judgement.cases(), 64);
    assert!(judgement.entries() > 500, "{judgement}");
}

#[test]
fn a_failure_tells_the_smallest_case() {
    let layers = sizes().prop_map(|[inputs, outputs]| {
        let mut toy = linear(inputs, outputs);
        let right = std::sync::Arc::clone(&toy.delta);
        toy.delta = std::sync::Arc::new(move |p, x, delta, d| {
            right(p, x, delta, d);
            if d.ncols() >= 2 {
                d.mapv_inplace(|d| -d);
            }
        });
        (toy, inputs)
    });
    let failure = Judge::new(1).modules(layers).unwrap_err();
    assert_eq!(failure.check(), "gradient");
    let Failure::Judged { case, .. } = &failure else {
        panic!("{failure}")
    };
    assert!(
        case.starts_with("ModuleCase { module: Linear(2 → Some(1)), x: [["),
        "{case}"
    );
    assert!(
        failure
            .to_string()
            .contains("\nsmallest case that fails: ModuleCase { module: Linear(2 "),
        "{failure}"
    );
    assert_eq!(
        format!("{failure:?}"),
        failure.to_string(),
        "an unwrap shows the table"
    );
}

#[test]
fn the_same_seed_judges_the_same_cases() {
    let judged = |seed| {
        Judge::new(seed)
            .cases(8)
            .modules(size().prop_map(|inputs| (linear(inputs, 2), inputs)))
    };
    assert_eq!(judged(5).unwrap(), judged(5).unwrap());
    assert_ne!(judged(5).unwrap().entries(), judged(6).unwrap().entries());
}

#[test]
fn a_law_can_be_left_out_by_its_name() {
    let mut wrong = elementwise("Max", |x| x.max(0.0), |x| if x > 0.0 { 1.0 } else { 0.0 });
    wrong.inputs = 2;
    let modules = || Just(wrong.clone()).prop_map(|toy| (toy, 2));
    assert_eq!(
        Judge::new(1).modules(modules()).unwrap_err().check(),
        "nan_stays_nan"
    );
    let judgement = Judge::new(1).without("nan_stays_nan").modules(modules()).unwrap();
    assert_eq!(judgement.checks(), 64 * 16);
    let failure = Judge::new(1)
        .without("nan_stays_man")
        .modules(modules())
        .unwrap_err();
    assert_eq!(failure.check(), "judge");
    assert!(
        failure
            .to_string()
            .starts_with("nothing was judged: there is no law nan_stays_man to leave out; there are ")
    );
    assert!(
        Judge::new(1)
            .without("nan_stays_man")
            .losses(|r| mse().0.with(r), Just((mse().1, mse().2)))
            .is_err()
    );
}

#[test]
fn nothing_to_compare_is_no_proof() {
    let failure = Judge::new(1)
        .cases(4)
        .modules(Just(()).prop_map(|()| (linear(0, 0), 0)))
        .unwrap_err();
    assert_eq!(failure.check(), "judge");
    assert!(
        failure
            .to_string()
            .contains("no entry of a gradient could be compared"),
        "{failure}"
    );
}

#[test]
fn a_strategy_that_draws_nothing_is_told() {
    let none = size()
        .prop_filter("never", |_| false)
        .prop_map(|inputs| (tanh(), inputs));
    let failure = Judge::new(1).modules(none).unwrap_err();
    assert_eq!(failure.check(), "judge");
}

#[test]
fn a_panic_is_a_failure_of_the_check_it_happened_in() {
    let panicking = always(|| {
        let mut toy = tanh();
        toy.delta = std::sync::Arc::new(|_, _, _, _| panic!("the author had an index wrong"));
        toy
    });
    let failure = Judge::new(1).cases(4).modules(panicking).unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("gradient: Tanh panicked: the author had an index wrong"),
        "{failure}"
    );
}

#[test]
fn a_module_that_refuses_its_input_cannot_be_judged() {
    let failure = Judge::new(1)
        .modules(Just(()).prop_map(|()| (linear(3, 2), 4)))
        .unwrap_err();
    assert!(
        failure.to_string().starts_with(
            "gradient: nothing could be checked, for the arguments were refused: Linear, forward: "
        ),
        "{failure}"
    );
}

#[test]
fn a_judge_hands_its_tolerance_on() {
    let almost = always(|| elementwise("Almost", |x| x, |_| 1.0 + 1e-5));
    let judge = Judge::new(1).gradient(GradientCheck::default().tolerance(1e-3));
    assert!(
        judge
            .without("a_step_down_lowers_the_loss")
            .modules(almost)
            .is_ok()
    );
}

#[test]
fn reductions_can_be_left_out() {
    let (loss, y, yhat) = mse();
    let make = |reduction| {
        let mut loss = loss.with(reduction);
        if reduction == Reduction::BatchMean {
            let right = std::sync::Arc::clone(&loss.per_example);
            loss.per_example = std::sync::Arc::new(move |y, yhat, losses| {
                right(y, yhat, losses);
                losses.mapv_inplace(|loss| 2.0 * loss);
            });
        }
        loss
    };
    let pairs = || Just((y.clone(), yhat.clone()));
    assert_eq!(
        Judge::new(1).cases(1).losses(make, pairs()).unwrap_err().check(),
        "reductions_agree"
    );
    assert!(
        Judge::new(1)
            .cases(1)
            .without("reductions_agree")
            .losses(make, pairs())
            .is_ok()
    );
}
