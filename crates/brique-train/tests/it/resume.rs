//! A training that was stopped anywhere continues with the same bits.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use brique_checkpoint::load;
use brique_core::Module;
use brique_datasets::{Dataset, moons};
use brique_layers::{Dropout, Init, LayerNorm, Linear, Residual, Sequential, Tanh};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::{Adagrad, Adam, AdamW, Optimizer, RMSprop, ReduceOnPlateau, SGD, Schedule};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_train::{Checkpoints, Error, Fit, History, Metric, Stopped, metrics};

const EPOCHS: usize = 12;
const BATCHES: usize = 4;

type MakeOptimizer<T> = fn() -> Box<dyn Optimizer<T>>;

fn optimizers<T: Scalar>() -> [(&'static str, MakeOptimizer<T>); 7] {
    [
        ("SGD", || Box::new(SGD::new(0.3).unwrap())),
        ("momentum", || {
            Box::new(SGD::new(0.1).unwrap().momentum(0.9).unwrap())
        }),
        ("nesterov", || {
            Box::new(SGD::new(0.1).unwrap().nesterov(0.9).unwrap())
        }),
        ("Adam", || {
            Box::new(Adam::new(0.02).unwrap().weight_decay(0.01).unwrap())
        }),
        ("AdamW", || {
            Box::new(AdamW::new(0.02).unwrap().decay_weights_only())
        }),
        ("RMSprop", || {
            Box::new(RMSprop::new(0.01).unwrap().momentum(0.5).unwrap())
        }),
        ("Adagrad", || {
            Box::new(Adagrad::new(0.1).unwrap().lr_decay(0.1).unwrap())
        }),
    ]
}

fn network<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(5);
    let block = Sequential::new(6)
        .then(Linear::new(6, 6, Init::PyTorch, &mut rng).unwrap())
        .and_then(|block| block.then(Dropout::new(0.3, 9)?))
        .and_then(|block| block.then(Tanh))
        .unwrap();
    Sequential::new(2)
        .then(Linear::new(2, 6, Init::PyTorch, &mut rng).unwrap())
        .and_then(|network| network.then(LayerNorm::new(6)?))
        .and_then(|network| network.then(Residual::new(6, block)?))
        .and_then(|network| network.then(Dropout::new(0.2, 9)?))
        .and_then(|network| network.then(Linear::new(6, 1, Init::PyTorch, &mut rng)?))
        .unwrap()
}

fn data<T: Scalar>(seed: u64) -> Dataset<T> {
    let moons = moons(
        &brique_datasets::Moons {
            examples: 14,
            noise: 0.3,
        },
        &mut portable(seed),
    )
    .unwrap();
    moons.cast()
}

/// A fit with everything that decides numbers: order, dropout, schedules, clipping, early stop, metrics.
fn fit<T: Scalar>(epochs: usize, validation: &Dataset<T>) -> Fit<'_, T> {
    Fit::new(epochs, 4)
        .shuffle(7)
        .validate(validation)
        .metric(Metric::new("R²", metrics::r2))
        .schedule_by_step(Schedule::warm_up(
            5,
            Schedule::one_cycle_with(Some(40), 0.3, 2.0, 5.0).unwrap(),
        ))
        .reduce_on_plateau(ReduceOnPlateau::new().factor(0.5).unwrap().patience(1))
        .clip_norm(1.0)
        .stop_early(8)
}

/// Everything that has to have the same bits.
fn bits<T: Scalar>(network: &dyn Module<T>, optimizer: &dyn Optimizer<T>, history: &History) -> String {
    let mut numbers = Vec::new();
    network.visit_parameters(&mut |parameter| {
        numbers.extend(parameter.value().iter().map(|number| number.as_f64().to_bits()));
    });
    for buffer in &optimizer.state().buffers {
        for values in &buffer.values {
            numbers.extend(values.iter().map(|number| number.as_f64().to_bits()));
        }
    }
    let rate = optimizer.learning_rate().to_bits();
    let mut text = format!(
        "{:?} {} {rate:x} {numbers:x?}",
        history.stopped(),
        optimizer.state().steps
    );
    for epoch in history.epochs() {
        let validation = epoch.validation_loss.map(f64::to_bits);
        let metrics: Vec<u64> = epoch.metrics.iter().map(|(_, value)| value.to_bits()).collect();
        let (loss, rate) = (epoch.loss.to_bits(), epoch.learning_rate.to_bits());
        let number = epoch.number;
        write!(text, "\n{number} {loss:x} {validation:x?} {metrics:x?} {rate:x}").unwrap();
    }
    text
}

