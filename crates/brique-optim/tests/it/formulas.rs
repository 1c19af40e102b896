//! Every optimiser, with options of no default value, against a plain transcription of its formula.

use brique_gradcheck::strategies::{Numbers, matrix, sizes};
use brique_optim::{Adagrad, Adam, AdamW, Error, Optimizer, RMSprop, SGD};
use brique_tensor::Scalar;
use brique_tensor::ndarray::array;
use proptest::prelude::*;

use crate::bag::Bag;

const STEPS: usize = 6;

/// The next value of a parameter, of its two buffers, its value, its gradient and the step, from 1.
type Formula = fn(&mut [f64; 2], f64, f64, i32) -> f64;

fn sgd(_: &mut [f64; 2], p: f64, g: f64, _: i32) -> f64 {
    p - 0.3 * (g + 0.1 * p)
}

fn momentum([v, _]: &mut [f64; 2], p: f64, g: f64, t: i32) -> f64 {
    *v = if t == 1 { g } else { 0.8 * *v + g };
    p - 0.3 * *v
}

fn nesterov([v, _]: &mut [f64; 2], p: f64, g: f64, t: i32) -> f64 {
    let g = g + 0.1 * p;
    *v = if t == 1 { g } else { 0.8 * *v + g };
    p - 0.3 * (g + 0.8 * *v)
}

fn adam([m, v]: &mut [f64; 2], p: f64, g: f64, t: i32) -> f64 {
    let g = g + 0.1 * p;
    adam_w_without_decay([m, v], p, g, t)
}

fn adam_w([m, v]: &mut [f64; 2], p: f64, g: f64, t: i32) -> f64 {
    adam_w_without_decay([m, v], p * (1.0 - 0.3 * 0.1), g, t)
}

fn adam_w_without_decay([m, v]: [&mut f64; 2], p: f64, g: f64, t: i32) -> f64 {
    *m = 0.7 * *m + (1.0 - 0.7) * g;
    *v = 0.95 * *v + (1.0 - 0.95) * g * g;
    let (first, second) = (1.0 - 0.7_f64.powi(t), 1.0 - 0.95_f64.powi(t));
    p - 0.3 / first * *m / (v.sqrt() / second.sqrt() + 1e-3)
}

fn rmsprop([v, _]: &mut [f64; 2], p: f64, g: f64, _: i32) -> f64 {
    let g = g + 0.1 * p;
    *v = 0.9 * *v + (1.0 - 0.9) * g * g;
    p - 0.3 * g / (v.sqrt() + 1e-3)
}

fn rmsprop_momentum([v, b]: &mut [f64; 2], p: f64, g: f64, _: i32) -> f64 {
    let g = g + 0.1 * p;
    *v = 0.9 * *v + (1.0 - 0.9) * g * g;
    *b = 0.8 * *b + g / (v.sqrt() + 1e-3);
    p - 0.3 * *b
}

fn adagrad([s, _]: &mut [f64; 2], p: f64, g: f64, t: i32) -> f64 {
    let g = g + 0.1 * p;
    *s += g * g;
    p - 0.3 / (1.0 + f64::from(t - 1) * 0.2) * g / (s.sqrt() + 1e-3)
}

type Pair<T> = (Box<dyn Optimizer<T>>, Formula);

fn optimizers<T: Scalar>() -> Result<Vec<Pair<T>>, Error> {
    Ok(vec![
        (Box::new(SGD::new(0.3)?.weight_decay(0.1)?), sgd),
        (Box::new(SGD::new(0.3)?.momentum(0.8)?), momentum),
        (
            Box::new(SGD::new(0.3)?.nesterov(0.8)?.weight_decay(0.1)?),
            nesterov,
        ),
        (
            Box::new(Adam::new(0.3)?.betas(0.7, 0.95)?.eps(1e-3)?.weight_decay(0.1)?),
            adam,
        ),
        (
            Box::new(AdamW::new(0.3)?.betas(0.7, 0.95)?.eps(1e-3)?.weight_decay(0.1)?),
            adam_w,
        ),
        (
            Box::new(RMSprop::new(0.3)?.alpha(0.9)?.eps(1e-3)?.weight_decay(0.1)?),
            rmsprop,
        ),
        (
            Box::new(
                RMSprop::new(0.3)?
                    .alpha(0.9)?
                    .eps(1e-3)?
                    .weight_decay(0.1)?
                    .momentum(0.8)?,
            ),
            rmsprop_momentum,
        ),
        (
            Box::new(Adagrad::new(0.3)?.lr_decay(0.2)?.eps(1e-3)?.weight_decay(0.1)?),
            adagrad,
        ),
    ])
}

