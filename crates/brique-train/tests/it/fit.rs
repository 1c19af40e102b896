use std::ops::ControlFlow;

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_losses::{MSELoss, Reduction};
use brique_optim::{Adam, Optimizer, ReduceOnPlateau, SGD, Schedule};
use brique_tensor::ndarray::{Array2, array};
use brique_train::{Fit, History, Metric, Stepper, Stopped, metrics};
use proptest::prelude::*;

use crate::networks::{data, line, network, normal, parameters};

fn run(fit: Fit<'_>, data: &Dataset) -> (History, Vec<Array2<f64>>) {
    let mut network = network(1);
    let history = fit
        .run(&mut network, &MSELoss::new(), &mut SGD::new(0.05).unwrap(), data)
        .unwrap();
    (history, parameters(&network))
}

/// By hand, with a stepper: batches in order, the last as short as what is left.
#[test]
fn a_fit_is_its_steps() {
    let data = data::<f64>(23, 3);
    let mut by_hand = network(1);
    let (mut stepper, mut descent) = (Stepper::default(), SGD::new(0.05).unwrap());
    let mut losses = Vec::new();
    for _ in 0..3 {
        let mut total = 0.0;
        for (x, y) in data.batches(10).unwrap() {
            let loss = stepper
                .step(&mut by_hand, &MSELoss::new(), &mut descent, &x, &y)
                .unwrap();
            total += loss * x.nrows() as f64;
        }
        losses.push(total / 23.0);
    }
    let (history, found) = run(Fit::new(3, 10), &data);
    assert_eq!(found, parameters(&by_hand));
    assert_eq!(history.losses().collect::<Vec<_>>(), losses);
    assert_eq!(history.stopped(), Stopped::Completed);
    let epochs: Vec<_> = history
        .epochs()
        .iter()
        .map(|epoch| (epoch.number, epoch.learning_rate, epoch.validation_loss))
        .collect();
    assert_eq!(epochs, [(0, 0.05, None), (1, 0.05, None), (2, 0.05, None)]);
}

#[test]
fn a_sum_is_added_up_over_the_epoch() {
    let data = data::<f64>(23, 3);
    let mut network = network(1);
    let loss = MSELoss::new().with_reduction(Reduction::Sum);
    let mut at_rest = SGD::new(0.0).unwrap();
    let history = Fit::new(1, 10)
        .run(&mut network, &loss, &mut at_rest, &data)
        .unwrap();
    let all = Loss::forward(&loss, data.targets(), &network.forward(data.inputs()).unwrap()).unwrap();
    assert!((history.epochs()[0].loss - all).abs() < 1e-12 * all);
}

#[test]
fn the_order_is_a_function_of_seed_and_epoch() {
    let data = data::<f64>(23, 3);
    assert_eq!(
        run(Fit::new(3, 10).shuffle(5), &data).1,
        run(Fit::new(3, 10).shuffle(5), &data).1
    );
    assert_ne!(
        run(Fit::new(3, 10).shuffle(5), &data).1,
        run(Fit::new(3, 10).shuffle(6), &data).1
    );
    assert_ne!(
        run(Fit::new(3, 10).shuffle(5), &data).1,
        run(Fit::new(3, 10), &data).1
    );
}

proptest! {
    /// A network that adds up what it sees cannot tell in which order; but every example has to come once an epoch.
    #[test]
    fn every_example_comes_once_an_epoch(examples in 1..40_usize, batch in 1..50_usize, seed: u64) {
        let x = Array2::from_shape_fn((examples, 1), |(row, _)| (row * row) as f64);
        let data = Dataset::new(x.clone(), Array2::zeros((examples, 1))).unwrap();
        let mut network = line(1.0, 0.0);
        let loss = MSELoss::new().with_reduction(Reduction::Sum);
        let mut at_rest = SGD::new(0.0).unwrap();
        let history = Fit::new(2, batch).shuffle(seed).run(&mut network, &loss, &mut at_rest, &data).unwrap();
        let expected = x.mapv(|x| x * x).sum();
        for loss in history.losses() {
            prop_assert!((loss - expected).abs() <= 1e-12 * expected);
        }
    }
}

#[test]
fn validation_is_measured_and_never_trained_on() {
    let (train, validation) = (data(23, 3), data(11, 8));
    let r2 = || Metric::new("R²", metrics::r2);
    let (history, found) = run(Fit::new(4, 10).validate(&validation).metric(r2()), &train);
    assert_eq!(
        found,
        run(Fit::new(4, 10), &train).1,
        "the validation set has changed the parameters"
    );
    let mut last = network(1);
    last.visit_parameters_mut(&mut {
        let mut values = found.iter();
        move |parameter| parameter.value_mut().assign(values.next().unwrap())
    });
    let yhat = last.predict(validation.inputs()).unwrap();
    let loss = Loss::forward(&MSELoss::new(), validation.targets(), &yhat).unwrap();
    let epoch = history.epochs().last().unwrap();
    assert!((epoch.validation_loss.unwrap() - loss).abs() < 1e-14);
    assert_eq!(
        epoch.metric("R²"),
        Some(metrics::r2(validation.targets(), &yhat).unwrap())
    );
    assert_eq!(epoch.metric("accuracy"), None);
    assert_eq!(epoch.watched_loss(), epoch.validation_loss.unwrap());
}