/// Trains from a new network and a new optimiser, until `stop` batches of this run are done or all epochs.
fn run<T: Scalar>(
    make: MakeOptimizer<T>,
    epochs: usize,
    folder: Option<&Path>,
    stop: Option<usize>,
) -> String {
    let (train, validation) = (data::<T>(1), data::<T>(2));
    let (mut network, mut optimizer) = (network::<T>(), make());
    let mut fit = fit(epochs, &validation);
    if let Some(folder) = folder {
        fit = fit.checkpoints(Checkpoints::new(folder).every(3).keep(2));
    }
    let mut left = stop;
    let history = fit
        .on_batch(|_, _| match &mut left {
            Some(1) => ControlFlow::Break(()),
            Some(left) => {
                *left -= 1;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Continue(()),
        })
        .run(&mut network, &BCEWithLogitsLoss::new(), &mut *optimizer, &train)
        .unwrap();
    bits(&network, &*optimizer, &history)
}

fn continues_with_the_same_bits<T: Scalar>(name: &str, make: MakeOptimizer<T>) {
    let at_once = run(make, EPOCHS, None, None);
    let steps = EPOCHS * BATCHES;
    let mut cuts = portable(11).permutation(steps - 1);
    cuts.truncate(20);
    for cut in cuts.into_iter().map(|cut| cut + 1) {
        let folder = tempfile::tempdir().unwrap();
        run(make, EPOCHS, Some(folder.path()), Some(cut));
        // A second stop, three batches later.
        run(make, EPOCHS, Some(folder.path()), Some(3));
        let continued = run(make, EPOCHS, Some(folder.path()), None);
        assert_eq!(continued, at_once, "{name}, stopped after {cut} steps");
    }
}

#[test]
fn every_optimizer_continues_in_f64() {
    for (name, make) in optimizers::<f64>() {
        continues_with_the_same_bits(name, make);
    }
}

#[test]
fn every_optimizer_continues_in_f32() {
    for (name, make) in optimizers::<f32>() {
        continues_with_the_same_bits(name, make);
    }
}

#[test]
fn more_epochs_continue_a_completed_training() {
    let [_, _, _, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    for epochs in [2, 2, 7, EPOCHS] {
        let continued = run(make, epochs, Some(folder.path()), None);
        assert_eq!(continued, run(make, epochs, None, None), "{epochs} epochs");
    }
}

#[test]
fn a_training_that_stopped_early_is_at_its_end() {
    let [_, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    let at_once = run(make, 200, None, None);
    assert!(at_once.starts_with("Early"), "{at_once}");
    assert_eq!(run(make, 200, Some(folder.path()), None), at_once);
    assert_eq!(run(make, 200, Some(folder.path()), None), at_once);
}

/// The variable that tells the test below, in a new process, which folder to continue.
const FOLDER: &str = "BRIQUE_TEST_CONTINUE";

#[test]
fn another_process_continues() {
    let [_, _, _, _, (_, make), ..] = optimizers::<f32>();
    if let Ok(folder) = env::var(FOLDER) {
        let result = run(make, EPOCHS, Some(Path::new(&folder)), None);
        fs::write(Path::new(&folder).join("result"), result).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    run(make, EPOCHS, Some(folder.path()), Some(18));
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "resume::another_process_continues"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let continued = fs::read_to_string(folder.path().join("result")).unwrap();
    assert_eq!(continued, run(make, EPOCHS, None, None));
}

#[test]
fn the_last_files_are_kept_and_a_damaged_one_is_skipped() {
    let [_, _, _, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    run(make, EPOCHS, Some(folder.path()), Some(7 * BATCHES + 2));
    assert_eq!(
        names(),
        [
            "epoch-000006.safetensors",
            "epoch-000007-batch-000002.safetensors"
        ]
    );

    // A damaged file, files of others and the rest of an interrupted save do not disturb.
    let newest = folder.path().join("epoch-000007-batch-000002.safetensors");
    let mut bytes = fs::read(&newest).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&newest, bytes).unwrap();
    fs::write(folder.path().join("epoch-7.safetensors"), "not ours").unwrap();
    fs::write(folder.path().join(".epoch-000010.safetensors.partial"), "half").unwrap();
    let checkpoints = Checkpoints::new(folder.path());
    let whole = checkpoints.newest().unwrap().unwrap();
    assert!(whole.ends_with("epoch-000006.safetensors"));
    assert_eq!(
        run(make, EPOCHS, Some(folder.path()), None),
        run(make, EPOCHS, None, None)
    );
    assert_eq!(
        names(),
        [
            "epoch-000009.safetensors",
            "epoch-000012.safetensors",
            "epoch-7.safetensors"
        ]
    );

    for name in ["epoch-000009.safetensors", "epoch-000012.safetensors"] {
        fs::write(folder.path().join(name), "damaged").unwrap();
    }
    let error = checkpoints.newest().unwrap_err().to_string();
    assert!(error.contains("epoch-000012.safetensors"), "{error}");
    assert_eq!(Checkpoints::new(folder.path().join("none")).newest(), Ok(None));
    let file = folder.path().join("epoch-7.safetensors");
    let error = Checkpoints::new(file).newest().unwrap_err().to_string();
    assert!(
        error.contains("cannot read the folder of the checkpoints"),
        "{error}"
    );
}

#[test]
fn a_checkpoint_is_a_network() {
    let [_, _, _, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    run(make, 3, Some(folder.path()), None);
    let loaded = load::<f64>(folder.path().join("epoch-000003.safetensors")).unwrap();
    assert_eq!(loaded.describe(), network::<f64>().describe());
}

#[test]
fn another_training_is_refused_and_nothing_changes() {
    let [_, _, _, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    run(make, 3, Some(folder.path()), None);
    let (train, validation) = (data::<f64>(1), data::<f64>(2));
    let refused = |fit: Fit<'_>, network: &mut Sequential, optimizer: &mut dyn Optimizer| {
        let before = format!("{network:?} {optimizer:?}");
        let fit = fit.checkpoints(Checkpoints::new(folder.path()));
        let error = fit
            .run(network, &BCEWithLogitsLoss::new(), optimizer, &train)
            .unwrap_err();
        assert_eq!(format!("{network:?} {optimizer:?}"), before);
        error
    };
    let error = refused(fit(9, &validation).shuffle(8), &mut network(), &mut *make());
    assert!(
        error.to_string().ends_with(
            "shuffle is 8, but the training in this file has 7: continue it with the same options, or \
             choose another folder"
        ),
        "{error}"
    );
    let rate = &mut Adam::new(0.03).unwrap().weight_decay(0.01).unwrap();
    let error = refused(fit(9, &validation), &mut network(), rate);
    assert!(
        error.to_string().contains("optimizer.learning_rate is 0.03"),
        "{error}"
    );
    let error = refused(fit(9, &validation), &mut network(), &mut SGD::new(0.02).unwrap());
    assert!(matches!(error.error(), Error::OtherTraining { .. }), "{error}");

    let mut small: Sequential = Sequential::new(2)
        .then(Linear::new(2, 1, Init::PyTorch, &mut portable(1)).unwrap())
        .unwrap();
    let error = refused(fit(9, &validation), &mut small, &mut *make());
    assert!(error.to_string().contains("does not fit the network"), "{error}");

    brique_checkpoint::save(&network::<f64>(), folder.path().join("epoch-000004.safetensors")).unwrap();
    let error = refused(fit(9, &validation), &mut network(), &mut *make());
    assert!(
        error.to_string().contains("does not contain a training"),
        "{error}"
    );
}

#[test]
fn a_callback_on_an_epoch_stops_and_the_training_continues() {
    let [_, _, _, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    let (train, validation) = (data::<f64>(1), data::<f64>(2));
    let (mut network, mut optimizer) = (network::<f64>(), make());
    let history = fit(EPOCHS, &validation)
        .checkpoints(Checkpoints::new(folder.path()).every(0))
        .on_epoch(|epoch, _| match epoch.number {
            4 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
        .run(&mut network, &BCEWithLogitsLoss::new(), &mut *optimizer, &train)
        .unwrap();
    assert_eq!(
        (history.epochs().len(), history.stopped()),
        (5, Stopped::ByCallback)
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(
        run(make, EPOCHS, Some(folder.path()), None),
        run(make, EPOCHS, None, None)
    );
}

/// Numbers in a file that no training could have reached end in an error or in a training, never in a panic.
#[test]
fn absurd_numbers_in_a_file_do_not_panic() {
    let [_, _, _, (_, make), ..] = optimizers::<f64>();
    let folder = tempfile::tempdir().unwrap();
    run(make, 2, Some(folder.path()), Some(6));
    let path = fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let bytes = fs::read(&path).unwrap();
    let header = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    let text = String::from_utf8(bytes[8..header].to_vec()).unwrap();
    let huge = u64::MAX.to_string();
    for (name, value) in [
        ("epoch", &*huge),
        ("batch", &huge),
        ("steps", &huge),
        ("total", "1e308"),
        (
            "elapsed",
            "{\\\"secs\\\":18446744073709551615,\\\"nanos\\\":999999999}",
        ),
        ("base_rate", "-1.0"),
        ("plateau_rate", "-1.0"),
        ("learning_rate", "-1.0"),
        ("best", &huge),
        ("best", "0"),
        ("best", "1"),
        ("factor", "7.0"),
        ("bad", &huge),
        ("cooling", &huge),
    ] {
        let changed = with_number(&text, name, value);
        let padded = changed.len().next_multiple_of(8);
        let mut file = (padded as u64).to_le_bytes().to_vec();
        file.extend(format!("{changed:padded$}").as_bytes());
        file.extend(&bytes[header..]);
        fs::write(&path, file).unwrap();
        let (train, validation) = (data::<f64>(1), data::<f64>(2));
        let fit = fit(4, &validation).checkpoints(Checkpoints::new(folder.path()).every(0));
        // Errors and results are both fine.
        let _ = fit.run(&mut network(), &BCEWithLogitsLoss::new(), &mut *make(), &train);
        for entry in fs::read_dir(folder.path()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }
}

/// Replaces the first value of this name in the JSON inside the JSON of a header.
fn with_number(text: &str, name: &str, value: &str) -> String {
    let key = format!("\\\"{name}\\\":");
    let start = text.find(&key).unwrap_or_else(|| panic!("no {name}")) + key.len();
    let length = if text[start..].starts_with('{') {
        text[start..].find('}').unwrap() + 1
    } else {
        text[start..].find([',', '}']).unwrap()
    };
    format!("{}{value}{}", &text[..start], &text[start + length..])
}
