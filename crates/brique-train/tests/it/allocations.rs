use brique_core::Loss;
use brique_core::Module;
use brique_layers::{Concat, Dropout, Init, LayerNorm, Linear, Residual, Sequential, Softmax, Tanh};
use brique_losses::{BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, MSELoss};
use brique_optim::{Adagrad, Adam, AdamW, Optimizer, RMSprop, SGD};
use brique_random::portable;
use brique_tensor::ndarray::{Array1, Array2, Axis, Slice};
use brique_tensor::{Matrix, Scalar};
use brique_train::Stepper;

use crate::networks::{network, normal};

fn optimizers<T: Scalar>() -> Vec<Box<dyn Optimizer<T>>> {
    vec![
        Box::new(SGD::new(0.01).unwrap()),
        Box::new(
            SGD::new(0.01)
                .unwrap()
                .momentum(0.9)
                .unwrap()
                .weight_decay(1e-3)
                .unwrap(),
        ),
        Box::new(SGD::new(0.01).unwrap().nesterov(0.9).unwrap()),
        Box::new(Adam::new(0.01).unwrap()),
        Box::new(AdamW::new(0.01).unwrap().decay_weights_only()),
        Box::new(RMSprop::new(0.01).unwrap()),
        Box::new(Adagrad::new(0.01).unwrap()),
    ]
}

/// Counts what warm steps on batches of 40 and of 17 rows allocate: all of it, the product's buffers included.
fn check_steps_allocate_nothing<T: Scalar>(loss: &dyn Loss<T>, targets: &Array2<T>) {
    let x: Array2<T> = normal((40, 3), 1);
    let first_rows = Slice::from(0..17);
    let (short_x, short_y) = (
        x.slice_axis(Axis(0), first_rows),
        targets.slice_axis(Axis(0), first_rows),
    );
    for mut optimizer in optimizers::<T>() {
        let mut network = network::<T>(2);
        let mut stepper = Stepper::with_clip_norm(5.0);
        let mut step =
            |x: &Matrix<T>, y: &Matrix<T>| stepper.step(&mut network, loss, &mut *optimizer, x, y).unwrap();
        step(&x, targets);
        let counted = allocation_counter::measure(|| {
            for _ in 0..10 {
                step(&short_x, &short_y);
                step(&x, targets);
            }
        });
        assert_eq!(counted.count_total, 0, "{optimizer:?} with {loss} in {}", T::NAME);
    }
}

fn check_every_loss<T: Scalar>() {
    let numbers: Array2<T> = normal((40, 2), 3);
    let zero_one = numbers.mapv(|y| if y > T::zero() { T::one() } else { T::zero() });
    let classes = Array2::from_shape_fn((40, 1), |(row, _)| T::from_usize(row % 2));
    check_steps_allocate_nothing(&MSELoss::new(), &numbers);
    check_steps_allocate_nothing(&HuberLoss::new(), &numbers);
    check_steps_allocate_nothing(&BCEWithLogitsLoss::new(), &zero_one);
    check_steps_allocate_nothing(&CrossEntropyLoss::new(), &classes);
    check_weighted_steps_allocate_nothing(&CrossEntropyLoss::new(), &classes);
}

fn check_weighted_steps_allocate_nothing<T: Scalar>(loss: &dyn Loss<T>, targets: &Array2<T>) {
    let (x, mut network): (Array2<T>, _) = (normal((40, 3), 1), network::<T>(2));
    let weights = Array1::from_shape_fn(40, |example| T::from_usize(example % 3));
    let (mut stepper, mut descent) = (Stepper::default(), SGD::new(0.01).unwrap());
    let mut step = || stepper.step_weighted(&mut network, loss, &mut descent, &x, targets, &weights);
    step().unwrap();
    let counted = allocation_counter::measure(|| {
        for _ in 0..10 {
            step().unwrap();
        }
    });
    assert_eq!(counted.count_total, 0, "in {}", T::NAME);
}

#[test]
fn a_warm_step_allocates_nothing_with_any_optimiser_and_loss() {
    check_every_loss::<f64>();
    check_every_loss::<f32>();
}

/// A chain, a residual block, branches, and all of them in one another.
fn composites<T: Scalar>() -> Vec<Box<dyn Module<T>>> {
    let linear =
        |inputs, outputs| Linear::<T>::new(inputs, outputs, Init::XavierUniform, &mut portable(1)).unwrap();
    let block = || {
        let block = Sequential::new(3).then(linear(3, 4)).unwrap().then(Tanh).unwrap();
        let block = block.then(LayerNorm::new(4).unwrap()).unwrap();
        block.then(linear(4, 3)).unwrap()
    };
    let residual = || Residual::new(3, block()).unwrap();
    let concat = || {
        let concat = Concat::new(3).branch(residual()).unwrap().branch(Tanh).unwrap();
        concat.branch(Dropout::new(0.1, 1).unwrap()).unwrap()
    };
    let chain = Sequential::new(3)
        .then(concat())
        .unwrap()
        .then(linear(9, 3))
        .unwrap();
    let nested = Sequential::new(3)
        .then(Residual::new(3, chain).unwrap())
        .unwrap()
        .then(Box::new(block()) as Box<dyn Module<T>>)
        .unwrap();
    vec![
        Box::new(residual()),
        Box::new(concat()),
        Box::new(nested.then(Softmax).unwrap()),
    ]
}

#[test]
fn a_warm_step_of_a_composite_allocates_nothing_with_any_optimiser() {
    fn check<T: Scalar>() {
        let x: Array2<T> = normal((40, 3), 1);
        let short_x = x.slice_axis(Axis(0), Slice::from(0..17));
        for mut network in composites::<T>() {
            let y = network.forward(&x).unwrap();
            let short_y = y.slice_axis(Axis(0), Slice::from(0..17));
            for mut optimizer in optimizers::<T>() {
                let mut stepper = Stepper::with_clip_norm(5.0);
                let loss = MSELoss::new();
                let mut step = |x: &Matrix<T>, y: &Matrix<T>| {
                    stepper.step(&mut *network, &loss, &mut *optimizer, x, y).unwrap()
                };
                step(&x, &y);
                let counted = allocation_counter::measure(|| {
                    for _ in 0..5 {
                        step(&short_x, &short_y);
                        step(&x, &y);
                    }
                });
                assert_eq!(counted.count_total, 0, "{optimizer:?} in {}", T::NAME);
            }
        }
    }
    check::<f64>();
    check::<f32>();
}

/// That the counter counts at all.
#[test]
fn a_cold_step_allocates() {
    let (x, y) = (normal::<f64>((40, 3), 1), normal((40, 2), 3));
    let counted = allocation_counter::measure(|| {
        let mut stepper = Stepper::default();
        stepper
            .step(
                &mut network(2),
                &MSELoss::new(),
                &mut SGD::new(0.01).unwrap(),
                &x,
                &y,
            )
            .unwrap();
    });
    assert!(counted.count_total > 10);
}
