//! What every optimiser keeps, whatever the numbers.

use brique_core::Module;
use brique_gradcheck::strategies::{Numbers, matrix, sizes};
use brique_optim::{Adagrad, Adam, AdamW, Error, Optimizer, RMSprop, SGD};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

use crate::bag::Bag;

/// One of each with this weight decay, with a momentum where there is one to have.
pub fn optimizers<T: Scalar>(decay: f64, weights_only: bool) -> Result<Vec<Box<dyn Optimizer<T>>>, Error> {
    let plain = SGD::new(0.1)?.weight_decay(decay)?;
    let sgd = SGD::new(0.1)?.nesterov(0.9)?.weight_decay(decay)?;
    let adam = Adam::new(0.1)?.weight_decay(decay)?;
    let adam_w = AdamW::new(0.1)?.weight_decay(decay)?;
    let rmsprop = RMSprop::new(0.1)?.weight_decay(decay)?;
    let with_momentum = RMSprop::new(0.1)?.momentum(0.9)?.weight_decay(decay)?;
    let adagrad = Adagrad::new(0.1)?.weight_decay(decay)?;
    Ok(if weights_only {
        vec![
            Box::new(plain.decay_weights_only()),
            Box::new(sgd.decay_weights_only()),
            Box::new(adam.decay_weights_only()),
            Box::new(adam_w.decay_weights_only()),
            Box::new(rmsprop.decay_weights_only()),
            Box::new(with_momentum.decay_weights_only()),
            Box::new(adagrad.decay_weights_only()),
        ]
    } else {
        vec![
            Box::new(plain),
            Box::new(sgd),
            Box::new(adam),
            Box::new(adam_w),
            Box::new(rmsprop),
            Box::new(with_momentum),
            Box::new(adagrad),
        ]
    })
}

fn bag<T: Scalar>(numbers: Numbers) -> impl Strategy<Value = Bag<T>> {
    let parameter = sizes::<2>().prop_flat_map(move |[rows, columns]| {
        (matrix(rows, columns, numbers), matrix(rows, columns, numbers))
    });
    proptest::collection::vec(parameter, 0..4).prop_map(Bag::new)
}

/// NaNs are one value: which of them an operation gives is up to the processor.
fn bits<T: Scalar>(values: &[T]) -> Vec<u64> {
    let bits = |value: &T| if value.is_nan() { f64::NAN } else { value.as_f64() }.to_bits();
    values.iter().map(bits).collect()
}

fn check_nothing_moves<T: Scalar>(bag: &Bag<T>) {
    for mut optimizer in optimizers::<T>(0.0, false).unwrap() {
        let mut after = bag.clone();
        after.zero_grad();
        for _ in 0..3 {
            optimizer.step(&mut after).unwrap();
        }
        assert_eq!(bits(&after.values()), bits(&bag.values()), "{optimizer:?}");
    }
}

fn check_biases_stay<T: Scalar>(bag: &Bag<T>) {
    for mut optimizer in optimizers::<T>(0.5, true).unwrap() {
        let mut after = bag.clone();
        after.zero_grad();
        optimizer.step(&mut after).unwrap();
        for (before, after) in bag.0.iter().zip(&after.0) {
            for ((row, column), value) in after.value().indexed_iter() {
                let before = before.value()[[row, column]];
                if row < after.weight_rows() && before != T::zero() {
                    assert!(value.abs() < before.abs(), "{optimizer:?}: {before} to {value}");
                } else {
                    assert_eq!(*value, before, "{optimizer:?}");
                }
            }
        }
    }
}

/// Whole numbers from 1 to 9, either sign or 0: larger than any step here.
fn whole() -> impl Strategy<Value = Bag> {
    bag(Numbers::Whole)
}

proptest! {
    #[test]
    fn without_a_gradient_and_a_decay_nothing_moves(
        special in bag::<f64>(Numbers::Special),
        tiny in bag::<f32>(Numbers::Tiny),
    ) {
        check_nothing_moves(&special);
        check_nothing_moves(&tiny);
    }

    #[test]
    fn a_decay_of_weights_shrinks_them_and_leaves_biases(bag in whole()) {
        check_biases_stay(&bag);
    }

    #[test]
    fn a_learning_rate_of_zero_moves_nothing(bag in bag::<f64>(Numbers::Tame)) {
        for mut optimizer in optimizers(0.5, false).unwrap() {
            optimizer.set_learning_rate(0.0).unwrap();
            let mut after = bag.clone();
            optimizer.step(&mut after).unwrap();
            prop_assert_eq!(after.values(), bag.values());
            prop_assert_eq!(after.gradients(), bag.gradients());
        }
    }

    #[test]
    fn every_number_is_on_its_own(bag in bag::<f64>(Numbers::Special)) {
        // Each number as the only one of a module goes the same way, to the bit.
        for (mut whole, place) in optimizers(0.5, false).unwrap().into_iter().zip(0..) {
            let mut after = bag.clone();
            for _ in 0..3 {
                whole.step(&mut after).unwrap();
            }
            let alone = bag.values().into_iter().zip(bag.gradients()).map(|(value, gradient)| {
                let mut optimizer = optimizers(0.5, false).unwrap().swap_remove(place);
                let mut bag = Bag::new([(array![[value]], array![[gradient]])]);
                for _ in 0..3 {
                    optimizer.step(&mut bag).unwrap();
                }
                bag.values()[0]
            });
            prop_assert_eq!(bits(&after.values()), bits(&alone.collect::<Vec<_>>()), "{:?}", whole);
        }
    }
}

#[test]
fn a_gradient_that_is_not_finite_makes_its_parameter_so_and_no_other() {
    for found in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for mut optimizer in optimizers(0.0, false).unwrap() {
            let mut bag = Bag::new([(array![[1.0, 2.0], [3.0, 4.0]], array![[0.5, found], [-0.5, 0.5]])]);
            optimizer.step(&mut bag).unwrap();
            let finite: Vec<bool> = bag.values().into_iter().map(f64::is_finite).collect();
            assert_eq!(finite, [true, false, true, true], "{optimizer:?}");
            bag.zero_grad();
            optimizer.step(&mut bag).unwrap();
            assert!(!bag.values()[1].is_finite(), "{optimizer:?}");
        }
    }
}

#[test]
fn gradients_stay_until_they_are_zeroed() {
    for mut optimizer in optimizers(0.5, false).unwrap() {
        let mut bag = Bag::new([(array![[1.0], [2.0]], array![[0.5], [-3.0]])]);
        optimizer.step(&mut bag).unwrap();
        assert_eq!(bag.gradients(), [0.5, -3.0]);
    }
}

#[test]
fn modules_without_parameters_or_numbers_take_steps() {
    for mut optimizer in optimizers::<f64>(0.5, true).unwrap() {
        for steps in 1..3 {
            optimizer.step(&mut Bag(Vec::new())).unwrap();
            assert_eq!(optimizer.state().steps, steps);
        }
    }
    for mut optimizer in optimizers::<f64>(0.5, true).unwrap() {
        let empty = |rows, columns| (Array2::zeros((rows, columns)), Array2::zeros((rows, columns)));
        let mut bag = Bag::new([empty(0, 3), empty(2, 0), empty(0, 0)]);
        optimizer.step(&mut bag).unwrap();
        optimizer.step(&mut bag).unwrap();
    }
}
