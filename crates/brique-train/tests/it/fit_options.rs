//! Schedules by epoch and by step, the best epoch, callbacks, errors in the middle, and histories as text.

use std::ops::ControlFlow;
use std::time::Duration;

use brique_core::Module;
use brique_datasets::Dataset;
use brique_losses::MSELoss;
use brique_optim::{SGD, Schedule};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};
use brique_train::metrics::{self, MetricError};
use brique_train::{Checkpoints, Error, Fit, FitError, Goal, History, Metric};
use proptest::prelude::*;

use crate::networks::{data, line, network, normal, parameters};

fn run(fit: Fit<'_>, data: &Dataset) -> Result<History, FitError> {
    fit.run(
        &mut network(1),
        &MSELoss::new(),
        &mut SGD::new(0.8).unwrap(),
        data,
    )
}

/// The learning rates of the steps of a fit.
fn rates(fit: Fit<'_>, data: &Dataset) -> Vec<f64> {
    let mut rates = Vec::new();
    let watched = fit.on_batch(|_, training| rates.push(training.optimizer.learning_rate()));
    let still = &mut SGD::new(0.8).unwrap();
    watched
        .run(
            &mut network(1),
            &MSELoss::new().with_reduction(brique_core::Reduction::Sum),
            still,
            data,
        )
        .unwrap();
    rates
}

#[test]
fn a_schedule_counts_epochs_and_by_step_it_counts_steps() {
    let data = data(20, 3);
    let data = data.clone().with_inputs(data.inputs() * 1e-3).unwrap();
    let halves = || Schedule::step(1, 0.5).unwrap();
    assert_eq!(
        rates(Fit::new(3, 10).schedule(halves()), &data),
        [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    );
    assert_eq!(
        rates(Fit::new(2, 10).schedule_by_step(halves()), &data),
        [0.8, 0.4, 0.2, 0.1]
    );
}

proptest! {
    #[test]
    fn a_cosine_without_a_length_falls_over_the_whole_training(
        epochs in 1_usize..6,
        examples in 1_usize..20,
        batch in 1_usize..9,
        warm_up in 0_u64..3,
    ) {
        let x = Array2::zeros((examples, 3));
        let data = Dataset::new(x, Array2::zeros((examples, 2))).unwrap();
        let schedule = || Schedule::warm_up(warm_up, Schedule::cosine(0.0).unwrap());
        let per_epoch = examples.div_ceil(batch);
        let total = (epochs * per_epoch) as u64;
        let by_step = rates(Fit::new(epochs, batch).schedule_by_step(schedule()), &data);
        let expected: Vec<f64> = (0..total).map(|step| 0.8 * schedule().factor(step, total)).collect();
        prop_assert_eq!(by_step, expected);
        let by_epoch = rates(Fit::new(epochs, batch).schedule(schedule()), &data);
        for (step, rate) in by_epoch.into_iter().enumerate() {
            let epoch = (step / per_epoch) as u64;
            prop_assert_eq!(rate, 0.8 * schedule().factor(epoch, epochs as u64));
        }
    }
}

#[test]
fn a_schedule_that_would_rise_again_is_an_error() {
    let data = data(20, 3);
    let cosine = |length| Schedule::warm_up(2, Schedule::cosine_of_length(length, 0.0).unwrap());
    let error = run(Fit::new(12, 10).schedule(cosine(7)), &data).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Fit: the cosine schedule ends after 9 epochs, but the training has 12: the learning rate would rise again; \
         Schedule::cosine without a length spans the training"
    );
    let error = run(Fit::new(6, 10).schedule_by_step(cosine(7)), &data).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("ends after 9 steps, but the training has 12")
    );
    for (epochs, batch) in [(10, 10), (5, 20)] {
        assert!(run(Fit::new(epochs, batch).schedule(cosine(8)).clip_norm(1e-3), &data).is_ok());
    }
}