#[test]
fn without_a_validation_set_metrics_are_those_of_the_training_set() {
    let train = data(23, 3);
    let (history, _) = run(
        Fit::new(1, 23).metric(Metric::new("MAE", metrics::mean_absolute_error)),
        &train,
    );
    let epoch = &history.epochs()[0];
    assert!(epoch.metric("MAE").is_some() && epoch.validation_loss.is_none());
    assert_eq!(epoch.watched_loss(), epoch.loss);
}

/// Validation targets that move away from what the network learns: the best epoch is the first.
#[test]
fn an_early_stop_gives_the_best_parameters_back() {
    let train = Dataset::new(array![[1.0]], array![[10.0]]).unwrap();
    let validation = Dataset::new(array![[1.0]], array![[2.5]]).unwrap();
    let mut network = line(0.0, 0.0);
    let mut losses = Vec::new();
    let history = Fit::new(100, 1)
        .validate(&validation)
        .stop_early(3)
        .on_epoch(|epoch, _| losses.push(epoch.validation_loss.unwrap()))
        .run(
            &mut network,
            &MSELoss::new(),
            &mut SGD::new(0.05).unwrap(),
            &train,
        )
        .unwrap();
    assert_eq!(history.stopped(), Stopped::Early);
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let place = losses.iter().position(|loss| *loss == best).unwrap();
    assert_eq!(history.best().unwrap().number, place);
    assert_eq!(history.epochs().len(), place + 1 + 3);
    let value = network.predict(&array![[1.0]]).unwrap()[[0, 0]];
    assert_eq!((value - 2.5).powi(2), best);
}

#[test]
fn the_best_parameters_come_back_even_where_nothing_stops() {
    let train = Dataset::new(array![[1.0]], array![[10.0]]).unwrap();
    let validation = Dataset::new(array![[1.0]], array![[2.0]]).unwrap();
    let mut network = line(0.0, 0.0);
    let fit = Fit::new(4, 1).validate(&validation).stop_early(100);
    let history = fit
        .run(
            &mut network,
            &MSELoss::new(),
            &mut SGD::new(0.05).unwrap(),
            &train,
        )
        .unwrap();
    assert_eq!(history.stopped(), Stopped::Completed);
    assert_eq!(history.best().unwrap().number, 0);
    assert_eq!(network.predict(&array![[1.0]]).unwrap(), array![[2.0]]);
}

