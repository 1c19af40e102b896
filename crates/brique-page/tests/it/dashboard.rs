//! The dashboard of real trainings, seen by a client that sends plain bytes.

mod hostile;
mod layers;

use std::net::TcpStream;
use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use brique_core::Module;
use brique_datasets::{DataType, Dataset, GenArti, gen_arti};
use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::{Adam, Optimizer};
use brique_page::{Dashboard, Error};
use brique_random::portable;
use brique_train::{Fit, FitError, History, Metric, Stopped, Weights, metrics};
use serde_json::Value;

use crate::client::{Answer, get, request};

/// The port and the token of a dashboard.
struct Page {
    port: u16,
    token: String,
}

impl Page {
    fn of(dashboard: &Dashboard) -> Self {
        let address = dashboard.address();
        let (host, token) = address.split_once("/?token=").unwrap();
        let port = host.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
        Self {
            port,
            token: token.to_owned(),
        }
    }

    fn get(&self, path: &str) -> Answer {
        let mark = if path.contains('?') { '&' } else { '?' };
        get(self.port, &format!("{path}{mark}token={}", self.token))
    }

    fn stop(&self, run: usize) -> Answer {
        let path = format!("/stop?run={run}&token={}", self.token);
        request(self.port, "POST", &path, "Content-Length: 0\r\n")
    }

    fn runs(&self, after: &str) -> Vec<Value> {
        let answer = self.get(&format!("/data?after={after}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let data: Value = serde_json::from_str(&answer.body).unwrap();
        data["runs"].as_array().unwrap().clone()
    }
}

fn data() -> Dataset {
    let data = gen_arti(&GenArti::of(DataType::FourGaussians), &mut portable(1));
    data.unwrap().with_zero_one_targets().unwrap()
}

fn network() -> Sequential {
    let mut rng = portable(2);
    Sequential::new(2)
        .then(Linear::new(2, 8, Init::XavierUniform, &mut rng).unwrap())
        .unwrap()
        .then(Tanh)
        .unwrap()
        .then(Linear::new(8, 1, Init::XavierUniform, &mut rng).unwrap())
        .unwrap()
}

/// Trains a network of its own.
fn train(fit: Fit<'_>) -> (Sequential, Result<History, FitError>) {
    let mut network = network();
    let result = train_with(fit, &mut network, &mut Adam::new(0.01).unwrap());
    (network, result)
}

fn train_with(
    fit: Fit<'_>,
    network: &mut dyn Module,
    optimizer: &mut dyn Optimizer,
) -> Result<History, FitError> {
    fit.run(network, &BCEWithLogitsLoss::new(), optimizer, &data())
}

fn accuracy() -> Metric {
    Metric::new("accuracy", metrics::accuracy_of_logits)
}

#[test]
fn the_data_shows_every_epoch() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run, validation) = (Page::of(&dashboard), dashboard.run("a \"name\" <b>"), data());
    assert_eq!(page.runs("")[0]["state"], "waiting");
    let fit = Fit::new(5, 32)
        .shuffle(1)
        .validate(&validation)
        .metric(accuracy());
    let history = train(run.watch(fit)).1.unwrap();
    let shown = &page.runs("")[0];
    assert_eq!(shown["name"], "a \"name\" <b>");
    assert_eq!(shown["state"], "ended");
    assert_eq!(shown["metrics"], serde_json::json!(["accuracy"]));
    let epochs = shown["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 5);
    let steps_per_epoch = data().len().div_ceil(32);
    for (epoch, shown) in history.epochs().iter().zip(epochs) {
        assert_eq!(shown["epoch"], epoch.number);
        assert_eq!(shown["step"], (epoch.number + 1) * steps_per_epoch);
        let numbers = [
            (&shown["loss"], epoch.loss),
            (&shown["validation_loss"], epoch.validation_loss.unwrap()),
            (&shown["metrics"][0], epoch.metrics[0].1),
            (&shown["learning_rate"], epoch.learning_rate),
            (&shown["seconds"], epoch.time.as_secs_f64()),
        ];
        for (shown, expected) in numbers {
            assert_eq!(shown.as_f64(), Some(expected));
        }
    }
    assert_eq!(shown["batches"][0]["step"], 1);
    let later = &page.runs("1.3.1000000")[0];
    assert_eq!(later["epochs"].as_array().unwrap().len(), 2);
    assert_eq!(later["batches"].as_array().unwrap().len(), 0);
    let of_another_training = &page.runs("7.3.1000000")[0];
    assert_eq!(of_another_training["epochs"].as_array().unwrap().len(), 5);
}

#[test]
fn the_bits_are_the_same_with_and_without_the_dashboard() {
    let fit = || Fit::new(4, 16).shuffle(3).metric(accuracy());
    let (plain, history) = train(fit());
    let dashboard = Dashboard::new().unwrap();
    let run = dashboard.run("watched");
    let (watched, watched_history) = train(run.watch(fit()));
    let (epochs, _) = train(fit().on_epoch(dashboard.run("epochs").on_epoch()));
    assert_eq!(Weights::of(&watched).values(), Weights::of(&plain).values());
    assert_eq!(Weights::of(&epochs).values(), Weights::of(&plain).values());
    let losses = |history: Result<History, FitError>| history.unwrap().losses().collect::<Vec<f64>>();
    assert_eq!(losses(watched_history), losses(history));
}

#[test]
fn a_run_that_is_stopped_has_its_best_weights() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run) = (Page::of(&dashboard), dashboard.run("long"));
    let (sender, receiver) = channel();
    let training = thread::spawn({
        let run = run.clone();
        move || {
            let mut epochs = 0;
            // The learning rate is so large that the first epochs are the best.
            let fit = Fit::new(usize::MAX, 32).keep_best().on_epoch(move |_, _| {
                epochs += 1;
                if epochs == 3 {
                    sender.send(()).unwrap();
                }
            });
            let mut network = network();
            let result = train_with(run.watch(fit), &mut network, &mut Adam::new(1.0).unwrap());
            (network, result)
        }
    });
    receiver.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(page.stop(0).status, 200);
    let (network, result) = training.join().unwrap();
    run.ended(&result).unwrap();
    let history = result.unwrap();
    assert_eq!(history.stopped(), Stopped::ByCallback);
    assert_eq!(page.runs("")[0]["state"], "stopped");
    let best = history.best().unwrap().number;
    let (again, _) = train_again(best);
    assert_eq!(Weights::of(&network).values(), Weights::of(&again).values());
    assert_eq!(page.stop(0).status, 409, "the run has ended");
    assert_eq!(page.stop(1).status, 404);
}