/// The bias goes from 0 to 1 by a fifth of the way in each epoch and passes 0.5, the target of the validation set, after
/// the third: 0.2, 0.36, 0.488, 0.5904.
fn passes_the_best(fit: Fit<'_>) -> (History, f64) {
    let train = Dataset::new(array![[0.0]], array![[1.0]]).unwrap();
    let mut network = line(0.0, 0.0);
    let history = fit
        .run(&mut network, &MSELoss::new(), &mut SGD::new(0.1).unwrap(), &train)
        .unwrap();
    let bias = parameters(&network)[0][[1, 0]];
    (history, bias)
}

#[test]
fn the_best_parameters_are_kept_without_stopping_early() {
    let validation = Dataset::new(array![[0.0]], array![[0.5]]).unwrap();
    let fit = || Fit::new(6, 1).validate(&validation);
    let (history, bias) = passes_the_best(fit().keep_best());
    assert_eq!((history.epochs().len(), history.best().unwrap().number), (6, 2));
    assert!((bias - 0.488).abs() < 1e-12, "{bias}");
    let (history, bias) = passes_the_best(fit());
    assert_eq!(history.best().unwrap().number, 2);
    assert!((bias - 0.737_856).abs() < 1e-12, "{bias}");
}

/// −(ŷ − 0.3)², which is best after the second epoch; a metric that is NaN first.
#[allow(clippy::unnecessary_wraps, reason = "a metric returns a result")]
fn closeness(_: &Matrix, yhat: &Matrix) -> Result<f64, MetricError> {
    let bias = yhat[[0, 0]];
    Ok(if bias < 0.1 {
        f64::NAN
    } else {
        -(bias - 0.3).powi(2)
    })
}

#[test]
fn the_best_epoch_is_that_of_any_metric() {
    let fit = || {
        Fit::new(6, 1)
            .metric(Metric::new("closeness", closeness))
            .keep_best()
    };
    for (goal, number, expected) in [(Goal::Highest, 1, 0.36), (Goal::Lowest, 5, 0.737_856)] {
        let (history, bias) = passes_the_best(fit().best_by("closeness", goal));
        assert_eq!(history.best().unwrap().number, number);
        assert!((bias - expected).abs() < 1e-12, "{bias}");
    }
    let (history, _) = passes_the_best(fit().best_by("closeness", Goal::Highest).stop_early(2));
    assert_eq!(history.epochs().len(), 4);
}

#[test]
fn a_metric_that_is_nan_is_never_the_best() {
    let first_is_nan = |_: &Matrix, yhat: &Matrix| {
        Ok::<f64, MetricError>(if yhat[[0, 0]] < 0.3 {
            f64::NAN
        } else {
            yhat[[0, 0]]
        })
    };
    for goal in [Goal::Lowest, Goal::Highest] {
        let fit = Fit::new(4, 1)
            .metric(Metric::new("late", first_is_nan))
            .best_by("late", goal);
        let expected = if goal == Goal::Lowest { 1 } else { 3 };
        assert_eq!(passes_the_best(fit).0.best().unwrap().number, expected);
    }
}

#[test]
fn the_first_of_equal_epochs_is_the_best() {
    let one = |_: &Matrix, _: &Matrix| Ok::<f64, MetricError>(1.0);
    for goal in [Goal::Lowest, Goal::Highest] {
        let fit = Fit::new(4, 1)
            .metric(Metric::new("one", one))
            .best_by("one", goal);
        assert_eq!(passes_the_best(fit).0.best().unwrap().number, 0);
    }
}

#[test]
fn a_metric_to_compare_by_has_to_be_computed() {
    let data = data(20, 3);
    let message = |fit: Fit<'_>| run(fit, &data).unwrap_err().to_string();
    assert_eq!(
        message(Fit::new(1, 5).best_by("R²", Goal::Highest)),
        "Fit: there is no metric \"R²\" to compare epochs by; add it with Fit::metric"
    );
    let mae = Metric::new("MAE", metrics::mean_absolute_error);
    assert_eq!(
        message(Fit::new(1, 5).metric(mae).best_by("R²", Goal::Highest)),
        "Fit: there is no metric \"R²\" to compare epochs by; the fit computes MAE"
    );
}

