//! States are taken out, put back, and refused where they do not fit.

use brique_gradcheck::strategies::{Numbers, matrix, sizes};
use brique_optim::{Adagrad, Adam, AdamW, Buffer, Error, Optimizer, RMSprop, SGD, State};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

use crate::bag::Bag;
use crate::laws::optimizers;

/// Two parameters, and a way to go on from them.
fn case<T: Scalar>() -> impl Strategy<Value = Bag<T>> {
    (sizes::<2>(), sizes::<2>()).prop_flat_map(|(first, second)| {
        let [first, second] = [first, second].map(|[rows, columns]| {
            (
                matrix(rows, columns, Numbers::Tame),
                matrix(rows, columns, Numbers::Tame),
            )
        });
        (first, second).prop_map(|(first, second)| Bag::new([first, second]))
    })
}

fn steps<T: Scalar>(optimizer: &mut dyn Optimizer<T>, bag: &mut Bag<T>, count: usize) {
    for _ in 0..count {
        optimizer.step(bag).unwrap();
        let scale = T::from_f64(0.75);
        bag.set_gradients(|place, value| T::from_usize(place) - scale * value);
    }
}

fn check_round_trip<T: Scalar>(bag: &Bag<T>, before: usize, after: usize) {
    let all = || optimizers::<T>(0.1, true).unwrap();
    for (mut whole, (mut first, mut second)) in all().into_iter().zip(all().into_iter().zip(all())) {
        let (mut uninterrupted, mut interrupted) = (bag.clone(), bag.clone());
        steps(&mut *whole, &mut uninterrupted, before + after);
        steps(&mut *first, &mut interrupted, before);
        let saved = first.state().clone();
        second.set_state(saved.clone()).unwrap();
        assert_eq!(second.state(), &saved);
        steps(&mut *second, &mut interrupted, after);
        assert_eq!(interrupted, uninterrupted, "{second:?}");
        assert_eq!(second.state(), whole.state());
    }
}

proptest! {
    #[test]
    fn a_state_that_was_put_back_goes_on_as_if_never_interrupted(
        double in case::<f64>(),
        single in case::<f32>(),
        before in 0..4_usize,
        after in 1..4_usize,
    ) {
        check_round_trip(&double, before, after);
        check_round_trip(&single, before, after);
    }
}

fn bag() -> Bag {
    Bag::new([
        (array![[1.0, 2.0], [3.0, 4.0]], array![[0.5, 1.0], [-1.0, 2.0]]),
        (array![[5.0]], array![[-2.0]]),
    ])
}

#[test]
fn the_state_by_hand() {
    let (mut adam, mut bag) = (Adam::new(0.1).unwrap().betas(0.5, 0.75).unwrap(), bag());
    assert_eq!(adam.state(), &State::default());
    adam.step(&mut bag).unwrap();
    let expected = State {
        steps: 1,
        buffers: vec![
            Buffer {
                name: "exp_avg".to_owned(),
                values: vec![array![[0.25, 0.5], [-0.5, 1.0]], array![[-1.0]]],
            },
            Buffer {
                name: "exp_avg_sq".to_owned(),
                values: vec![array![[0.0625, 0.25], [0.25, 1.0]], array![[1.0]]],
            },
        ],
    };
    assert_eq!(adam.state(), &expected);
}

#[test]
fn buffers_have_the_names_of_the_documentation() {
    let names: Vec<Vec<String>> = optimizers(0.0, false)
        .unwrap()
        .into_iter()
        .map(|mut optimizer| {
            optimizer.step(&mut bag()).unwrap();
            let buffers = optimizer.state().buffers.iter();
            buffers.map(|buffer| buffer.name.clone()).collect()
        })
        .collect();
    let expected: [&[&str]; 7] = [
        &[],
        &["momentum_buffer"],
        &["exp_avg", "exp_avg_sq"],
        &["exp_avg", "exp_avg_sq"],
        &["square_avg"],
        &["square_avg", "momentum_buffer"],
        &["sum"],
    ];
    assert_eq!(names, expected);
}

#[test]
fn with_state_takes_what_set_state_takes() {
    fn stepped<O: Optimizer + Clone + PartialEq>(
        optimizer: Result<O, Error>,
        with_state: fn(O, State) -> Result<O, Error>,
    ) {
        let fresh = optimizer.unwrap();
        let mut stepped = fresh.clone();
        stepped.step(&mut bag()).unwrap();
        assert_ne!(fresh, stepped);
        assert_eq!(
            with_state(fresh.clone(), stepped.state().clone()).unwrap(),
            stepped
        );
        let foreign = State {
            steps: 1,
            buffers: vec![Buffer {
                name: "foreign".to_owned(),
                values: Vec::new(),
            }],
        };
        assert!(with_state(fresh, foreign).is_err());
    }
    stepped(SGD::new(0.1).and_then(|sgd| sgd.momentum(0.5)), SGD::with_state);
    stepped(Adam::new(0.1), Adam::with_state);
    stepped(AdamW::new(0.1), AdamW::with_state);
    stepped(RMSprop::new(0.1), RMSprop::with_state);
    stepped(Adagrad::new(0.1), Adagrad::with_state);
}