/// Repeats the training of the stopped run up to its best epoch.
fn train_again(best: usize) -> (Sequential, History) {
    let mut network = network();
    let result = train_with(Fit::new(best + 1, 32), &mut network, &mut Adam::new(1.0).unwrap());
    (network, result.unwrap())
}

#[test]
fn a_run_with_a_callback_for_epochs_stops_too() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run) = (Page::of(&dashboard), dashboard.run("epochs"));
    assert_eq!(page.stop(0).status, 409, "the run has not begun");
    let page_stops = |epoch: usize| {
        if epoch == 2 {
            assert_eq!(page.stop(0).status, 200);
            assert_eq!(page.runs("")[0]["is_stopping"], true);
        }
    };
    let fit = Fit::new(100, 32).on_epoch(|epoch, _| page_stops(epoch.number));
    let history = train(fit.on_epoch(run.on_epoch())).1.unwrap();
    assert_eq!(history.epochs().len(), 3);
    assert_eq!(page.runs("")[0]["state"], "stopped");
}

#[test]
fn runs_in_two_threads_are_side_by_side() {
    let dashboard = Dashboard::new().unwrap();
    let page = Page::of(&dashboard);
    thread::scope(|scope| {
        for (name, epochs) in [("first", 3), ("second", 6)] {
            let run = dashboard.run(name);
            scope.spawn(move || train(run.watch(Fit::new(epochs, 32))).1.unwrap());
        }
    });
    let runs = page.runs("");
    for (run, (name, epochs)) in runs.iter().zip([("first", 3), ("second", 6)]) {
        assert_eq!(run["name"], name);
        assert_eq!(run["epochs"].as_array().unwrap().len(), epochs);
    }
}

#[test]
fn a_run_that_watches_again_begins_anew() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run) = (Page::of(&dashboard), dashboard.run("twice"));
    train(run.watch(Fit::new(5, 32))).1.unwrap();
    train(run.watch(Fit::new(2, 32))).1.unwrap();
    let shown = &page.runs("1.5.1000")[0];
    assert_eq!(shown["training"], 2);
    assert_eq!(shown["epochs"].as_array().unwrap().len(), 2);
}