#[test]
fn callbacks_see_the_network_its_workspace_and_the_optimiser() {
    let data = data::<f64>(20, 3);
    let (mut gradients, mut outputs, mut epochs) = (0, Vec::new(), Vec::new());
    let fit = Fit::new(2, 10)
        .on_batch(|batch, training| {
            training.network.visit_parameters(&mut |parameter| {
                gradients += usize::from(parameter.gradient().iter().any(|&g| g != 0.0));
            });
            assert_eq!(training.optimizer.state().steps, batch.steps);
            outputs.push(training.workspace.output().dim());
        })
        .on_epoch(|epoch, training| {
            epochs.push((epoch.number, training.history.epochs().len()));
            assert!(training.workspace.inner().len() > 1);
        });
    let mut trained = network(1);
    fit.run(&mut trained, &MSELoss::new(), &mut SGD::new(0.01).unwrap(), &data)
        .unwrap();
    let mut count = 0;
    trained.visit_parameters(&mut |_| count += 1);
    assert_eq!(gradients, 4 * count);
    assert_eq!(outputs, [(10, 2); 4]);
    assert_eq!(epochs, [(0, 0), (1, 1)]);
}

#[test]
fn an_error_in_the_middle_gives_the_history_so_far() {
    let data = Dataset::new(array![[1e3]], array![[0.0]]).unwrap();
    let mut seen = Vec::new();
    let error = Fit::new(100, 1)
        .on_epoch(|epoch, _| seen.push(epoch.clone()))
        .run(
            &mut line(1.0, 0.0),
            &MSELoss::new(),
            &mut SGD::new(1.0).unwrap(),
            &data,
        )
        .unwrap_err();
    assert!(seen.len() > 5);
    assert_eq!(error.history().epochs(), seen);
    let Error::Step { epoch, .. } = error.error() else {
        panic!("{error}");
    };
    assert_eq!(*epoch, seen.len());
    assert_eq!(Error::from(error.clone()).to_string(), error.to_string());
}

#[test]
fn a_validation_set_that_does_not_fit_is_told_before_the_first_epoch() {
    let data = data(20, 3);
    let message = |validation: &Dataset, metric: Metric| {
        let mut epochs = 0;
        let fit = Fit::new(1, 5)
            .validate(validation)
            .metric(metric)
            .on_epoch(|_, _| epochs += 1);
        let message = run(fit, &data).unwrap_err().to_string();
        assert_eq!(epochs, 0);
        message
    };
    let r2 = || Metric::new("R²", metrics::r2);
    let of = |inputs, targets| Dataset::new(normal((5, inputs), 1), normal((5, targets), 2)).unwrap();
    assert_eq!(
        message(&of(4, 2), r2()),
        "the inputs of the validation set have 4 columns, expected 3: as in the training set"
    );
    assert_eq!(
        message(&of(3, 1), r2()),
        "the targets of the validation set have 1 columns, expected 2: as in the training set"
    );
    let one = of(3, 2).select(&[0]).unwrap();
    assert_eq!(
        message(&one, r2()),
        "validation set: metric R²: R² is a share of the variance of the targets: there is 1 example, expected at \
         least 2"
    );
    let none = of(3, 2).select(&[]).unwrap();
    assert!(message(&none, r2()).starts_with("validation set: "));
}