/// What a step with another module says; neither the module nor the optimiser has changed.
fn refused(mut other: Bag) -> Vec<String> {
    let refuse = |mut optimizer: Box<dyn Optimizer>| {
        optimizer.step(&mut bag()).unwrap();
        let (state, before) = (optimizer.state().clone(), other.clone());
        let error = optimizer.step(&mut other).unwrap_err();
        assert_eq!((optimizer.state(), &other), (&state, &before));
        error.to_string()
    };
    // The plain SGD remembers no parameters.
    optimizers(0.5, false)
        .unwrap()
        .into_iter()
        .skip(1)
        .map(refuse)
        .collect()
}

#[test]
fn parameters_of_another_shape_are_refused() {
    let mut other = bag();
    other.0[1] = brique_core::Parameter::new(array![[5.0], [6.0]]);
    let names = ["SGD", "Adam", "AdamW", "RMSprop", "RMSprop", "Adagrad"];
    assert_eq!(
        refused(other),
        names.map(|name| format!(
            "{name}, step: parameter 1 of Bag(2) has shape (2, 1), expected (1, 1): \
             that of its state; an optimiser goes with one module"
        ))
    );
}

#[test]
fn of_several_parameters_that_do_not_fit_the_first_is_named() {
    let other = || (array![[5.0, 6.0]], array![[7.0, 8.0]]);
    let message = refused(Bag::new([other(), other()])).swap_remove(0);
    assert!(
        message.contains("parameter 0 of Bag(2) has shape (1, 2), expected (2, 2)"),
        "{message}"
    );
}

#[test]
fn another_number_of_parameters_is_refused() {
    let mut fewer = bag();
    fewer.0.pop();
    let mut more = bag();
    more.0.push(more.0[0].clone());
    for (other, found) in [(fewer, 1), (more, 3)] {
        let messages = refused(other);
        assert_eq!(messages.len(), 6);
        assert_eq!(
            messages[1],
            format!(
                "Adam, step: Bag({found}) has {found} parameters, expected 2: \
                 one for each in the state; an optimiser goes with one module"
            )
        );
    }
}

#[test]
fn plain_descent_takes_any_module() {
    let mut sgd = SGD::new(0.1).unwrap();
    sgd.step(&mut bag()).unwrap();
    sgd.step(&mut Bag::new([(Array2::zeros((3, 4)), Array2::zeros((3, 4)))]))
        .unwrap();
    assert_eq!(sgd.state().steps, 2);
}

#[test]
fn the_state_of_another_optimizer_is_refused_and_the_old_one_stays() {
    let mut adam = Adam::new(0.1).unwrap();
    adam.step(&mut bag()).unwrap();
    let mut sgd = SGD::new(0.1).unwrap().momentum(0.9).unwrap();
    sgd.step(&mut bag()).unwrap();
    let before = sgd.clone();
    assert_eq!(
        sgd.set_state(adam.state().clone()).unwrap_err().to_string(),
        "SGD, set_state: a state after 1 steps has the buffers [\"exp_avg\", \"exp_avg_sq\"], \
         expected [\"momentum_buffer\"]: a state goes with one kind of optimiser and its options"
    );
    assert_eq!(sgd, before);
    sgd.set_state(State::default()).unwrap();
    assert_eq!(sgd, SGD::new(0.1).unwrap().momentum(0.9).unwrap());
}

#[test]
fn options_that_need_another_state_are_refused_at_the_step() {
    let mut sgd = SGD::new(0.1).unwrap();
    sgd.step(&mut bag()).unwrap();
    let (mut sgd, mut module) = (sgd.momentum(0.9).unwrap(), bag());
    assert_eq!(
        sgd.step(&mut module).unwrap_err().to_string(),
        "SGD, step: a state after 1 steps has the buffers [], \
         expected [\"momentum_buffer\"]: a state goes with one kind of optimiser and its options"
    );
    assert_eq!((module, sgd.state().steps), (bag(), 1));
    // As it was, it goes on.
    sgd.momentum(0.0).unwrap().step(&mut bag()).unwrap();
}

#[test]
fn a_state_whose_buffers_do_not_fit_one_another_is_refused() {
    let mut adam = Adam::new(0.1).unwrap();
    adam.step(&mut bag()).unwrap();
    let mut state = adam.state().clone();
    state.buffers[1].values.pop();
    assert_eq!(
        adam.set_state(state).unwrap_err().to_string(),
        "Adam, set_state: the matrices of buffer \"exp_avg_sq\" have the shapes [(2, 2)], \
         expected [(2, 2), (1, 1)]: those of \"exp_avg\", one matrix a parameter"
    );
    assert_eq!(adam.state().steps, 1);
}

#[test]
fn steps_do_not_run_over() {
    let mut adagrad = Adagrad::new(0.1).unwrap().lr_decay(0.5).unwrap();
    adagrad.step(&mut bag()).unwrap();
    let mut state = adagrad.state().clone();
    state.steps = u64::MAX;
    let mut adagrad = adagrad.with_state(state).unwrap();
    adagrad.step(&mut bag()).unwrap();
    assert_eq!(adagrad.state().steps, u64::MAX);
}