#[test]
fn failures_are_shown() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run) = (Page::of(&dashboard), dashboard.run("fails"));
    let linear = Linear::new(3, 1, Init::PyTorch, &mut portable(1)).unwrap();
    let mut network = Sequential::new(3).then(linear).unwrap();
    let result = train_with(
        run.watch(Fit::new(2, 32)),
        &mut network,
        &mut Adam::new(0.1).unwrap(),
    );
    run.ended(&result).unwrap();
    let shown = &page.runs("")[0];
    assert_eq!(shown["state"], "failed");
    assert_eq!(shown["message"], result.unwrap_err().to_string());

    let panics = dashboard.run("panics");
    let fit = || Fit::new(2, 32).on_epoch(|epoch, _| assert!(epoch.number > 1, "on purpose"));
    let result = thread::spawn(move || train(panics.watch(fit()))).join();
    assert!(result.is_err());
    assert_eq!(page.runs("")[1]["state"], "failed");
}

#[test]
fn long_trainings_are_thinned() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run) = (Page::of(&dashboard), dashboard.run("long"));
    train(run.watch(Fit::new(2500, 1000))).1.unwrap();
    let shown = &page.runs("")[0];
    let epochs = shown["epochs"].as_array().unwrap();
    let numbers: Vec<u64> = epochs
        .iter()
        .map(|epoch| epoch["epoch"].as_u64().unwrap())
        .collect();
    assert!((500..=1001).contains(&numbers.len()), "{}", numbers.len());
    assert!(numbers.is_sorted_by(|a, b| a < b));
    assert_eq!(numbers[..3], [0, 4, 8]);
}

#[test]
fn a_file_has_the_run_and_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    std::fs::write(&path, "before").unwrap();
    let dashboard = Dashboard::new().unwrap();
    let run = dashboard.run("to a file").file(&path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"waiting\""));
    let history = train(run.watch(Fit::new(4, 32).metric(accuracy()))).1.unwrap();
    let lines: Vec<Value> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["run"]["name"], "to a file");
    assert_eq!(lines[0]["run"]["format"], 1);
    assert_eq!(lines[0]["run"]["state"], "ended");
    let losses: Vec<f64> = lines[1..]
        .iter()
        .filter_map(|line| line["epoch"]["loss"].as_f64())
        .collect();
    assert_eq!(losses, history.losses().collect::<Vec<f64>>());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    run.ended(&Ok(history)).unwrap();
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("run.jsonl");
    let dashboard = Dashboard::new().unwrap();
    let error = dashboard.run("a").file(&path).unwrap_err();
    assert!(matches!(error, Error::RunFile(_)));
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
}

#[test]
fn a_file_that_cannot_be_written_any_more_does_not_stop_the_training() {
    let folder = tempfile::tempdir().unwrap();
    let dashboard = Dashboard::new().unwrap();
    let run = dashboard.run("a").file(folder.path().join("run.jsonl")).unwrap();
    folder.close().unwrap();
    let history = train(run.watch(Fit::new(2, 32))).1.unwrap();
    assert_eq!(history.epochs().len(), 2);
    let message = Page::of(&dashboard).runs("")[0]["message"].clone();
    assert!(message.as_str().unwrap().contains("run.jsonl"), "{message}");
    assert!(run.ended(&Ok(history)).is_err());
}

#[test]
fn a_port_is_chosen_and_one_in_use_is_named() {
    let first = Dashboard::new().unwrap();
    let port = Page::of(&first).port;
    let error = Dashboard::new().unwrap().port(port).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")),
        "{error}"
    );
    drop(first);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let second = Dashboard::new().unwrap().port(port).unwrap();
    assert_eq!(Page::of(&second).port, port);
    assert_eq!(Page::of(&second).get("/").status, 200);
}

#[test]
fn a_training_outlives_its_dashboard() {
    let dashboard = Dashboard::new().unwrap();
    let run = dashboard.run("a");
    let mut dashboard = Some(dashboard);
    let fit = Fit::new(4, 32).on_epoch(move |_, _| {
        drop(dashboard.take());
        ControlFlow::Continue(())
    });
    assert_eq!(train(run.watch(fit)).1.unwrap().epochs().len(), 4);
}
