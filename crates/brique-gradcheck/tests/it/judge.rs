use brique_core::{Loss, Module, Reduction};
use brique_gradcheck::strategies::{Numbers, matrix, size, sizes};
use brique_gradcheck::{Failure, GradientCheck, Judge, loss_laws};
use brique_tensor::SimdLevel;
use brique_tensor::ndarray::array;
use proptest::prelude::*;

use crate::loss_mistakes;
use crate::module_mistakes;
use crate::toy::Toy;
use crate::toy_loss::ToyLoss;
use crate::toy_losses::{bce, cross_entropy, mse};
use crate::toys::{elementwise, linear, network, normal, relu, sigmoid, softmax, tanh};
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
        assert_eq!(judgement.checks(), 16 * 23);
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
    assert_eq!(judgement.checks(), 64 * 25);
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
    let lines: Vec<&str> = case.lines().collect();
    assert_eq!(lines[0], "Linear");
    assert_eq!(lines[1], "parameter 0, shape (3, 1):");
    assert_eq!(lines[5], "input, shape (1, 2):");
    assert!(
        lines[7].starts_with("delta: standard normal, drawn from the seed "),
        "{case}"
    );
    let message = failure.to_string();
    assert!(
        message.ends_with(&format!("\nsmallest case that fails:\n{case}")),
        "{message}"
    );
    assert!(
        message.contains("\ninput: analytic, shape (1, 2):\n    ["),
        "{message}"
    );
    assert!(
        message.contains("\ninput: numeric, shape (1, 2):\n    ["),
        "{message}"
    );
    assert_eq!(
        format!("{failure:?}"),
        failure.to_string(),
        "an unwrap shows the table"
    );
}

#[test]
fn every_case_is_judged_at_every_simd_level_and_a_failure_names_its_own() {
    let judgement = Judge::new(1).cases(4).modules(always(tanh)).unwrap();
    let levels = SimdLevel::available();
    assert!(judgement.levels().iter().rev().eq(&levels));
    assert_eq!(judgement.checks(), 4 * 23, "a check is counted once");
    assert!(judgement.to_string().contains("at SIMD level "), "{judgement}");

    for wrong in levels {
        let failure = Judge::new(1)
            .cases(4)
            .modules(Just(()).prop_map(move |()| {
                let mut toy = tanh();
                let right = std::sync::Arc::clone(&toy.delta);
                toy.delta = std::sync::Arc::new(move |p, x, delta, d| {
                    right(p, x, delta, d);
                    if SimdLevel::current() == wrong {
                        d.mapv_inplace(|d| -d);
                    }
                });
                let inputs = toy.inputs;
                (toy, inputs)
            }))
            .unwrap_err();
        assert!(
            matches!(&failure, Failure::Judged { level, .. } if *level == wrong),
            "{failure}"
        );
        assert!(
            failure
                .to_string()
                .contains(&format!("\nSIMD level: {wrong}\nsmallest case that fails:\n")),
            "{failure}"
        );
        assert_eq!(SimdLevel::current(), SimdLevel::best());
    }
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
    assert_eq!(judgement.checks(), 64 * 22);
    let failure = Judge::new(1)
        .without("nan_stays_man")
        .modules(modules())
        .unwrap_err();
    assert_eq!(failure.check(), "judge");
    assert!(
        failure
            .to_string()
            .starts_with("nothing was judged: there is no check nan_stays_man to leave out; there are ")
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
            .without("a_gradient_step_lowers_the_loss")
            .modules(almost)
            .is_ok()
    );
}

#[test]
fn reductions_can_be_left_out() {
    let (loss, y, yhat) = mse();
    let make = |reduction| {
        let mut loss = loss.with(reduction);
        if reduction == Reduction::Mean {
            let right = std::sync::Arc::clone(&loss.per_example);
            loss.per_example = std::sync::Arc::new(move |y, yhat, losses| {
                right(y, yhat, losses);
                losses.mapv_inplace(|loss| 2.0 * loss);
            });
        }
        loss
    };
    let pairs = || Just((y.clone(), yhat.clone()));
    // A mean of twice the losses is not the sum of the losses, divided by their number.
    let judge = || Judge::new(1).cases(1).without("examples_add_up");
    assert_eq!(
        judge().losses(make, pairs()).unwrap_err().check(),
        "reductions_agree"
    );
    assert!(judge().without("reductions_agree").losses(make, pairs()).is_ok());
}

#[test]
fn boxes_of_different_modules_are_judged_together() {
    let modules = any::<bool>().prop_map(|is_linear| -> (Box<dyn Module>, usize) {
        if is_linear {
            (Box::new(linear(3, 2)), 3)
        } else {
            (Box::new(tanh()), 3)
        }
    });
    assert!(Judge::new(1).modules(modules).is_ok());
    let wrong = any::<bool>().prop_map(|is_wrong| -> (Box<dyn Module>, usize) {
        let mut toy = linear(3, 2);
        toy.zero_grad_works = !is_wrong;
        (Box::new(toy), 3)
    });
    assert_eq!(
        Judge::new(1).modules(wrong).unwrap_err().check(),
        "zero_grad_forgets"
    );
}