#[test]
fn a_callback_sees_every_epoch_and_can_stop() {
    let data = data::<f64>(23, 3);
    let mut seen = Vec::new();
    let mut others = 0;
    let (history, _) = run(
        Fit::new(10, 10)
            .on_epoch(|epoch, _| {
                seen.push(epoch.number);
                if epoch.number == 2 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
            .on_epoch(|_, _| others += 1),
        &data,
    );
    assert_eq!(history.stopped(), Stopped::ByCallback);
    assert_eq!((seen, others, history.epochs().len()), (vec![0, 1, 2], 3, 3));
}

#[test]
fn two_callbacks_may_stop_after_the_same_epoch() {
    let fit = Fit::new(10, 10)
        .on_epoch(|_, _| ControlFlow::Break(()))
        .on_epoch(|_, _| ControlFlow::Break(()));
    let (history, _) = run(fit, &data(20, 3));
    assert_eq!(
        (history.stopped(), history.epochs().len()),
        (Stopped::ByCallback, 1)
    );
}

#[test]
fn a_schedule_is_asked_for_every_step() {
    let data = data::<f64>(20, 3);
    let mut network = network(1);
    let mut descent = SGD::new(0.8).unwrap();
    let schedule = Schedule::step(2, 0.5).unwrap();
    let history = Fit::new(3, 10)
        .schedule_by_step(schedule)
        .run(&mut network, &MSELoss::new(), &mut descent, &data)
        .unwrap();
    let rates: Vec<f64> = history.epochs().iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(rates, [0.8, 0.4, 0.2], "two steps an epoch, the last of each");
    assert_eq!(
        Optimizer::<f64>::learning_rate(&descent),
        0.8,
        "the optimiser keeps its own rate"
    );
}

#[test]
fn a_plateau_lowers_the_rate() {
    let data = data::<f64>(20, 3);
    let mut network = network(1);
    let mut at_rest = SGD::new(0.0).unwrap();
    let plateau = ReduceOnPlateau::new().factor(0.5).unwrap().patience(1);
    let history = Fit::new(2, 10)
        .reduce_on_plateau(plateau.clone())
        .run(&mut network, &MSELoss::new(), &mut at_rest, &data)
        .unwrap();
    assert_eq!(history.epochs()[1].learning_rate, 0.0);

    // A step that is too small to lower the loss by a ten-thousandth.
    let mut tiny = SGD::new(1e-12).unwrap();
    let history = Fit::new(5, 10)
        .reduce_on_plateau(plateau)
        .run(&mut network, &MSELoss::new(), &mut tiny, &data)
        .unwrap();
    let rates: Vec<f64> = history.epochs().iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(rates, [1e-12, 1e-12, 1e-12, 0.5e-12, 0.5e-12]);
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let data = data::<f64>(20, 3);
    let told = |fit: Fit<'_>, data: &Dataset| {
        let mut network = network(1);
        let before = parameters(&network);
        let result = fit.run(&mut network, &MSELoss::new(), &mut Adam::new(0.1).unwrap(), data);
        assert_eq!(parameters(&network), before);
        result.unwrap_err().to_string()
    };
    assert_eq!(
        told(Fit::new(1, 0), &data),
        "Fit: the size of a batch is 0, expected at least 1"
    );
    assert_eq!(
        told(Fit::new(1, 5).clip_norm(-1.0), &data),
        "Fit: clip_norm is -1, expected a finite number above 0"
    );
    assert_eq!(
        told(Fit::new(1, 5).clip_norm(0.0), &data),
        "Fit: clip_norm is 0, expected a finite number above 0"
    );
    let empty = Dataset::new(Array2::zeros((0, 3)), Array2::zeros((0, 2))).unwrap();
    assert_eq!(
        told(Fit::new(1, 5), &empty),
        "Fit: the number of examples is 0, expected at least 1"
    );
    let other = Dataset::new(normal((5, 3), 1), normal((5, 1), 2)).unwrap();
    assert_eq!(
        told(Fit::new(1, 5).validate(&other), &data),
        "the targets of the validation set have 1 columns, expected 2: as in the training set"
    );
}

#[test]
fn no_epochs_are_no_training() {
    let (history, found) = run(Fit::new(0, 10), &data(20, 3));
    assert!(history.epochs().is_empty() && history.best().is_none());
    assert_eq!(found, parameters(&network::<f64>(1)));
}

/// The bias goes from 0 to 1 by a fifth of the way in each epoch and passes 0.5, the target of the validation set, after
/// the third: 0.2, 0.36, 0.488, 0.5904.
#[test]
fn patience_counts_from_the_best_epoch() {
    let set = |target: f64| Dataset::new(array![[0.0]], array![[target]]).unwrap();
    let (train, validation) = (set(1.0), set(0.5));
    for (patience, epochs) in [(3, 6), (1, 4), (0, 4)] {
        let mut network = line(0.0, 0.0);
        let history = Fit::new(50, 1)
            .validate(&validation)
            .stop_early(patience)
            .run(&mut network, &MSELoss::new(), &mut SGD::new(0.1).unwrap(), &train)
            .unwrap();
        assert_eq!(history.best().map(|best| best.number), Some(2));
        assert_eq!(
            (history.epochs().len(), history.stopped()),
            (epochs, Stopped::Early)
        );
        let bias = parameters(&network)[0][[1, 0]];
        assert!((bias - 0.488).abs() < 1e-12, "{bias}");
    }
}

/// In order or shuffled, in batches of one size or with a shorter last one, an example of weight 2 is worth two and one
/// of weight 0 none.
#[test]
fn examples_count_by_their_weights() {
    let plain = data::<f64>(12, 3);
    let weights: Vec<f64> = (0..12).map(|row| f64::from(row % 3)).collect();
    let repeated: Vec<usize> = (0..12)
        .flat_map(|row| std::iter::repeat_n(row, row % 3))
        .collect();
    let (weighted, repeated) = (
        plain.clone().with_example_weights(weights).unwrap(),
        plain.select(&repeated).unwrap(),
    );
    let trained = |fit: Fit<'_>, data: &Dataset| {
        let loss = MSELoss::new().with_reduction(Reduction::Sum);
        let mut network = network(1);
        let history = fit
            .validate(data)
            .run(&mut network, &loss, &mut SGD::new(0.01).unwrap(), data)
            .unwrap();
        let epoch = history.epochs().last().unwrap();
        (parameters(&network), [epoch.loss, epoch.validation_loss.unwrap()])
    };
    let (expected, expected_losses) = trained(Fit::new(3, 12), &repeated);
    for fit in [Fit::new(3, 12), Fit::new(3, 50).shuffle(4)] {
        let (found, losses) = trained(fit, &weighted);
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                (found - expected)
                    .iter()
                    .all(|difference| difference.abs() < 1e-12)
            );
        }
        for (loss, expected) in losses.iter().zip(expected_losses) {
            assert!((loss - expected).abs() < 1e-12 * expected, "{loss} {expected}");
        }
    }
    let (in_order, _) = trained(Fit::new(2, 5), &weighted);
    assert_ne!(in_order, trained(Fit::new(2, 5), &plain).0);
    let ones = plain.clone().with_example_weights(vec![1.0; 12]).unwrap();
    for fit in [|| Fit::new(2, 5), || Fit::new(2, 5).shuffle(1)] {
        assert_eq!(trained(fit(), &ones), trained(fit(), &plain));
    }
}