/// The text of a history without its times, which differ from run to run.
fn text(history: &History, all: bool) -> String {
    let text = if all {
        format!("{history:#}")
    } else {
        history.to_string()
    };
    let lines = text.lines().map(|line| {
        let end = if line.ends_with(" *") { " *" } else { "" };
        let time = line
            .trim_end_matches(end)
            .trim_end_matches("time")
            .trim_end_matches([' ', 'µ', 'm', 's']);
        let number = time.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let is_row = number.len() < time.len() && number.ends_with("  ");
        format!("{}{end}", if is_row { number } else { time }.trim_end())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_history_is_a_table() {
    let validation = Dataset::new(array![[0.0]], array![[0.5]]).unwrap();
    let mae = Metric::new("MAE", metrics::mean_absolute_error);
    let (history, _) = passes_the_best(Fit::new(4, 1).validate(&validation).metric(mae));
    let expected = [
        "epoch    loss  validation loss      MAE  learning rate",
        "    0   1.000          0.09000   0.3000         0.1000",
        "    1  0.6400          0.01960   0.1400         0.1000",
        "    2  0.4096         1.440e-4  0.01200         0.1000 *",
        "    3  0.2621         0.008172  0.09040         0.1000",
        "all epochs completed",
    ];
    assert_eq!(text(&history, false), expected.join("\n"));
    let epoch = history.epochs()[1].to_string();
    let (line, time) = epoch.rsplit_once(", time ").unwrap();
    assert_eq!(
        line,
        "epoch 1, loss 0.6400, validation loss 0.01960, MAE 0.1400, learning rate 0.1000"
    );
    assert!(time.ends_with('s'), "{time}");
}

#[test]
fn an_epoch_shows_its_time_in_a_unit_that_fits() {
    let (history, _) = passes_the_best(Fit::new(1, 1));
    let mut epoch = history.epochs()[0].clone();
    epoch.loss = 0.0;
    let times = [
        (999, "999.0 µs"),
        (1000, "1.0 ms"),
        (999_000, "999.0 ms"),
        (1_000_000, "1.0 s"),
    ];
    for (microseconds, text) in times {
        epoch.time = Duration::from_micros(microseconds);
        assert_eq!(
            epoch.to_string(),
            format!("epoch 0, loss 0, learning rate 0.1000, time {text}")
        );
    }
}

#[test]
fn a_long_table_shows_its_ends_and_the_best() {
    let validation = Dataset::new(array![[0.0]], array![[0.999]]).unwrap();
    let (history, _) = passes_the_best(Fit::new(100, 1).validate(&validation));
    let best = history.best().unwrap().number;
    assert!((11..89).contains(&best));
    let short = text(&history, false);
    let numbers: Vec<&str> = short
        .lines()
        .map(|line| line.trim_start().split(' ').next().unwrap())
        .collect();
    let ends = (0..10)
        .chain([best])
        .chain(90..100)
        .map(|number| number.to_string());
    let shown: Vec<String> = ends.collect();
    let found: Vec<&str> = numbers
        .iter()
        .copied()
        .filter(|&word| word.parse::<usize>().is_ok())
        .collect();
    assert_eq!(found, shown);
    assert_eq!(numbers.iter().filter(|&&word| word == "⋮").count(), 2);
    assert_eq!(text(&history, true).lines().count(), 1 + 100 + 1);
    assert_eq!(passes_the_best(Fit::new(0, 1)).0.to_string(), "no epochs");
    let stopped = Fit::new(5, 1).on_epoch(|_, _| ControlFlow::Break(()));
    assert!(
        passes_the_best(stopped)
            .0
            .to_string()
            .ends_with("stopped by a callback")
    );
}

#[test]
fn a_schedule_over_the_training_continues_with_as_many_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(20, 3);
    let fit = |epochs, schedule| {
        let fit = Fit::new(epochs, 10).schedule(schedule).clip_norm(0.1);
        run(fit.checkpoints(Checkpoints::new(folder.path())), &data)
    };
    let cosine = || Schedule::cosine(0.0).unwrap();
    fit(4, cosine()).unwrap();
    assert!(fit(4, cosine()).is_ok());
    let error = fit(5, cosine()).unwrap_err();
    assert!(
        matches!(error.error(), Error::OtherTraining { option, .. } if option == "schedule"),
        "{error}"
    );
}