/// Two parameters, and gradients for both at every step.
fn case<T: Scalar>() -> impl Strategy<Value = Vec<Bag<T>>> {
    (sizes::<2>(), sizes::<2>()).prop_flat_map(|shapes| {
        let bag = move || {
            let [a, b] = [shapes.0, shapes.1].map(|[rows, columns]| {
                (
                    matrix(rows, columns, Numbers::Tame),
                    matrix(rows, columns, Numbers::Tame),
                )
            });
            (a, b).prop_map(|(a, b)| Bag::new([a, b]))
        };
        proptest::collection::vec(bag(), STEPS)
    })
}

fn check<T: Scalar>(bags: &[Bag<T>], tolerance: f64) {
    for (mut optimizer, formula) in optimizers::<T>().unwrap() {
        let mut found = bags[0].clone();
        let mut expected: Vec<f64> = found.values().into_iter().map(T::as_f64).collect();
        let mut buffers = vec![[0.0; 2]; expected.len()];
        for (t, bag) in (1..).zip(bags) {
            let gradients = bag.gradients();
            found.set_gradients(|place, _| gradients[place]);
            optimizer.step(&mut found).unwrap();
            for ((p, g), buffers) in expected.iter_mut().zip(gradients).zip(&mut buffers) {
                *p = formula(buffers, *p, g.as_f64(), t);
            }
        }
        for (found, expected) in found.values().into_iter().zip(expected) {
            assert!(
                (found.as_f64() - expected).abs() <= tolerance * expected.abs().max(1.0),
                "{optimizer:?}: {found}, expected {expected}"
            );
        }
    }
}

proptest! {
    #[test]
    fn optimizers_follow_their_formulas(bags in case::<f64>()) {
        check(&bags, 1e-12);
    }

    #[test]
    fn optimizers_follow_their_formulas_in_f32(bags in case::<f32>()) {
        check(&bags, 1e-3);
    }
}

#[test]
fn two_steps_of_each_by_hand() {
    // With a gradient of 2 and then of 4, and numbers that are exact.
    let after_two_steps = |optimizer: &mut dyn Optimizer| {
        let mut bag = Bag::new([(array![[1.0]], array![[2.0]])]);
        optimizer.step(&mut bag).unwrap();
        bag.set_gradients(|_, _| 4.0);
        optimizer.step(&mut bag).unwrap();
        bag.values()[0]
    };
    let sgd = || SGD::new(0.5).unwrap();
    assert_eq!(after_two_steps(&mut sgd()), 1.0 - 0.5 * 2.0 - 0.5 * 4.0);
    // v = 2, then 0.5·2 + 4 = 5.
    assert_eq!(
        after_two_steps(&mut sgd().momentum(0.5).unwrap()),
        1.0 - 1.0 - 2.5
    );
    // 2 + 0.5·2 = 3, then 4 + 0.5·5 = 6.5.
    assert_eq!(
        after_two_steps(&mut sgd().nesterov(0.5).unwrap()),
        1.0 - 1.5 - 3.25
    );
    // 2 + 1 = 3, down to −0.5; then 4 − 0.5 = 3.5.
    assert_eq!(
        after_two_steps(&mut sgd().weight_decay(1.0).unwrap()),
        -0.5 - 1.75
    );

    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
    // s = 4, then 20.
    let mut adagrad = Adagrad::new(1.0).unwrap();
    near(after_two_steps(&mut adagrad), 1.0 - 1.0 - 4.0 / 20.0_f64.sqrt());
    // v = 0.5·4 = 2, then 1 + 8 = 9.
    let mut rmsprop = RMSprop::new(1.0).unwrap().alpha(0.5).unwrap();
    near(after_two_steps(&mut rmsprop), 1.0 - 2.0_f64.sqrt() - 4.0 / 3.0);
    // m = 1, then 2.5, over 3/4; v = 2, then 9, over 3/4.
    let mut adam = Adam::new(1.0).unwrap().betas(0.5, 0.5).unwrap();
    near(
        after_two_steps(&mut adam),
        1.0 - 1.0 - (2.5 / 0.75) / 12.0_f64.sqrt(),
    );
    // The same, and the value halved before each step.
    let mut adam_w = AdamW::new(1.0)
        .and_then(|adam_w| adam_w.betas(0.5, 0.5)?.weight_decay(0.5))
        .unwrap();
    near(
        after_two_steps(&mut adam_w),
        (0.5 - 1.0) / 2.0 - (2.5 / 0.75) / 12.0_f64.sqrt(),
    );
}

#[test]
fn the_bias_correction_keeps_its_digits_where_beta_is_near_one() {
    // Of a gradient that stays the same, the corrected means are the gradient and its square: each step is lr.
    let adam = Adam::new(0.25).and_then(|adam| adam.betas(0.9, 1.0 - 1e-9)?.eps(1e-300));
    let (mut adam, mut bag) = (adam.unwrap(), Bag::new([(array![[0.0]], array![[-3.0]])]));
    for t in 1..=10 {
        adam.step(&mut bag).unwrap();
        let expected = 0.25 * f64::from(t);
        let found = bag.values()[0];
        assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
    }
}
