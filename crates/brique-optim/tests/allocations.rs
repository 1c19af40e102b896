//! Steps allocate nothing once the state is made. A binary of its own: counting takes the global allocator.
#![allow(missing_docs, reason = "tests are read, not published")]

#[expect(dead_code, reason = "the other tests look into the bag")]
#[path = "it/bag.rs"]
mod bag;

use allocation_counter::measure;
use bag::Bag;
use brique_optim::{
    Adagrad, Adam, AdamW, Error, Optimizer, RMSprop, ReduceOnPlateau, SGD, Schedule, clip_norm, clip_value,
};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

fn bag<T: Scalar>() -> Bag<T> {
    let parameter = |rows, columns| (Array2::ones((rows, columns)), Array2::ones((rows, columns)));
    Bag::new([
        parameter(33, 17),
        parameter(1, 1),
        parameter(0, 4),
        parameter(8, 64),
    ])
}

fn optimizers<T: Scalar>() -> Result<Vec<Box<dyn Optimizer<T>>>, Error> {
    Ok(vec![
        Box::new(SGD::new(0.1)?.weight_decay(0.1)?),
        Box::new(SGD::new(0.1)?.momentum(0.9)?),
        Box::new(
            SGD::new(0.1)?
                .nesterov(0.9)?
                .weight_decay(0.1)?
                .decay_weights_only(),
        ),
        Box::new(Adam::new(0.1)?.weight_decay(0.1)?),
        Box::new(AdamW::new(0.1)?.decay_weights_only()),
        Box::new(RMSprop::new(0.1)?),
        Box::new(RMSprop::new(0.1)?.momentum(0.9)?),
        Box::new(Adagrad::new(0.1)?),
    ])
}

fn check<T: Scalar>() -> Result<(), Error> {
    let schedule = Schedule::warm_up(3, Schedule::one_cycle());
    let mut plateau = ReduceOnPlateau::new();
    for mut optimizer in optimizers::<T>()? {
        let mut bag = bag::<T>();
        let mut result = Ok(());
        let first = measure(|| result = optimizer.step(&mut bag));
        result?;
        // Names, lists and one matrix for each of three parameters that hold a number.
        let buffers = optimizer.state().buffers.len() as u64;
        assert!(first.count_total >= 4 * buffers, "{first:?}");

        let mut step = |step| {
            clip_norm(&mut bag, 5.0)?;
            clip_value(&mut bag, 0.5)?;
            optimizer.set_learning_rate(schedule.factor(step, 10) * plateau.observe(1.0))?;
            optimizer.step(&mut bag)
        };
        let mut results = [const { Ok(()) }; 5];
        let later = measure(|| (0..).zip(&mut results).for_each(|(t, result)| *result = step(t)));
        results.into_iter().collect::<Result<(), Error>>()?;
        assert_eq!(later.count_total, 0, "{optimizer:?}");
    }
    Ok(())
}

#[test]
fn the_first_step_makes_the_state_and_later_steps_allocate_nothing() -> Result<(), Error> {
    check::<f64>()?;
    check::<f32>()
}