/// A logarithm takes no negative numbers: it is judged on inputs of its own, without the laws that take others.
#[test]
fn a_module_with_a_domain_is_judged_inside_it() {
    let logarithm = || elementwise("Logarithm", f64::ln, |x| 1.0 / x);
    let cases = || size().prop_map(move |rows| (logarithm(), normal((rows, 3), 5).mapv(f64::exp)));
    assert!(
        Judge::new(1)
            .modules(Just(()).prop_map(move |()| (logarithm(), 3)))
            .is_err()
    );
    let judge = Judge::new(1).without("results_depend_on_arguments_only");
    let judgement = judge.modules_at(cases()).unwrap();
    assert!(judgement.entries() > 100, "{judgement}");
}

#[test]
fn gradients_can_be_left_out() {
    let straight_through = always(|| elementwise("Sign", |x| if x < 0.0 { -1.0 } else { 1.0 }, |_| 1.0));
    let judge = Judge::new(1)
        .without("gradient")
        .without("nan_stays_nan")
        .without("a_gradient_step_lowers_the_loss");
    assert_eq!(judge.modules(straight_through).unwrap().entries(), 0);
}

/// A mask of the row's place: right, but no row alone is what it was in the batch.
#[test]
fn a_mask_by_row_keeps_all_laws_but_one() {
    let masked = || {
        let mut toy = tanh();
        toy.forward = std::sync::Arc::new(|_, x, y| {
            y.indexed_iter_mut()
                .for_each(|((row, column), y)| *y = x[[row, column]] * ((row + column) % 2) as f64);
        });
        toy.delta = std::sync::Arc::new(|_, _, delta, d| {
            d.indexed_iter_mut()
                .for_each(|((row, column), d)| *d = delta[[row, column]] * ((row + column) % 2) as f64);
        });
        (toy, 3)
    };
    let modules = || Just(()).prop_map(move |()| masked());
    assert_eq!(
        Judge::new(1).modules(modules()).unwrap_err().check(),
        "a_batch_is_its_rows"
    );
    assert!(
        Judge::new(1)
            .without("a_batch_is_its_rows")
            .modules(modules())
            .is_ok()
    );
}

/// A class as an index.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small whole number"
)]
fn class(y: f64) -> usize {
    y as usize
}

/// −p[y] for a class y: of another shape than its prediction, and blind to the other columns.
#[test]
fn a_loss_of_class_indices_is_judged() {
    let loss = ToyLoss {
        name: "Picked",
        reduction: Reduction::Mean,
        terms: |_| 1,
        fits: std::sync::Arc::new(|y, p| {
            y.ncols() == 1 && y.nrows() == p.nrows() && y.iter().all(|y| *y < p.ncols() as f64)
        }),
        forward: std::sync::Arc::new(|y, p, divisor| {
            y.column(0)
                .iter()
                .enumerate()
                .map(|(row, y)| -p[[row, class(*y)]])
                .sum::<f64>()
                / divisor
        }),
        backward: std::sync::Arc::new(|y, _, divisor, delta| {
            delta.fill(0.0);
            y.column(0)
                .iter()
                .enumerate()
                .for_each(|(row, y)| delta[[row, class(*y)]] = -1.0 / divisor);
        }),
        per_example: std::sync::Arc::new(|y, p, losses| {
            losses
                .iter_mut()
                .enumerate()
                .for_each(|(row, loss)| *loss = -p[[row, class(y[[row, 0]])]]);
        }),
        nothing_has_a_mean: false,
        swaps_means: false,
        divides_by_elements: false,
    };
    let y = array![[0.0], [2.0], [1.0]];
    let judgement = Judge::new(1)
        .cases(1)
        .losses(|r| loss.with(r), Just((y, normal((3, 3), 6))))
        .unwrap();
    assert_eq!(judgement.entries(), 3 * 9);
}

#[test]
fn near_the_smallest_loss_no_step_is_asked_for() {
    let (loss, ..) = bce();
    for distance in [1e-6, 1e-8, 1e-10] {
        let (y, p) = (array![[0.3]], array![[0.3 + distance]]);
        assert!(
            loss_laws::a_gradient_step_lowers_the_loss(&loss, &y, &p).is_ok(),
            "{distance}"
        );
    }
}

#[test]
fn an_infinite_loss_is_no_failure_of_the_sums() {
    let (loss, ..) = bce();
    let (y, p) = (array![[1.0], [0.0]], array![[0.0], [0.5]]);
    for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
        assert!(loss_laws::examples_add_up(&loss.with(reduction), &y, &p).is_ok());
    }
    let boxed = |reduction| -> Box<dyn Loss> { Box::new(loss.with(reduction)) };
    assert!(loss_laws::reductions_agree(&boxed, &y, &p).is_ok());
}
